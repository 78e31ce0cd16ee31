// Dead letters: whatever may be given up goes somewhere, and somebody hears of it.
import { at, isSet, type Plain, parsed, shown, unknown } from "./plain";
import { type Policy, resourcePolicy, stackPolicy } from "./policy";
import { refers, type Stack, type StackResource } from "./stack";

const queue = "aws:sqs/queue:Queue";
const lambda = "aws:lambda/function:Function";
const eventInvokeConfig = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const mapping = "aws:lambda/eventSourceMapping:EventSourceMapping";

const redriveTarget = (value: Plain | undefined) =>
  value === unknown ? unknown : at(parsed(value), "deadLetterTargetArn");

/** Where resources name a queue for their dead letters: the property that it is in, and how to read it. */
const references: Readonly<Record<string, readonly [string, (property: Plain | undefined) => Plain | undefined]>> = {
  [queue]: ["redrivePolicy", redriveTarget],
  "aws:sqs/redrivePolicy:RedrivePolicy": ["redrivePolicy", redriveTarget],
  "aws:sns/topicSubscription:TopicSubscription": ["redrivePolicy", redriveTarget],
  [lambda]: ["deadLetterConfig", (config) => at(config, "targetArn")],
  [eventInvokeConfig]: ["destinationConfig", (config) => at(config, "onFailure", "destination")],
  [mapping]: ["destinationConfig", (config) => at(config, "onFailure", "destinationArn")],
  "aws:cloudwatch/eventTarget:EventTarget": ["deadLetterConfig", (config) => at(config, "arn")],
  "aws:cloudwatch/eventBus:EventBus": ["deadLetterConfig", (config) => at(config, "arn")],
  "aws:scheduler/schedule:Schedule": ["target", (target) => at(target, "deadLetterConfig", "arn")],
};

/** `perhaps`: a preview does not know which of several queues in a property it is. */
function isDeadLetterQueue(stack: Stack, one: StackResource): "yes" | "perhaps" | "no" {
  let answer: "perhaps" | "no" = "no";
  for (const from of stack.resources) {
    const [property, read] = references[from.type] ?? [];
    if (property === undefined || read === undefined) continue;
    const value = read(from.props[property]);
    if (!refers(from, property, value, one)) continue;
    const queues = stack.ofType(queue).filter(({ urn }) => from.sources[property]?.includes(urn));
    if (value !== unknown || queues.length === 1) return "yes";
    answer = "perhaps";
  }
  return answer;
}

/** Whether it says of itself that it takes dead letters, be it of queues in another stack or of nobody yet. */
function isMadeForDeadLetters(stack: Stack, one: StackResource): boolean {
  if (one.parentType?.endsWith(":DeadLetterQueue")) return true;
  const apart = stack.referring(one, "queueUrl", "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy");
  return [one, ...apart].some(({ props: { redriveAllowPolicy } }) => {
    const permission = redriveAllowPolicy === unknown ? unknown : at(parsed(redriveAllowPolicy), "redrivePermission");
    return permission === unknown || permission === "byQueue" || permission === "allowAll";
  });
}

/** Services that invoke functions asynchronously; https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
const asynchronous = /^(sns|events|scheduler|s3|ses|iot|config|codecommit|cloudformation|logs)\./;

/** Who invokes the function without waiting for it. */
function asynchronousCaller(stack: Stack, one: StackResource): StackResource | undefined {
  return (
    stack
      .referring(one, "function", "aws:lambda/permission:Permission")
      .find(({ props: { principal } }) => typeof principal === "string" && asynchronous.test(principal)) ??
    stack
      .referring(one, "endpoint", "aws:sns/topicSubscription:TopicSubscription")
      .find(({ props }) => props.protocol === "lambda") ??
    stack.referring(one, "arn", "aws:cloudwatch/eventTarget:EventTarget")[0] ??
    stack
      .ofType("aws:scheduler/schedule:Schedule")
      .find((schedule) => refers(schedule, "target", at(schedule.props, "target", "arn"), one))
  );
}

