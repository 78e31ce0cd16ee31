// A dead letter as it is sent: with the reason by which its consumer counts and tells the redrive, as a message that
// SQS takes.
import type { MessageAttributeValue, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { messageText } from "../letters/envelope";
import type { DeadLetter } from "../letters/letter";
import { reasonAttribute, reasonIn } from "../letters/parse";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostAttributes = 10;
/** Bytes, of a message and of all messages of a batch. */
export const largestMessage = 1_048_576;

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

export type Entry = Omit<SendMessageBatchRequestEntry, "Id">;

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
 * The reason with which it comes back: its own, to which only a missing time is added, or one for a letter that SQS,
 * Lambda or a service moved without. The consumer takes from it how often the event came back, and its flow.
 */
export function reasonTextOf({ id, message, errorType, errorMessage, failedAt, sentAt }: DeadLetter): string {
  const own = message.MessageAttributes?.[reasonAttribute]?.StringValue;
  const known = reasonIn(own);
  if (own !== undefined && known?.failedAt) return own;
  const time = (failedAt ?? sentAt).toISOString();
  // Without a time, the consumer takes it for no reason, and logs no outcome.
  if (own !== undefined && known !== undefined) {
    return messageText(JSON.stringify({ ...JSON.parse(own), failedAt: time }));
  }
  const reason = {
    errorType,
    errorMessage,
    failedAt: time,
    // SQS keeps the id of a message that it moves: until now it was the flow's, too.
    messageId: id,
    correlationId: message.MessageAttributes?.correlationId?.StringValue ?? id,
  };
  return messageText(JSON.stringify(reason));
}

/** The letter with a reason among its attributes, where SQS has room for it; otherwise as it is. */
export function withReason(letter: DeadLetter, text = reasonTextOf(letter)): DeadLetter {
  const { message } = letter;
  const attributes = {
    ...message.MessageAttributes,
    [reasonAttribute]: { DataType: "String", StringValue: text },
  };
  const fits =
    Object.keys(attributes).length <= mostAttributes && sizeOf(message.Body ?? "", attributes) <= largestMessage;
  return fits ? { ...letter, message: { ...message, MessageAttributes: attributes } } : letter;
}

/** Whether its consumer will log what has become of it. */
export const tellsOutcome = (letter: DeadLetter) =>
  Boolean(reasonIn(withReason(letter).message.MessageAttributes?.[reasonAttribute]?.StringValue)?.failedAt);

/** The letter as an entry of SendMessageBatch. */
export function entryFor(letter: DeadLetter, fifo: boolean): Entry {
  const { message, id } = withReason(withoutServiceAttributes(letter));
  const { MessageGroupId, AWSTraceHeader } = message.Attributes ?? {};
  const attributes = message.MessageAttributes ?? {};
  return {
    MessageBody: textOf(letter),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
    ...(MessageGroupId !== undefined && { MessageGroupId }),
    // The same letter sent twice within five minutes, as after a crash, is one message.
    ...(fifo && { MessageDeduplicationId: id }),
    ...(AWSTraceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: AWSTraceHeader } },
    }),
  };
}

/** Scheduler and EventBridge say in attributes why they gave up. Their target never gets those. */
function withoutServiceAttributes(letter: DeadLetter): DeadLetter {
  const { kind } = letter.consumer;
  return kind === "schedule" || kind === "rule"
    ? { ...letter, message: { ...letter.message, MessageAttributes: {} } }
    : letter;
}

/**
 * The text as it was at its source: a dead letter of a Kinesis stream has it in base64, with characters that no queue
 * takes.
 */
function textOf({ message, reason }: DeadLetter): string {
  const body = message.Body ?? "";
  return reason?.encoding === "base64" ? messageText(Buffer.from(body, "base64").toString()) : body;
}
