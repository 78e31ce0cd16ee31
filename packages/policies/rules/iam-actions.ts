// Actions that IAM's rules treat in their own way.

/**
 * Actions for which AWS knows no resource, so that `*` is the only one there is; those of network interfaces as in
 * Lambda's AWSLambdaVPCAccessExecutionRole. https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export const withoutResources: ReadonlySet<string> = new Set([
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:GetSamplingStatisticSummaries",
  "cloudwatch:PutMetricData",
  "dynamodb:ListStreams",
  "dynamodb:ListTables",
  "kinesis:ListStreams",
  "sqs:ListQueues",
  "sns:ListTopics",
  "lambda:ListFunctions",
  "lambda:ListEventSourceMappings",
  "s3:ListAllMyBuckets",
  "kms:ListKeys",
  "kms:ListAliases",
  "ssm:DescribeParameters",
  "secretsmanager:ListSecrets",
  "secretsmanager:GetRandomPassword",
  "sts:GetCallerIdentity",
  "ecr:GetAuthorizationToken",
  "tag:GetResources",
  "logs:DescribeLogGroups",
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
]);

/**
 * What API Gateway's role of an account must be allowed, on every log group, as in
 * AmazonAPIGatewayPushToCloudWatchLogs.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
export const pushToCloudWatchLogs: ReadonlySet<string> = new Set([
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
  "logs:GetLogEvents",
  "logs:FilterLogEvents",
]);

/** Actions by which permissions are changed or taken on. */
export const escalating: ReadonlySet<string> = new Set([
  "iam:PassRole",
  "iam:CreateRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:AttachRolePolicy",
  "iam:AttachUserPolicy",
  "iam:AttachGroupPolicy",
  "iam:PutRolePolicy",
  "iam:PutUserPolicy",
  "iam:PutGroupPolicy",
  "iam:AddUserToGroup",
  "iam:CreatePolicyVersion",
  "iam:SetDefaultPolicyVersion",
  "iam:CreateAccessKey",
  "iam:CreateLoginProfile",
  "iam:UpdateLoginProfile",
  "iam:DeleteRolePermissionsBoundary",
  "iam:PutRolePermissionsBoundary",
  "sts:AssumeRole",
  "lambda:UpdateFunctionCode",
  "lambda:AddPermission",
]);
