// The types of resources that are accepted but have no effect on one machine, and the reasons.
import type { GraphResource } from "@spillway/graph";

const bucketReason = "objects are kept until the run ends, each in its last version";

export const withoutEffect: Readonly<Record<string, string>> = {
  "pulumi:providers:aws": "the local servers need no provider",
  "aws:iam/role:Role": "roles are evaluated from the program's graph",
  "aws:iam/rolePolicy:RolePolicy": "policies are evaluated from the program's graph",
  "aws:iam/policy:Policy": "policies are evaluated from the program's graph",
  "aws:iam/policyAttachment:PolicyAttachment": "policies are evaluated from the program's graph",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policies are evaluated from the program's graph",
  "aws:kms/key:Key": "nothing is encrypted on one machine",
  ...Object.fromEntries(
    [
      ...["Accelerate", "Cors", "IntelligentTiering", "RequestPayment"].map((each) => `${each}Configuration`),
      ...["LifecycleConfiguration", "Logging", "Metric", "OwnershipControls", "ServerSideEncryptionConfiguration"],
      "Versioning",
    ].flatMap((each) =>
      ["", "V2"].map((version) => [`aws:s3/bucket${each}${version}:Bucket${each}${version}`, bucketReason]),
    ),
  ),
  "aws:ec2/vpcEndpoint:VpcEndpoint": "functions reach the local servers directly",
  "aws:ec2/securityGroup:SecurityGroup": "functions reach the local servers directly",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "functions reach the local servers directly",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "functions reach the local servers directly",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "functions reach the local servers directly",
  "aws:ec2/flowLog:FlowLog": "no traffic is refused",
  "aws:cloudwatch/dashboard:Dashboard": "there are no metrics on one machine",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "there are no metrics on one machine; the run prints each dead letter",
};

/** Components whose user should know that they have no effect here. */
const noticed: Readonly<Record<string, (name: string) => string>> = {
  "spillway:index:Network": (name) =>
    `The network "${name}" has no effect here: functions reach the local servers directly.`,
};

/** One line for each of these components, however many resources it has. */
export function describeWithoutEffect(resources: readonly GraphResource[]): readonly string[] {
  return resources.flatMap(({ type, name }) => noticed[type]?.(name) ?? []);
}

const inWords = (resources: readonly GraphResource[]) =>
  resources.map(({ type, name }) => `${type} "${name}"`).join(", ");

/** The message about resources that the run cannot create. Undefined if it creates all of them. */
export function describeAbsent(absent: readonly GraphResource[]): string | undefined {
  if (absent.length === 0) return undefined;
  return `Not created here, because the local run does not have their types: ${inWords(absent)}. A call to them returns an error that names them.`;
}

/** The message for a caller of such a resource. */
export function absentFor(absent: readonly GraphResource[]): string {
  return absent.length === 0 ? "" : ` It does not create these resources of the program: ${inWords(absent)}.`;
}
