// What a message of a dead-letter queue says of itself: which of the four kinds it is, why it is there, until when.
import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { Consumer } from "../stack/stack";
import { jsonOr } from "./envelope";
import type { DeadLetter, Reason } from "./letter";
import { ownerOf, sharersOf } from "./owner";

export const reasonAttribute = "DeadLetterReason";

/**
 * `readBy`: the consumer whose queue was read. `retention`: seconds for which the queue keeps a message. `consumers`:
 * those of the stack, of whom others may have the same queue. Never throws: what a message says may be anything.
 */
export function letterOf(
  message: Message,
  readBy: Consumer,
  retention: number,
  consumers: readonly Consumer[] = [],
): DeadLetter {
  const { Attributes: attributes = {} } = message;
  const sentAt = new Date(Number(attributes.SentTimestamp ?? Number.NaN));
  const reason = reasonIn(message.MessageAttributes?.[reasonAttribute]?.StringValue);
  const { consumer, unclaimed } = ownerOf(message, reason, sharersOf(readBy, consumers));
  const why = whyOf(message, reason, consumer);
  const failedAt = dateOf(why.failedAt);
  return {
    id: message.MessageId ?? "",
    consumer,
    ...(unclaimed && { unclaimed }),
    kind: why.kind,
    message,
    errorType: why.errorType,
    errorMessage: why.errorMessage,
    ...(why.reason && { reason: why.reason }),
    ...(why.description && { description: why.description }),
    sentAt,
    ...(failedAt && { failedAt }),
    expiresAt: new Date(sentAt.getTime() + retention * 1000),
    redrives: why.reason?.redrives ?? 0,
    ...(consumer.url.endsWith(".fifo") &&
      attributes.MessageGroupId !== undefined && { group: attributes.MessageGroupId }),
  };
}

interface Why extends Pick<DeadLetter, "kind" | "errorType" | "errorMessage"> {
  readonly reason?: Reason;
  readonly description?: Members;
  readonly failedAt?: unknown;
}

type Members = Readonly<Record<string, unknown>>;

function whyOf(message: Message, reason: Reason | undefined, consumer: Consumer): Why {
  if (reason !== undefined) {
    const { errorType, errorMessage, failedAt } = reason;
    return { kind: "reason", errorType, errorMessage, reason, failedAt };
  }
  return describedBy(message, consumer) ?? saidByService(message) ?? silent(message, consumer);
}

/** Undefined where it is no reason: the attribute is absent, or anybody's. */
export function reasonIn(text: string | undefined): Reason | undefined {
  const value = objectIn(text);
  if (value === undefined || typeof value.errorType !== "string" || value.errorType === "") return undefined;
  const texts = Object.fromEntries(
    ofText.flatMap((name) => (typeof value[name] === "string" ? [[name, value[name]]] : [])),
  );
  const { attempts, redrives, encoding, causes, previous, attributes } = value;
  return {
    ...texts,
    errorType: value.errorType,
    errorMessage: typeof value.errorMessage === "string" ? value.errorMessage : "",
    ...(isCount(attempts) && { attempts }),
    ...(isCount(redrives) && { redrives }),
    ...((encoding === "base64" || encoding === "json") && { encoding }),
    ...(Array.isArray(causes) && { causes: causes.filter(isCause) }),
    ...(isObject(previous) && isPrevious(previous) && { previous }),
    ...(isObject(attributes) && { attributes: Object.fromEntries(Object.entries(attributes).filter(isAttribute)) }),
  };
}

const ofText = [
  ...["stack", "functionName", "sourceArn", "messageId", "correlationId", "requestId", "failedAt", "traceId"],
  ...["deduplicationId", "shardId", "sequenceNumber", "partitionKey", "bundle", "type", "tenant"],
] as const;

/** Other sources pass on what anybody has sent, so a body of theirs that looks like a description is an event. */
const described = ["stream", "table", "topic-consumer"];

