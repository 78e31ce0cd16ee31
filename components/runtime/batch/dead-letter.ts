// A dead letter: what the record carried, as it was, and why it was given up.

import { largestMessage, type MessageAttribute, type NewMessage, sizeOf } from "../aws/sqs-client";
import { nameError } from "../callback/errors";
import { messageJson, messageText } from "./message-text";

/** Name of the message attribute that says why. Its value is the JSON of a `DeadLetterReason`. */
export const reasonAttribute = "DeadLetterReason";

export interface DeadLetterReason {
  readonly errorType: string;
  readonly errorMessage: string;
  /** How often the record was received; absent where AWS gives no count (streams, topics). */
  readonly attempts?: number;
  readonly functionName: string;
  readonly sourceArn: string;
  /** The record's own at its source, by which the log has it (queues, topics); its dead letter has a new one. */
  readonly messageId?: string;
  /** The id of its flow, with which it goes on when it is sent back. */
  readonly correlationId?: string;
  /** The invocation that gave it up. */
  readonly requestId: string;
  /** ISO 8601. */
  readonly failedAt: string;
  readonly traceId?: string;
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
  readonly functionName: string;
  readonly requestId: string;
  readonly failedAt: Date;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostAttributes = 10;
const longMessage = 2000;
const shortMessage = 100;
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
  const { errorType, failedAt } = full;
  const folded = fold ? { attributes: own } : {};
  const shortest = { errorType, errorMessage: cut(full.errorMessage, shortMessage), ...place, failedAt };
  for (const reason of [
    { ...full, ...folded },
    { ...shortest, ...identityOf(record), ...folded },
    { ...shortest, ...folded },
  ]) {
    const attributes = {
      ...(fold ? {} : own),
      [reasonAttribute]: { DataType: "String", StringValue: messageJson(reason) },
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

function identityOf({
  messageId,
  correlationId,
}: DeadLetterRecord): Pick<DeadLetterReason, "messageId" | "correlationId"> {
  return {
    ...(messageId !== undefined && { messageId }),
    ...(correlationId.length <= longestCorrelationId && { correlationId }),
  };
}

function reasonOf(record: DeadLetterRecord, givenUp: GivenUp): DeadLetterReason {
  const { sourceArn, trace, place } = record;
  const { error, functionName, requestId, failedAt } = givenUp;
  const { errorType, errorMessage } = nameError(error);
  const header = trace ?? process.env._X_AMZN_TRACE_ID;
  const traceId = header === undefined ? undefined : (/Root=([^;]+)/.exec(header)?.[1] ?? header);
  return {
    errorType: cut(errorType, shortMessage),
    errorMessage: cut(errorMessage, longMessage),
    functionName,
    sourceArn,
    ...identityOf(record),
    requestId,
    failedAt: failedAt.toISOString(),
    ...(traceId !== undefined && { traceId }),
    ...place,
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
