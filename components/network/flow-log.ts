// A VPC's record of the traffic that its security groups refused: something wanted out, or in.
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { rolePolicyOf } from "../iam/role-policy";

export interface FlowLogSettings {
  readonly vpcId: pulumi.Input<string>;
  /** Days. */
  readonly logRetention: number;
  readonly kmsKeyArn?: pulumi.Input<string> | undefined;
  readonly accountId: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
export function createFlowLog(name: string, settings: FlowLogSettings) {
  const { vpcId, logRetention, kmsKeyArn, accountId, parent } = settings;
  const logGroup = new cloudwatch.LogGroup(
    name,
    { retentionInDays: logRetention, ...(kmsKeyArn !== undefined && { kmsKeyId: kmsKeyArn }) },
    { parent },
  );
  const assumeRolePolicy = pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
    ],
  });
  const role = new iam.Role(name, { assumeRolePolicy }, { parent });
  const rolePolicy = new iam.RolePolicy(
    name,
    {
      role: role.name,
      policy: rolePolicyOf([
        {
          // The streams are named by the network interfaces that they are about, within this one log group.
          actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
          resources: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`],
        },
      ]),
    },
    { parent },
  );
  const flowLog = new ec2.FlowLog(
    name,
    {
      vpcId,
      trafficType: "REJECT",
      logDestinationType: "cloud-watch-logs",
      logDestination: logGroup.arn,
      iamRoleArn: role.arn,
    },
    { parent, dependsOn: [rolePolicy] },
  );
  return { flowLog, flowLogGroup: logGroup };
}
