// The attributes of a queue, with their ranges and defaults, and the two policies about dead letters.

import { jsonObject } from "spillway/syntax/json";
import {
  conflictingEncryption,
  invalidAttributeValue,
  invalidParameter,
  invalidValue,
  unknownAttribute,
} from "./errors";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maximumMessageSize = 1_048_576;

const ranges: Readonly<Record<string, readonly [min: number, max: number]>> = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  MaximumMessageSize: [1_024, maximumMessageSize],
  MessageRetentionPeriod: [60, 1_209_600],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};

const choices: Readonly<Record<string, readonly string[]>> = {
  SqsManagedSseEnabled: ["true", "false"],
  FifoQueue: ["true"],
  ContentBasedDeduplication: ["true", "false"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};

const fifoOnly = new Set(["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"]);

const settable = new Set([
  ...Object.keys(ranges),
  ...Object.keys(choices),
  "RedrivePolicy",
  "RedriveAllowPolicy",
  "Policy",
  "KmsMasterKeyId",
]);

/** The attributes that GetQueueAttributes computes. */
export const computed = [
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
] as const;

export const isKnown = (name: string) => settable.has(name) || computed.some((each) => each === name);

export function defaults(fifo: boolean): Record<string, string> {
  return {
    VisibilityTimeout: "30",
    DelaySeconds: "0",
    ReceiveMessageWaitTimeSeconds: "0",
    MaximumMessageSize: String(maximumMessageSize),
    MessageRetentionPeriod: "345600",
    SqsManagedSseEnabled: "true",
    ...(fifo && {
      FifoQueue: "true",
      ContentBasedDeduplication: "false",
      DeduplicationScope: "queue",
      FifoThroughputLimit: "perQueue",
    }),
  };
}

/** Refuses what SQS refuses, except for what depends on other queues. An empty policy means that there is none. */
export function checkAttributes(attributes: Readonly<Record<string, string>>, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!settable.has(name) || (fifoOnly.has(name) && !fifo)) throw unknownAttribute(name);
    const range = ranges[name];
    if (range !== undefined && !(/^\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1])) {
      throw invalidAttributeValue(name);
    }
    if (choices[name]?.includes(value) === false) throw invalidAttributeValue(name);
    if (name === "Policy" && value !== "" && jsonObject(value) === undefined) throw invalidAttributeValue(name);
    if (name === "RedrivePolicy") redrivePolicyOf(value);
    if (name === "RedriveAllowPolicy") redriveAllowPolicyOf(value);
  }
  if (attributes.KmsMasterKeyId && attributes.SqsManagedSseEnabled === "true") throw conflictingEncryption();
  if (
    attributes.FifoThroughputLimit === "perMessageGroupId" &&
    attributes.DeduplicationScope !== undefined &&
    attributes.DeduplicationScope !== "messageGroup"
  ) {
    throw invalidAttributeValue("FifoThroughputLimit", "perMessageGroupId needs DeduplicationScope messageGroup.");
  }
}

/**
 * The attributes after a change. KMS and SQS encryption exclude each other, and an empty value removes the attribute.
 */
export function merged(
  current: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Record<string, string> {
  const result = { ...current, ...changes };
  if (changes.KmsMasterKeyId) result.SqsManagedSseEnabled = "false";
  if (changes.SqsManagedSseEnabled === "true") delete result.KmsMasterKeyId;
  for (const name of ["RedrivePolicy", "RedriveAllowPolicy", "Policy", "KmsMasterKeyId"]) {
    if (result[name] === "") delete result[name];
  }
  return result;
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export function redrivePolicyOf(value: string | undefined): RedrivePolicy | undefined {
  if (value === undefined || value === "") return undefined;
  const refuse = (reason: string) => invalidValue(value, "RedrivePolicy", reason);
  const policy = jsonObject(value);
  if (policy === undefined) throw refuse("Redrive policy is not a valid JSON map.");
  const { deadLetterTargetArn, maxReceiveCount, ...others } = policy;
  const [unknownKey] = Object.keys(others);
  if (unknownKey !== undefined)
    throw refuse(`Only following attributes are allowed: [deadLetterTargetArn, maxReceiveCount].`);
  if (maxReceiveCount === undefined)
    throw refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.");
  if (deadLetterTargetArn === undefined) {
    throw refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  }
  if (typeof deadLetterTargetArn !== "string" || !/^arn:[^:]+:sqs:[^:]+:\d{12}:[^:]+$/.test(deadLetterTargetArn)) {
    throw refuse("Invalid value for deadLetterTargetArn.");
  }
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw refuse("Invalid value for maxReceiveCount: must be between 1 and 1000.");
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

export interface RedriveAllowPolicy {
  readonly redrivePermission: "allowAll" | "denyAll" | "byQueue";
  readonly sourceQueueArns: readonly string[];
}

export function redriveAllowPolicyOf(value: string | undefined): RedriveAllowPolicy | undefined {
  if (value === undefined || value === "") return undefined;
  const refuse = (reason: string) => invalidValue(value, "RedriveAllowPolicy", reason);
  const policy = jsonObject(value);
  if (policy === undefined) throw refuse("Redrive allow policy is not a valid JSON map.");
  const { redrivePermission, sourceQueueArns } = policy;
  if (redrivePermission !== "allowAll" && redrivePermission !== "denyAll" && redrivePermission !== "byQueue") {
    throw refuse("Invalid value for redrivePermission: must be allowAll, denyAll or byQueue.");
  }
  if (redrivePermission !== "byQueue") {
    if (sourceQueueArns !== undefined) throw refuse("sourceQueueArns is allowed only with redrivePermission byQueue.");
    return { redrivePermission, sourceQueueArns: [] };
  }
  if (
    !Array.isArray(sourceQueueArns) ||
    sourceQueueArns.length < 1 ||
    sourceQueueArns.length > 10 ||
    !sourceQueueArns.every((arn) => typeof arn === "string")
  ) {
    throw refuse("sourceQueueArns must contain 1 to 10 queue ARNs.");
  }
  return { redrivePermission, sourceQueueArns };
}

/** Whether `source` may name a queue with this policy as its dead-letter queue. */
export const allowsRedriveFrom = (policy: RedriveAllowPolicy | undefined, source: string) =>
  policy === undefined ||
  policy.redrivePermission === "allowAll" ||
  (policy.redrivePermission === "byQueue" && policy.sourceQueueArns.includes(source));

export function checkQueueName(name: string, fifoQueue: string | undefined): void {
  if (fifoQueue === "true" && !name.endsWith(".fifo")) {
    throw invalidParameter(
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
    );
  }
  const pattern = fifoQueue === "true" ? /^[A-Za-z0-9_-]{1,75}\.fifo$/ : /^[A-Za-z0-9_-]{1,80}$/;
  if (!pattern.test(name)) {
    throw invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  }
}