export const deadLetterPolicies: readonly Policy[] = [
  stackPolicy({
    name: "queue-has-dead-letters",
    level: "mandatory",
    severity: "high",
    description: "A queue has a dead-letter queue, or is one.",
    ids: ["AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"],
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    check: (stack, report) => {
      for (const one of stack.ofType(queue)) {
        if (isSet(one.props.redrivePolicy)) continue;
        if (stack.referring(one, "queueUrl", "aws:sqs/redrivePolicy:RedrivePolicy").length > 0) continue;
        if (isDeadLetterQueue(stack, one) !== "no" || isMadeForDeadLetters(stack, one)) continue;
        report(
          one,
          "redrivePolicy is not set, and no resource uses it for dead letters",
          "Set redrivePolicy to { deadLetterTargetArn, maxReceiveCount: 5 }; if it receives another stack's dead letters, add it to this policy's exceptions",
        );
      }
    },
  }),
  stackPolicy({
    name: "dead-letter-queue-has-alarm",
    level: "mandatory",
    severity: "high",
    description: "A dead-letter queue has an alarm on the messages in it; otherwise nobody notices them.",
    ids: [],
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html",
    check: (stack, report) => {
      const alarms = stack.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
      for (const one of stack.ofType(queue)) {
        if (isDeadLetterQueue(stack, one) !== "yes") continue;
        const watched = alarms.some(
          (alarm) =>
            (alarm.props.metricName === "ApproximateNumberOfMessagesVisible" &&
              refers(alarm, "dimensions", at(alarm.props, "dimensions", "QueueName"), one)) ||
            alarm.sources.metricQueries?.includes(one.urn),
        );
        if (watched) continue;
        report(
          one,
          "dead letters come here, and no alarm watches ApproximateNumberOfMessagesVisible of it",
          "Add a MetricAlarm with dimensions { QueueName }, threshold 1 and an action",
        );
      }
    },
  }),
  resourcePolicy({
    name: "subscription-has-dead-letters",
    level: "mandatory",
    severity: "high",
    description: "A subscription of a topic keeps what SNS cannot deliver.",
    ids: ["Serverless-SNSRedrivePolicy"],
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
    types: ["aws:sns/topicSubscription:TopicSubscription"],
    check: ({ props: { protocol, redrivePolicy } }, report) => {
      // What is sent to people is not read back from a queue.
      if (typeof protocol === "string" && ["email", "email-json", "sms", "application"].includes(protocol)) return;
      if (isSet(redrivePolicy)) return;
      report(
        `redrivePolicy is ${shown(redrivePolicy)}`,
        "Set it to { deadLetterTargetArn } with a queue of the same kind",
      );
    },
  }),
  resourcePolicy({
    name: "event-source-mapping-has-dead-letters",
    level: "mandatory",
    severity: "high",
    description: "A mapping from a stream has a destination for the batches that it gives up.",
    ids: ["Serverless-LambdaEventSourceMappingDestination"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
    types: [mapping],
    check: ({ props }, report) => {
      const source = props.eventSourceArn;
      const streamed =
        (typeof source === "string" && /^arn:[^:]+:(kinesis|dynamodb|kafka):/.test(source)) ||
        (isSet(props.startingPosition) && !isSet(props.documentDbEventSourceConfig));
      const destination = at(props, "destinationConfig", "onFailure", "destinationArn");
      if (!streamed || isSet(destination)) return;
      report(
        `destinationConfig.onFailure.destinationArn is ${shown(destination)}`,
        "Set it to a standard queue, a standard topic or a bucket",
      );
    },
  }),
  stackPolicy({
    name: "async-function-has-dead-letters",
    level: "mandatory",
    severity: "high",
    description: "A function that is invoked asynchronously keeps the events that it failed on.",
    ids: ["Serverless-LambdaAsyncFailureDestination", "LambdaDLQ", "Serverless-LambdaDLQ", "CKV_AWS_116"],
    url: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    check: (stack, report) => {
      for (const one of stack.ofType(lambda)) {
        const caller = asynchronousCaller(stack, one);
        if (caller === undefined || isSet(at(one.props, "deadLetterConfig", "targetArn"))) continue;
        const kept = stack
          .referring(one, "functionName", eventInvokeConfig)
          .some(({ props }) => isSet(at(props, "destinationConfig", "onFailure", "destination")));
        if (kept) continue;
        report(
          one,
          `it is invoked asynchronously ("${caller.name}", ${caller.type}), and has no destination on failure`,
          "Add a FunctionEventInvokeConfig with destinationConfig.onFailure, or a deadLetterConfig",
        );
      }
    },
  }),
  resourcePolicy({
    name: "target-has-dead-letters",
    level: "mandatory",
    severity: "high",
    description: "Targets of EventBridge's rules and schedules keep the events that cannot be delivered.",
    ids: ["Serverless-EventBusDLQ"],
    url: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
    types: ["aws:cloudwatch/eventTarget:EventTarget", "aws:scheduler/schedule:Schedule"],
    check: ({ type, props }, report) => {
      const path = type.includes("schedule") ? ["target", "deadLetterConfig", "arn"] : ["deadLetterConfig", "arn"];
      const value = at(props, ...path);
      if (!isSet(value)) report(`${path.join(".")} is ${shown(value)}`, "Set it to the ARN of a standard queue");
    },
  }),
];
