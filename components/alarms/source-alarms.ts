// The alarms of what a consumer reads from and of what sends to it: queues, streams, tables, topics, endpoints,
// schedules, rules. What reaches a dead-letter queue is that queue's own alarm; those here are for what is late,
// refused or lost on the way there. Of what is lost, one is enough: it goes off after a minute, not after the five in a
// row that AWS recommends, which a single loss would not fill. It is longer than others because each alarm says what it
// means and what to do first.
import * as pulumi from "@pulumi/pulumi";
import { longestAttempts, type QueueTimes } from "../queue/attempts";
import type { Alarm } from "./alarms";

export interface WatchedQueue extends QueueTimes {
  readonly arn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly fifo: boolean;
  readonly maxReceiveCount: number;
  /** Seconds; undefined where it is not known. */
  readonly retention: number | undefined;
}

/** The alarms of a queue that a consumer reads. */
export type QueueAlarm = "age" | "recordsRetried";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export function queueAlarms(name: string, queue: WatchedQueue): readonly Alarm<QueueAlarm>[] {
  return [
    {
      kind: "age",
      namespace: "AWS/SQS",
      metricName: "ApproximateAgeOfOldestMessage",
      dimensions: { QueueName: lastPart(queue.arn) },
      statistic: "Maximum",
      threshold: longestWait(queue),
      datapoints: ageMinutes(queue),
      description: (seconds) =>
        `A message has waited for more than ${seconds} s in the queue of ${name}, longer than its attempts take: ` +
        "the function does not keep up, or " +
        "does not run. Look at its errors, throttles and duration first; if it is only too slow, raise " +
        "maximumConcurrency or batchSize.",
    },
    {
      // What is tried again and again: the age of a standard queue's messages does not show it. One record alone, which
      // comes back every quarter of an hour at the latest, sets it off.
      kind: "recordsRetried",
      name: "records-retried",
      namespace: "Spillway",
      metricName: "RecordsRetried",
      // The consumer counts by its function: components/runtime/batch/report.ts.
      dimensions: { service: queue.functionName },
      statistic: "Sum",
      threshold: 0,
      datapoints: 5,
      within: 60,
      description: (records) =>
        `In several minutes of an hour more than ${records} records of ${name} failed and were put back for ` +
        "another attempt, and one of them may be tried until it is " +
        "dead-lettered. Read the failures in the function's log first; where a few retries are normal, raise the " +
        "threshold.",
    },
  ];
}

/**
 * A standard queue leaves messages out of its age that were received so often and not deleted. A FIFO queue keeps their
 * order.
 */
const countedReceives = 3;

/**
 * By then every attempt that the age shows is over, unless the consumer does not keep up: below, each message that is
 * tried again would set it off. But no later than half of the retention, so that the rest is left for fixing it.
 */
function longestWait(queue: WatchedQueue): number {
  const { fifo, maxReceiveCount, retention = Infinity } = queue;
  const attempts = fifo ? maxReceiveCount : Math.min(countedReceives, maxReceiveCount);
  return Math.min(Math.max(60, longestAttempts(attempts, queue)), retention / 2);
}

/** A message of a short retention is not there for longer. */
function ageMinutes({ retention = Infinity }: WatchedQueue): number {
  return Math.min(15, Math.max(1, Math.floor(retention / 120)));
}

/**
 * Five minutes, as AWS recommends; not in a row, so that one in each hour is enough for a function that reads or writes
 * once an hour.
 */
const throttled = { datapoints: 5, within: 300 } as const;

/** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export function streamAlarms(
  name: string,
  streamName: pulumi.Input<string>,
): readonly Alarm<"readThrottles" | "writeThrottles">[] {
  const stream = { namespace: "AWS/Kinesis", dimensions: { StreamName: streamName }, statistic: "Average" as const };
  return [
    {
      ...stream,
      kind: "readThrottles",
      name: "stream-read-throttles",
      metricName: "ReadProvisionedThroughputExceeded",
      threshold: 0,
      ...throttled,
      description: (share) =>
        `More than ${share} of the reads of the stream of ${name} were refused in several minutes: its consumers ` +
        "together read more than 2 MB or five " +
        "times a second and shard. Count its consumers first; give one enhancedFanOut, or the stream more shards.",
    },
    {
      ...stream,
      kind: "writeThrottles",
      name: "stream-write-throttles",
      metricName: "WriteProvisionedThroughputExceeded",
      threshold: 0,
      ...throttled,
      description: (share) =>
        `More than ${share} of the records for the stream of ${name} were refused in several minutes: a shard gets ` +
        "more than 1 MB or 1,000 records a second. " +
        "See whether one partition key has most of them first; otherwise give the stream more shards. Producers must send them again.",
    },
  ];
}

/**
 * A table's own metrics leave its indexes out.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export function tableAlarms(name: string, tableName: pulumi.Input<string>, indexes: readonly string[]) {
  const parts = [undefined, ...indexes].map((index) => ({
    of: index === undefined ? `table ${name}` : `index ${index} of table ${name}`,
    label: index === undefined ? "table" : `index-${index}`,
    dimensions: { TableName: tableName, ...(index !== undefined && { GlobalSecondaryIndexName: index }) },
  }));
  return parts.flatMap(({ of, label, dimensions }) =>
    (["read", "write"] as const).map(
      (access): Alarm<"readThrottles" | "writeThrottles"> => ({
        kind: `${access}Throttles`,
        name: `${label}-${access}-throttles`,
        namespace: "AWS/DynamoDB",
        metricName: access === "read" ? "ReadThrottleEvents" : "WriteThrottleEvents",
        dimensions,
        statistic: "Sum",
        threshold: 0,
        ...throttled,
        description: (events) =>
          `DynamoDB refused more than ${events} ${access}s of the ${of} in several minutes, though it is on ` +
          "demand: one key is hot, or the traffic more than " +
          "doubled at once. See which keys are asked for most (CloudWatch Contributor Insights) first; the " +
          "functions retry meanwhile.",
      }),
    ),
  );
}

/** The alarms of a topic. */
export type TopicAlarm = "lostNotifications" | "invalidAttributes";

