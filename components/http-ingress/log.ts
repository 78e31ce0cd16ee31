// The access log of an HttpIngress, and the account's role without which API Gateway writes none.
import * as apigateway from "@pulumi/aws/apigateway";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { functionDefaults } from "../function/defaults";
import { accessLogFormat } from "./templates";

export interface AccessLog {
  readonly logGroup: cloudwatch.LogGroup;
  readonly settings: { readonly destinationArn: pulumi.Output<string>; readonly format: string };
  readonly dependsOn: readonly pulumi.Resource[];
}

interface AccessLogArgs {
  /** Sets the one role of the account and region, and leaves it when the stack goes, because others may use it. */
  readonly createAccountRole: boolean;
  readonly logRetention: number | undefined;
  readonly kmsKeyArn: pulumi.Input<string> | undefined;
}

export function createAccessLog(name: string, args: AccessLogArgs, parent: pulumi.Resource): AccessLog {
  const { createAccountRole, logRetention = functionDefaults.logRetention, kmsKeyArn } = args;
  const logGroup = new cloudwatch.LogGroup(
    `${name}-access`,
    { retentionInDays: logRetention, ...(kmsKeyArn !== undefined && { kmsKeyId: kmsKeyArn }) },
    { parent },
  );
  return {
    logGroup,
    settings: { destinationArn: logGroup.arn, format: accessLogFormat },
    dependsOn: createAccountRole ? [createAccount(name, parent)] : [],
  };
}

function createAccount(name: string, parent: pulumi.Resource): pulumi.Resource {
  const stays = { parent, retainOnDelete: true };
  const role = new iam.Role(
    `${name}-logging`,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "apigateway.amazonaws.com" } }],
      }),
    },
    stays,
  );
  const policy = new iam.RolePolicy(
    `${name}-logging`,
    {
      role: role.name,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            // The role serves every API of the account, whose log groups have names that API Gateway makes.
            // https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
            Action: [
              "logs:CreateLogGroup",
              "logs:CreateLogStream",
              "logs:DescribeLogGroups",
              "logs:DescribeLogStreams",
              "logs:PutLogEvents",
              "logs:GetLogEvents",
              "logs:FilterLogEvents",
            ],
            Resource: "*",
          },
        ],
      }),
    },
    stays,
  );
  return new apigateway.Account(`${name}-logging`, { cloudwatchRoleArn: role.arn }, { ...stays, dependsOn: [policy] });
}
