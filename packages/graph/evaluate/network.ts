// What awsx and AWS would answer for the resources of a network.
import type { Value } from "../graph";

export interface NetworkContext {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly region: string;
  readonly accountId: string;
  /** The same for the same resource; `part` distinguishes the parts of a resource. */
  hexadecimal(part: string): string;
  arn(service: string, resource: string): string;
}

type Computed = { readonly id: string } & Readonly<Record<string, Value>>;
type Answers = Readonly<Record<string, (context: NetworkContext) => Computed>>;

const idOf = (prefix: string, { hexadecimal }: NetworkContext, part = "") =>
  `${prefix}-${hexadecimal(part).slice(0, 17)}`;

const ruleOf = (context: NetworkContext): Computed => {
  const id = idOf("sgr", context);
  return { id, securityGroupRuleId: id, arn: context.arn("ec2", `security-group-rule/${id}`) };
};

const groupOf = (context: NetworkContext): Computed => {
  const id = idOf("sg", context);
  return { id, arn: context.arn("ec2", `security-group/${id}`), ownerId: context.accountId };
};

export const networkAnswers: Answers = {
  "aws:ec2/vpcEndpoint:VpcEndpoint": (context) => {
    const id = idOf("vpce", context);
    const isGateway = context.inputs.vpcEndpointType !== "Interface";
    return {
      id,
      arn: context.arn("ec2", `vpc-endpoint/${id}`),
      ownerId: context.accountId,
      state: "available",
      ...(isGateway && { prefixListId: idOf("pl", context, "prefix list") }),
    };
  },
  "aws:ec2/securityGroup:SecurityGroup": groupOf,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (context) => ({ ...groupOf(context), name: "default" }),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ruleOf,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleOf,
  "aws:ec2/flowLog:FlowLog": (context) => {
    const id = idOf("fl", context);
    return { id, arn: context.arn("ec2", `vpc-flow-log/${id}`) };
  },
};

/** The Availability Zones of `numberOfAvailabilityZones`. The default of awsx is three. */
function zonesOf({ inputs, region }: NetworkContext): readonly string[] {
  if (Array.isArray(inputs.availabilityZoneNames)) return inputs.availabilityZoneNames.map(String);
  const count = typeof inputs.numberOfAvailabilityZones === "number" ? inputs.numberOfAvailabilityZones : 3;
  return Array.from("abcdef".slice(0, count), (letter) => `${region}${letter}`);
}

/** Remote components, whose children only the engine creates: the outputs that they would register. */
export const remoteAnswers: Readonly<Record<string, (context: NetworkContext) => Readonly<Record<string, Value>>>> = {
  "awsx:ec2:Vpc": (context) => {
    const { arn, inputs } = context;
    const specs = Array.isArray(inputs.subnetSpecs) ? (inputs.subnetSpecs as readonly { readonly type?: Value }[]) : [];
    const types = specs.length > 0 ? specs.map(({ type }) => String(type)) : ["Public", "Private"];
    const vpcId = idOf("vpc", context);
    const parts = zonesOf(context).flatMap((zone) => types.map((type) => ({ zone, type, key: `${type} ${zone}` })));
    const subnets = parts
      .filter(({ type }) => type !== "Unused")
      .map(({ zone, type, key }) => {
        const id = idOf("subnet", context, key);
        return { type, subnet: { id, arn: arn("ec2", `subnet/${id}`), availabilityZone: zone, vpcId } };
      });
    const idsOf = (wanted: string) => subnets.filter(({ type }) => type === wanted).map(({ subnet }) => subnet.id);
    const cidrBlock = inputs.cidrBlock ?? "10.0.0.0/16";
    return {
      vpcId,
      vpc: { id: vpcId, arn: arn("ec2", `vpc/${vpcId}`), cidrBlock },
      isolatedSubnetIds: idsOf("Isolated"),
      privateSubnetIds: idsOf("Private"),
      publicSubnetIds: idsOf("Public"),
      subnets: subnets.map(({ subnet }) => subnet),
      routeTables: subnets.map(({ subnet }) => ({ id: idOf("rtb", context, subnet.id), vpcId })),
      natGateways: [],
      vpcEndpoints: [],
    };
  },
};
