// Where events come from and are stored: SQS, SNS, Kinesis and DynamoDB.
import type { Value } from "../graph";
import type { ResourceTypes } from "./resource-type";
import { isFewer, isGiven, isThere, joins, memberOf, named, refused, wasOn, wasThere, within } from "./rules";

/** Warm throughput can be raised only; a lower value replaces the table. */
const isLowered = (before: Value | undefined, after: Value | undefined) =>
  ["readUnitsPerSecond", "writeUnitsPerSecond"].some((name) => {
    const [was, is] = [numberIn(before, name), numberIn(after, name)];
    return is !== 0 && is < was;
  });

const numberIn = (value: Value | undefined, name: string) => {
  const member = memberOf(value, name);
  return typeof member === "number" ? member : 0;
};

function part(end: string): string | undefined {
  if (end.startsWith("/stream/")) return "stream";
  if (end === "/index/*") return "every index";
  return end.startsWith("/index/") ? `index ${end.slice("/index/".length)}` : undefined;
}

export const sources: ResourceTypes = {
  "aws:sqs/queue:Queue": {
    // A second queue with the same attributes is the first one:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    identity: joins("name"),
    replacing: [...named, "fifoQueue"],
    data: { noun: "queue", loss: "the messages in it" },
    protections: [
      {
        property: "sqsManagedSseEnabled",
        weakens: (before, after, { kmsMasterKeyId }) => wasOn(before, after) && !isThere(kmsMasterKeyId),
        text: "encryption at rest is no longer asked for",
      },
      {
        property: "messageRetentionSeconds",
        weakens: isFewer(345_600),
        text: "messages are kept for a shorter time",
      },
    ],
    deadLetters: { to: "redrivePolicy.deadLetterTargetArn" },
    flow: { kind: "queue", service: "sqs" },
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    identity: joins("queueUrl"),
    replacing: ["queueUrl"],
    policyOf: "queueUrl",
  },
  "aws:sqs/redrivePolicy:RedrivePolicy": {
    identity: joins("queueUrl"),
    replacing: ["queueUrl"],
    net: "what cannot be handled is no longer moved to dead letters",
    deadLetters: { to: "redrivePolicy.deadLetterTargetArn", of: "queueUrl" },
  },
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": { identity: joins("queueUrl"), replacing: ["queueUrl"] },

  "aws:sns/topic:Topic": {
    // A second topic with the same attributes is the first one:
    // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    identity: joins("name"),
    replacing: [...named, "fifoTopic"],
    data: { noun: "topic", loss: "the subscriptions of others to it" },
    flow: { kind: "topic", service: "sns" },
  },
  "aws:sns/topicPolicy:TopicPolicy": { identity: joins("arn"), replacing: ["arn"], policyOf: "arn" },
  "aws:sns/topicSubscription:TopicSubscription": {
    // The same subscription has the same ARN: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    identity: joins("topic", "protocol", "endpoint"),
    replacing: ["topic", "protocol", "endpoint"],
    source: "topic",
    target: "endpoint",
    deadLetters: { to: "redrivePolicy.deadLetterTargetArn", of: "topic" },
  },

  "aws:kinesis/stream:Stream": {
    identity: refused("name"),
    replacing: ["name"],
    data: { noun: "stream", loss: "the records in it" },
    protections: [
      {
        property: "encryptionType",
        weakens: (before, after) => before === "KMS" && after !== "KMS",
        text: "encryption at rest is off",
      },
      { property: "retentionPeriod", weakens: isFewer(24), text: "records are kept for a shorter time" },
    ],
    flow: { kind: "stream", service: "kinesis" },
  },
  "aws:kinesis/streamConsumer:StreamConsumer": {
    identity: refused("streamArn", "name"),
    replacing: ["name", "streamArn"],
    standsFor: "streamArn",
  },
  "aws:kinesis/resourcePolicy:ResourcePolicy": { identity: joins("resourceArn"), policyOf: "resourceArn" },

  "aws:dynamodb/table:Table": {
    identity: refused("name"),
    replacing: [
      ...["name", "hashKey", "rangeKey", "localSecondaryIndexes", "importTable"],
      ...["restoreBackupArn", "restoreDateTime", "restoreToLatestTime"],
    ],
    replacingWhen: { restoreSourceName: isGiven, restoreSourceTableArn: isGiven, warmThroughput: isLowered },
    data: { noun: "table", loss: "its items, and what its stream still holds" },
    protections: [
      { property: "pointInTimeRecovery", weakens: within("enabled", wasOn), text: "point-in-time recovery is off" },
      {
        property: "serverSideEncryption",
        weakens: within("kmsKeyArn", wasThere),
        text: "the customer managed key is removed",
      },
    ],
    flow: { kind: "table", service: "dynamodb" },
    part,
  },
  "aws:dynamodb/resourcePolicy:ResourcePolicy": { identity: joins("resourceArn"), policyOf: "resourceArn" },
};
