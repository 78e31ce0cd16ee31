// A dead letter: what the record carried, as it was, and why it was given up.

import type { Context } from "aws-lambda";
import { largestMessage, type MessageAttribute, type NewMessage, sizeOf } from "../aws/sqs-client";
import { causesOf, firstFramesOf, type NamedError, nameError } from "../callback/errors";
import { ownBundle } from "./bundle-hash";
import { type EarlierReason, reasonAttribute } from "./earlier-reason";
import { messageJson, messageText } from "./message-text";

/** docs/consumer.md says what each member means. In their order the first ones are for people. */
export interface DeadLetterReason {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The event's type, as its envelope or the event itself says. */
  readonly type?: string | undefined;
  /** Whom the record belongs to, where Lambda or a fair queue keeps tenants apart. */
  readonly tenant?: string | undefined;
  /** How often the event had been a dead letter before and came back, at least 1; absent where it never had. */
  readonly redrives?: number | undefined;
  /** The reason that it came back with. */
  readonly previous?: EarlierReason["previous"] | undefined;
  /** How often the record was received; absent where AWS gives no count (streams, topics). */
  readonly attempts?: number;
  readonly functionName: string;
  readonly sourceArn: string;
  /** The record's own at its source, by which the log has it (queues, topics); its dead letter has a new one. */
  readonly messageId?: string | undefined;
  /** The id of its flow, with which it goes on when it is sent back. */
  readonly correlationId?: string | undefined;
  /** The invocation that gave it up. */
  readonly requestId: string;
  /** ISO 8601. */
  readonly failedAt: string;
  readonly traceId?: string | undefined;
  /** Which code gave it up: see `bundleOf`. */
  readonly bundle?: string | undefined;
  /** FIFO: the deduplication id with which it was first sent. */
  readonly deduplicationId?: string;
  /**
   * Streams: where the record was, and how the body holds it: `base64` of a Kinesis record's data, or `json` of a
   * table's change.
   */
  readonly shardId?: string;
  readonly sequenceNumber?: string;
  readonly partitionKey?: string;
  readonly encoding?: "base64" | "json";
  /** What the error was caused by, and the members of an AggregateError. */
  readonly causes?: readonly NamedError[] | undefined;
  /** Where it was thrown: frames of the callback's code first, without the heading that the first members are. */
  readonly stack?: string | undefined;
  /** The record's own attributes, where it had ten of them: SQS has no place for an eleventh. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** A record that is given up, whatever its source. */
export interface DeadLetterRecord {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly sourceArn: string;
  readonly messageId?: string;
  readonly correlationId: string;
  readonly type?: string | undefined;
  readonly tenant?: string | undefined;
  readonly earlier: EarlierReason | undefined;
  /** X-Ray's trace header that came with the record. */
  readonly trace?: string | undefined;
  /** More members of the reason, by source. */
  readonly place: Pick<
    DeadLetterReason,
    "attempts" | "deduplicationId" | "shardId" | "sequenceNumber" | "partitionKey" | "encoding"
  >;
  /** For a FIFO dead-letter queue. */
  readonly fifo?: { readonly MessageGroupId?: string; readonly MessageDeduplicationId?: string };
}

export interface GivenUp {
  readonly error: unknown;
  readonly failedAt: Date;
  /** The invocation that gives it up. */
  readonly context: Pick<Context, "functionName" | "awsRequestId" | "tenantId">;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostAttributes = 10;
const longMessage = 2000;
const shortMessage = 100;
const causeMessage = 300;
const longestType = 100;
const longestTenant = 128;
/** A longer one is not of our making: it is in the body, or in an attribute, and stays there. */
const longestCorrelationId = 256;

/** Undefined where the record leaves no room even for the shortest reason. */
export function deadLetterOf(record: DeadLetterRecord, givenUp: GivenUp): NewMessage | undefined {
  const { place, fifo } = record;
  // Records of a topic may have characters that SQS does not take.
  const body = messageText(record.body);
  const own = Object.fromEntries(Object.entries(record.attributes).map(([name, value]) => [name, storable(value)]));
  const fold = Object.keys(own).length >= mostAttributes;
  const full = reasonOf(record, givenUp);
  const { stack, causes, ...brief } = full;
  const { errorType, errorMessage, redrives, failedAt } = brief;
  const shortest = { errorType, errorMessage: cut(errorMessage, shortMessage), redrives, ...place, failedAt };
  for (const reason of [full, brief, { ...shortest, ...identityOf(record) }, shortest]) {
    const whole = fold ? { ...reason, attributes: own } : reason;
    const attributes = {
      ...(fold ? {} : own),
      [reasonAttribute]: { DataType: "String", StringValue: messageJson(whole) },
    };
    if (sizeOf(body, attributes) > largestMessage) continue;
    return { MessageBody: body, MessageAttributes: attributes, ...fifo };
  }
  return undefined;
}

function storable(attribute: MessageAttribute): MessageAttribute {
  const { StringValue } = attribute;
  return StringValue === undefined ? attribute : { ...attribute, StringValue: messageText(StringValue) };
}

/** What is undefined has no place in JSON. */
function identityOf({
  messageId,
  correlationId,
}: DeadLetterRecord): Pick<DeadLetterReason, "messageId" | "correlationId"> {
  return { messageId, correlationId: correlationId.length <= longestCorrelationId ? correlationId : undefined };
}

function reasonOf(record: DeadLetterRecord, givenUp: GivenUp): DeadLetterReason {
  const { sourceArn, trace, place, type, earlier } = record;
  const { error, failedAt, context } = givenUp;
  const { functionName, awsRequestId, tenantId = record.tenant } = context;
  const header = trace ?? process.env._X_AMZN_TRACE_ID;
  const causes = causesOf(error).map((cause) => shortened(cause, causeMessage));
  return {
    ...shortened(nameError(error), longMessage),
    type: type?.slice(0, longestType),
    tenant: tenantId?.slice(0, longestTenant),
    redrives: earlier?.redrives,
    previous: earlier?.previous,
    functionName,
    sourceArn,
    ...identityOf(record),
    requestId: awsRequestId,
    failedAt: failedAt.toISOString(),
    traceId: header && (/Root=([^;]+)/.exec(header)?.[1] ?? header),
    bundle: ownBundle(),
    ...place,
    causes: causes[0] && causes,
    stack: firstFramesOf(error),
  };
}

function shortened({ errorType, errorMessage }: NamedError, longest: number): NamedError {
  return { errorType: cut(errorType, longestType), errorMessage: cut(errorMessage, longest) };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