/** https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
export function topicAlarms(name: string, topicArn: pulumi.Output<string>): readonly Alarm<TopicAlarm>[] {
  return [
    {
      kind: "invalidAttributes",
      name: "invalid-attributes",
      namespace: "AWS/SNS",
      metricName: "NumberOfNotificationsFilteredOut-InvalidAttributes",
      dimensions: { TopicName: lastPart(topicArn) },
      statistic: "Sum",
      threshold: 0,
      datapoints: 1,
      description: (notifications) =>
        `SNS dropped more than ${notifications} notifications of the topic of ${name} in a minute for ` +
        "subscriptions with a filter, because a message attribute is no valid " +
        "JSON string, and they are lost. Find who publishes attributes with quotation marks, backslashes or " +
        "control characters first.",
    },
    {
      kind: "lostNotifications",
      name: "lost-notifications",
      namespace: "AWS/SNS",
      metricName: "NumberOfNotificationsFailedToRedriveToDlq",
      dimensions: { TopicName: lastPart(topicArn) },
      statistic: "Sum",
      threshold: 0,
      datapoints: 1,
      description: (notifications) =>
        `SNS could neither deliver more than ${notifications} notifications of the topic of ${name} in a minute ` +
        "nor put them into the dead-letter queue, and " +
        "they are lost. Check that this queue is there, and that its policy and its key admit SNS for the topic, first.",
    },
  ];
}

/**
 * A REST API's: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
export function endpointAlarms(
  name: string,
  dimensions: { readonly ApiName: pulumi.Input<string>; readonly Stage: pulumi.Input<string> },
): readonly Alarm<"serverErrors">[] {
  return [
    {
      kind: "serverErrors",
      name: "server-errors",
      namespace: "AWS/ApiGateway",
      metricName: "5XXError",
      dimensions: { ...dimensions },
      statistic: "Average",
      threshold: 0.05,
      datapoints: 1,
      description: (share) =>
        `More than ${Math.round(share * 10_000) / 100} % of the requests to ${name} were answered with 500 within ` +
        "an hour: its queues did not take the events, and callers must send them " +
        "again. Check that the queues are there, and that the endpoint's role may send to them and use their keys, first.",
    },
  ];
}

/**
 * Scheduler counts by group, and no further.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
 */
export function scheduleAlarms(name: string, groupName: pulumi.Input<string>): readonly Alarm<"lostEvents">[] {
  return [
    {
      kind: "lostEvents",
      name: "schedule-lost-events",
      namespace: "AWS/Scheduler",
      metricName: "InvocationsFailedToBeSentToDeadLetterCount",
      dimensions: { ScheduleGroup: groupName },
      statistic: "Sum",
      threshold: 0,
      datapoints: 1,
      description: (events) =>
        `Scheduler could put more than ${events} events in a minute neither into their queue nor into the ` +
        `dead-letter queue, and they are lost: of the schedule ${name}, or of ` +
        "another one in its group. Check that both queues are there, and that the schedule's role may send to " +
        "them, first.",
    },
  ];
}

/**
 * Rules of the default bus have no EventBusName there.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export function ruleAlarms(
  name: string,
  ruleName: pulumi.Output<string>,
  busName: pulumi.Input<string> | undefined,
): readonly Alarm<"lostEvents">[] {
  const dimensions =
    busName === undefined
      ? { RuleName: ruleName }
      : pulumi.all([ruleName, busName]).apply(([RuleName, nameOrArn]): Record<string, string> => {
          const EventBusName = nameOrArn.split("/").pop() ?? nameOrArn;
          return EventBusName === "default" ? { RuleName } : { EventBusName, RuleName };
        });
  return [
    {
      kind: "lostEvents",
      name: "rule-lost-events",
      namespace: "AWS/Events",
      metricName: "InvocationsFailedToBeSentToDlq",
      dimensions,
      statistic: "Sum",
      threshold: 0,
      datapoints: 1,
      description: (events) =>
        `EventBridge could put more than ${events} events of the rule ${name} in a minute neither into their queue ` +
        "nor into the dead-letter queue, and they are lost. " +
        "Check that both queues are there, and that their policies and keys admit EventBridge for the rule, first.",
    },
  ];
}

/** The name in the ARN of a queue or topic. */
const lastPart = (arn: pulumi.Output<string>) => arn.apply((text) => text.split(":")[5] ?? "");
