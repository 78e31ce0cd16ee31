// A record of an SQS queue, as the parts of the consumer that know nothing of queues take it.
import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";
import type { MessageAttribute } from "../aws/sqs-client";
import { type DeadLetterRecord, reasonAttribute } from "../batch/dead-letter";
import { parseJson } from "../batch/decode";
import { correlationIdOf, type Opened, openEnvelope } from "../batch/envelope";

/** Throws for what is no event. */
export function openRecord({ body }: SQSRecord): Opened {
  return openEnvelope(parseJson(body));
}

/**
 * The id of the record's flow: what its envelope says, else its attribute, else its own id. A message that was a dead
 * letter has a new id when it comes back, so the reason has kept the flow's.
 */
export function flowOf({ messageId, messageAttributes }: SQSRecord, inEnvelope: string | undefined): string {
  const { correlationId, [reasonAttribute]: earlier } = messageAttributes;
  const inReason = earlier && membersOf(earlier.stringValue).correlationId;
  return inEnvelope ?? correlationId?.stringValue ?? inReason ?? messageId;
}

/** What is stored of a record that is given up. */
export function deadLetterRecordOf(record: SQSRecord): DeadLetterRecord {
  const { body, messageId, messageAttributes, attributes: system } = record;
  const { ApproximateReceiveCount, AWSTraceHeader, MessageDeduplicationId, MessageGroupId } = system;
  const fifo = isFifo(record);
  return {
    body,
    attributes: originalAttributes(messageAttributes),
    sourceArn: record.eventSourceARN,
    trace: AWSTraceHeader,
    messageId,
    correlationId: flowOf(
      record,
      correlationIdOf(() => openRecord(record)),
    ),
    place: {
      attempts: Number(ApproximateReceiveCount),
      ...(fifo && MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
    },
    fifo: {
      ...(MessageGroupId !== undefined && { MessageGroupId }),
      // A crash between this message and the answer to Lambda sends it once more: the same id makes it one message. Its
      // first id would instead lose a second dead letter of the same event within five minutes.
      ...(fifo && { MessageDeduplicationId: messageId }),
    },
  };
}

/**
 * The attributes that the record was first sent with: without an older reason, and unfolded where that one had taken
 * them in.
 */
export function originalAttributes(given: SQSMessageAttributes): Record<string, MessageAttribute> {
  const { [reasonAttribute]: earlier, ...others } = given;
  const own: Record<string, MessageAttribute> = foldedIn(earlier?.stringValue);
  for (const [name, { dataType, stringValue, binaryValue }] of Object.entries(others)) {
    own[name] = {
      DataType: dataType,
      ...(stringValue !== undefined && stringValue !== null && { StringValue: stringValue }),
      ...(binaryValue !== undefined && binaryValue !== null && { BinaryValue: binaryValue }),
    };
  }
  return own;
}

function foldedIn(reason: string | undefined): Record<string, MessageAttribute> {
  return Object.fromEntries(Object.entries(membersOf(reason).attributes ?? {}).filter(isAttribute));
}

/** Anybody may send such an attribute: what is none of ours is dropped. */
function membersOf(reason: string | undefined): { attributes?: object; correlationId?: string } {
  if (reason === undefined) return {};
  try {
    const { attributes, correlationId } = JSON.parse(reason) as Readonly<Record<string, unknown>>;
    return {
      ...(typeof attributes === "object" && attributes !== null && { attributes }),
      ...(typeof correlationId === "string" && correlationId !== "" && { correlationId }),
    };
  } catch {
    return {};
  }
}

export function isFifo(record: SQSRecord): boolean {
  return record.eventSourceARN.endsWith(".fifo");
}

function isAttribute(entry: [string, unknown]): entry is [string, MessageAttribute] {
  const { DataType, StringValue, BinaryValue } = (entry[1] ?? {}) as Partial<Record<keyof MessageAttribute, unknown>>;
  return typeof DataType === "string" && (typeof StringValue === "string" || typeof BinaryValue === "string");
}
