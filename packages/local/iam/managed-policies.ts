// AWS managed policies that functions commonly have. The table has only actions of services in the run, because other
// actions have no effect there.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html

const all = (...actions: readonly string[]) => actions;

/** What lets a function write its logs. */
const writingLogs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

const actions: Readonly<Record<string, readonly string[]>> = {
  "service-role/AWSLambdaBasicExecutionRole": writingLogs,
  "service-role/AWSLambdaVPCAccessExecutionRole": writingLogs,
  "service-role/AWSLambdaRole": all("lambda:InvokeFunction"),
  "service-role/AWSLambdaSQSQueueExecutionRole": all(
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    ...writingLogs,
  ),
  "service-role/AWSLambdaKinesisExecutionRole": all(
    ...["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator"],
    ...["kinesis:ListShards", "kinesis:ListStreams", "kinesis:SubscribeToShard"],
    ...writingLogs,
  ),
  "service-role/AWSLambdaDynamoDBExecutionRole": all(
    ...["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
    ...writingLogs,
  ),
  AWSXRayDaemonWriteAccess: all("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
  AWSXrayWriteOnlyAccess: all("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
  AdministratorAccess: all("*"),
  AmazonDynamoDBFullAccess: all(
    ...["dynamodb:*", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListStreams"],
    ...["lambda:GetFunctionConfiguration", "lambda:ListEventSourceMappings", "lambda:ListFunctions"],
    ...["sns:CreateTopic", "sns:DeleteTopic", "sns:ListSubscriptions", "sns:ListSubscriptionsByTopic"],
    ...["sns:ListTopics", "sns:SetTopicAttributes", "sns:Subscribe", "sns:Unsubscribe"],
  ),
  AmazonEventBridgeFullAccess: all("events:*", "scheduler:*"),
  AmazonEventBridgeSchedulerFullAccess: all("scheduler:*"),
  AmazonKinesisFullAccess: all("kinesis:*"),
  AmazonKinesisReadOnlyAccess: all("kinesis:Get*", "kinesis:List*", "kinesis:Describe*"),
  AmazonSNSFullAccess: all("sns:*"),
  AmazonSQSFullAccess: all("sqs:*"),
  AWSLambda_FullAccess: all(
    ...["lambda:*", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"],
  ),
  AmazonS3FullAccess: all("s3:*"),
  AmazonS3ReadOnlyAccess: all("s3:Get*", "s3:List*", "s3:Describe*"),
  CloudWatchLogsFullAccess: all("logs:*"),
  CloudWatchLogsReadOnlyAccess: all("logs:Describe*", "logs:Get*", "logs:List*", "logs:FilterLogEvents"),
  CloudWatchLambdaInsightsExecutionRolePolicy: writingLogs,
};

/** The document of the policy. Throws an Error that begins with `where` for a policy that is not in the table. */
export function awsManagedPolicy(arn: string, where: string): object {
  const name = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  const granted = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (granted === undefined) {
    throw new Error(
      `${where}: the local run does not have the managed policy ${arn}; it has those of the program and ` +
        `${Object.keys(actions).join(", ")}. Grant what is needed by a policy of the program.`,
    );
  }
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: granted, Resource: "*" }] };
}