/**
 * Lambda's record of a stream's batch or of an asynchronous event.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function describedBy({ Body }: Message, { kind }: Consumer): Why | undefined {
  if (!described.includes(kind)) return undefined;
  const description = objectIn(Body);
  const { requestContext, responsePayload, responseContext, timestamp, version } = description ?? {};
  if (description === undefined || !isObject(requestContext) || typeof version !== "string") return undefined;
  const { condition } = requestContext;
  if (typeof condition !== "string") return undefined;
  const error = isObject(responsePayload) ? responsePayload : {};
  const thrown = typeof error.errorType === "string" && error.errorType !== "";
  const batch = batchIn(description);
  const functionError = isObject(responseContext) ? responseContext.functionError : undefined;
  const what = batch === undefined ? "The event" : `A batch of ${batch.batchSize} records of ${batch.shardId}`;
  const how =
    condition === "RecordAgeExceeded" || condition === "EventAgeExceeded"
      ? "got too old before it succeeded"
      : `failed at each of ${String(requestContext.approximateInvokeCount ?? "its")} attempts` +
        (functionError === null ? ", as the function reported" : "");
  return {
    kind: "description",
    errorType: thrown ? String(error.errorType) : condition,
    errorMessage: thrown ? String(error.errorMessage ?? "") : `${what} ${how}.`,
    description,
    failedAt: timestamp,
  };
}

/** Where the records of a description are in their stream. */
export interface DescribedBatch {
  readonly streamArn: string;
  readonly shardId: string;
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
  readonly batchSize: number;
}

/** Undefined for the description of an asynchronous event. */
export function batchIn(description: Members): DescribedBatch | undefined {
  const batch = description.KinesisBatchInfo ?? description.DDBStreamBatchInfo;
  if (!isObject(batch)) return undefined;
  const { streamArn, shardId, startSequenceNumber, endSequenceNumber, batchSize } = batch;
  const [stream, shard, start, end] = [streamArn, shardId, startSequenceNumber, endSequenceNumber].map(String);
  return stream === undefined || shard === undefined || start === undefined || end === undefined
    ? undefined
    : {
        ...{ streamArn: stream, shardId: shard, startSequenceNumber: start, endSequenceNumber: end },
        batchSize: Number(batchSize ?? 0),
      };
}

/** What EventBridge and Scheduler write into attributes, and Lambda for a function's own dead-letter queue. */
function saidByService({ MessageAttributes: attributes = {} }: Message): Why | undefined {
  const say = (...names: readonly string[]) => names.map((name) => attributes[name]?.StringValue).find((each) => each);
  const code = say("ERROR_CODE", "ErrorCode");
  const text = say("ERROR_MESSAGE", "ErrorMessage");
  const condition = say("EXHAUSTED_RETRY_CONDITION");
  if (code === undefined && text === undefined && condition === undefined) return undefined;
  const attempts = say("RETRY_ATTEMPTS");
  return {
    kind: "service",
    errorType: code ?? condition ?? "Undelivered",
    errorMessage: [text, attempts === undefined ? undefined : `Retries: ${attempts}.`].filter(Boolean).join(" "),
  };
}

/** What nobody wrote a reason for. */
function silent({ Attributes = {} }: Message, { kind }: Consumer): Why {
  if (Attributes.DeadLetterQueueSourceArn !== undefined) {
    return {
      kind: "moved",
      errorType: "MovedBySQS",
      errorMessage:
        "SQS moved it after its last receive, without a reason: the function crashed, ran out of time or memory, or was throttled.",
    };
  }
  if (kind === "topic" || kind === "topic-consumer") {
    return {
      kind: "service",
      errorType: "UndeliveredBySNS",
      errorMessage: "SNS could not deliver it, and does not say why: see the subscription's endpoint and its policy.",
    };
  }
  return {
    kind: "moved",
    errorType: "NoReason",
    errorMessage: "Nothing in the message says why it is here: it may have been sent by hand.",
  };
}

function dateOf(value: unknown): Date | undefined {
  const date = new Date(typeof value === "string" ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function objectIn(text: string | undefined): Members | undefined {
  if (text === undefined || !text.trimStart().startsWith("{")) return undefined;
  const value = jsonOr(text);
  return isObject(value) ? value : undefined;
}

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

const isCause = (value: unknown): value is { readonly errorType: string; readonly errorMessage: string } =>
  isObject(value) && typeof value.errorType === "string" && typeof value.errorMessage === "string";

/** Bytes are base64 in it. */
function isAttribute(entry: [string, unknown]): entry is [string, MessageAttributeValue] {
  if (!isObject(entry[1])) return false;
  const { DataType, StringValue, BinaryValue } = entry[1];
  return typeof DataType === "string" && (typeof StringValue === "string" || typeof BinaryValue === "string");
}

const isPrevious = (value: Members): value is Members & NonNullable<Reason["previous"]> =>
  typeof value.errorType === "string" && typeof value.failedAt === "string";
