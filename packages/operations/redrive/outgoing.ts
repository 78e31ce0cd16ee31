// A dead letter as it is sent: as the message or the record that it was, with the reason by which its consumer counts
// and tells the redrive.
import type { MessageAttributeValue, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { DeadLetter } from "../letters/letter";

/** The attribute in which a consumer stores its reason, and reads it when the message comes back. */
export const reasonAttribute = "DeadLetterReason";
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostAttributes = 10;
/** Bytes, of a message and of all messages of a batch. */
export const largestMessage = 1_048_576;

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

/** What takes the place of a part of the letter. */
export interface Changes {
  readonly body?: string;
  /** Id of the letter whose body was edited. */
  readonly editedFrom?: string;
}

/** As SQS counts: the body, and each attribute's name, type and value. System attributes are free. */
export function sizeOf(body: string, attributes: Attributes): number {
  let size = Buffer.byteLength(body);
  for (const [name, { DataType = "", StringValue, BinaryValue }] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    size += BinaryValue?.byteLength ?? Buffer.byteLength(StringValue ?? "");
  }
  return size;
}

/**
 * The reason with which it comes back: its own as it is, or one for a letter that SQS or Lambda moved without. The
 * consumer takes from it how often the event came back, and its flow.
 */
export function reasonOf({ id, message, reason, errorType, errorMessage, failedAt }: DeadLetter, changes: Changes) {
  const { editedFrom } = changes;
  const own = message.MessageAttributes?.[reasonAttribute]?.StringValue;
  if (reason !== undefined && own !== undefined) {
    return editedFrom === undefined ? own : JSON.stringify({ ...JSON.parse(own), editedFrom });
  }
  return JSON.stringify({
    errorType,
    errorMessage,
    ...(failedAt !== undefined && { failedAt: failedAt.toISOString() }),
    // SQS keeps the id of a message that it moves.
    messageId: id,
    ...(editedFrom !== undefined && { editedFrom }),
  });
}

/** The letter as an entry of SendMessageBatch. A letter without a reason gets one where SQS has room for it. */
export function entryFor(
  letter: DeadLetter,
  fifo: boolean,
  changes: Changes = {},
): Omit<SendMessageBatchRequestEntry, "Id"> {
  const { message, consumer, id } = letter;
  const body = changes.body ?? bodyOf(letter);
  // Scheduler and EventBridge tell in attributes why they gave up: their target never gets those.
  const ofService = consumer.kind === "schedule" || consumer.kind === "rule";
  const own: Attributes = ofService ? {} : (message.MessageAttributes ?? {});
  const withReason: Attributes = {
    ...own,
    [reasonAttribute]: { DataType: "String", StringValue: reasonOf(letter, changes) },
  };
  const fits = Object.keys(withReason).length <= mostAttributes && sizeOf(body, withReason) <= largestMessage;
  const attributes = fits ? withReason : own;
  const { MessageGroupId, AWSTraceHeader } = message.Attributes ?? {};
  return {
    MessageBody: body,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: { ...attributes } }),
    ...(MessageGroupId !== undefined && { MessageGroupId }),
    // The same letter sent twice within five minutes, as after a crash, is one message.
    ...(fifo && { MessageDeduplicationId: id }),
    ...(AWSTraceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: AWSTraceHeader } },
    }),
  };
}

/** The event's text as it was at its source: a dead letter of a Kinesis stream has it in base64. */
export function bodyOf({ message, reason }: DeadLetter): string {
  const body = message.Body ?? "";
  return reason?.encoding === "base64" ? Buffer.from(body, "base64").toString() : body;
}
