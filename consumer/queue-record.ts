// A record of an SQS queue, as the parts of the consumer that know nothing of queues take it.
import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";
import { type LostRecord, reasonAttribute } from "./dead-letter";
import type { MessageAttribute } from "./sqs-client";

/** What is stored of a record that is given up. */
export function lostRecordOf(record: SQSRecord): LostRecord {
  const { body, messageId, messageAttributes, attributes: system } = record;
  const { ApproximateReceiveCount, AWSTraceHeader, MessageDeduplicationId, MessageGroupId } = system;
  const fifo = isFifo(record);
  return {
    body,
    attributes: originalAttributes(messageAttributes),
    sourceArn: record.eventSourceARN,
    trace: AWSTraceHeader,
    place: {
      attempts: Number(ApproximateReceiveCount),
      ...(fifo && MessageDeduplicationId !== undefined && { deduplicationId: MessageDeduplicationId }),
    },
    fifo: {
      ...(MessageGroupId !== undefined && { MessageGroupId }),
      // A crash between this message and the answer to Lambda sends it once more: the same id makes it one message. Its first
      // id would instead lose a second dead letter of the same event within five minutes.
      ...(fifo && { MessageDeduplicationId: messageId }),
    },
  };
}

/** The attributes that the record was first sent with: without an older reason, and unfolded where that one had taken them in. */
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
  if (reason === undefined) return {};
  try {
    const { attributes } = JSON.parse(reason) as { attributes?: Readonly<Record<string, unknown>> };
    // Anybody may send such an attribute: what is none of ours is dropped.
    return Object.fromEntries(Object.entries(attributes ?? {}).filter(isAttribute));
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
