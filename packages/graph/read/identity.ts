// What makes two resources of a program one on AWS: the same content, where a resource has no name of its own, or the same given name.
import { type GraphResource, unknown, type Value } from "../graph";

export interface Identity {
  /** The same for what is one on AWS. */
  readonly key: string;
  /** Inputs that make it. */
  readonly properties: readonly string[];
  /** What AWS makes of a second one: it takes it for the first, which then has two owners, or refuses it. */
  readonly second: "joins" | "is refused";
}

/** Inputs that identify a resource; one with a question mark may be left out, and one without must be given in the program. */
type Properties = readonly string[];

/** AWS takes a second one of these for the first, as its API's `Put…`, `Set…` and idempotent `Create…` actions do. */
const joining: Readonly<Record<string, Properties>> = {
  // https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html: the same subscription has the same ARN.
  "aws:sns/topicSubscription:TopicSubscription": ["topic", "protocol", "endpoint"],
  "aws:sns/topicPolicy:TopicPolicy": ["arn"],
  // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html and API_CreateQueue: a second with the same attributes is the first.
  "aws:sns/topic:Topic": ["name"],
  "aws:sqs/queue:Queue": ["name"],
  "aws:sqs/queuePolicy:QueuePolicy": ["queueUrl"],
  "aws:sqs/redrivePolicy:RedrivePolicy": ["queueUrl"],
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": ["queueUrl"],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["functionName", "qualifier?"],
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": ["functionName"],
  "aws:lambda/runtimeManagementConfig:RuntimeManagementConfig": ["functionName", "qualifier?"],
  "aws:iam/rolePolicy:RolePolicy": ["role", "name"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["role", "policyArn"],
  "aws:cloudwatch/eventRule:EventRule": ["name", "eventBusName?"],
  "aws:cloudwatch/eventTarget:EventTarget": ["rule", "eventBusName?", "targetId"],
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ["eventBusName?"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName"],
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ["logGroup", "name"],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ["policyName"],
  "aws:apigateway/account:Account": [],
  "aws:apigateway/integration:Integration": ["restApi", "resourceId", "httpMethod"],
  "aws:apigateway/integrationResponse:IntegrationResponse": ["restApi", "resourceId", "httpMethod", "statusCode"],
  "aws:apigateway/methodSettings:MethodSettings": ["restApi", "stageName", "methodPath"],
  "aws:apigateway/response:Response": ["restApiId", "responseType"],
  "aws:apigateway/restApiPolicy:RestApiPolicy": ["restApiId"],
  "aws:kinesis/resourcePolicy:ResourcePolicy": ["resourceArn"],
  "aws:dynamodb/resourcePolicy:ResourcePolicy": ["resourceArn"],
  "aws:kms/keyPolicy:KeyPolicy": ["keyId"],
  "aws:secretsmanager/secretPolicy:SecretPolicy": ["secretArn"],
  "aws:s3/bucketNotification:BucketNotification": ["bucket"],
  "aws:s3/bucketPolicy:BucketPolicy": ["bucket"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["bucket"],
};

/** AWS refuses a second one of these. */
const refusing: Readonly<Record<string, Properties>> = {
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html: ResourceConflictException.
  "aws:lambda/eventSourceMapping:EventSourceMapping": ["eventSourceArn", "functionName"],
  "aws:lambda/function:Function": ["name"],
  "aws:lambda/permission:Permission": ["function", "qualifier?", "statementId"],
  "aws:iam/role:Role": ["name"],
  "aws:kinesis/stream:Stream": ["name"],
  "aws:kinesis/streamConsumer:StreamConsumer": ["streamArn", "name"],
  "aws:dynamodb/table:Table": ["name"],
  "aws:kms/alias:Alias": ["name"],
  "aws:cloudwatch/eventBus:EventBus": ["name"],
  "aws:cloudwatch/logGroup:LogGroup": ["name"],
  "aws:scheduler/schedule:Schedule": ["groupName?", "name"],
  "aws:scheduler/scheduleGroup:ScheduleGroup": ["name"],
  "aws:apigateway/method:Method": ["restApi", "resourceId", "httpMethod"],
  "aws:apigateway/methodResponse:MethodResponse": ["restApi", "resourceId", "httpMethod", "statusCode"],
  "aws:apigateway/model:Model": ["restApi", "name"],
  "aws:apigateway/resource:Resource": ["restApi", "parentId", "pathPart"],
  "aws:apigateway/stage:Stage": ["restApi", "stageName"],
  "aws:ec2/flowLog:FlowLog": ["vpcId", "trafficType", "logDestination"],
};

/** Undefined for what AWS always makes anew, and where a value of it is not known. */
export function identityOf({ type, inputs, options }: GraphResource): Identity | undefined {
  const by = joining[type] ?? refusing[type];
  if (by === undefined) return undefined;
  const properties = by.map((property) => property.replace("?", ""));
  const values = properties.map((property): Value => inputs[property] ?? "");
  const isMissing = (index: number) => values[index] === "" && by[index]?.endsWith("?") === false;
  if (values.some((value, index) => value === unknown || isMissing(index))) return undefined;
  // A provider of the program's own may lead to another account or region.
  const place = [options.provider?.split("::").slice(0, -1).join("::") ?? "", inputs.region ?? ""];
  return {
    key: JSON.stringify([type, ...place, ...values]),
    properties,
    second: type in joining ? "joins" : "is refused",
  };
}
