// The Lambda event with one record by which a dead letter goes back to its consumer's function: as the mapping, or SNS,
// would give it.
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { DeadLetter } from "../letters/letter";
import type { InvocationShape } from "../letters/route";
import { bodyOf, type Changes, reasonAttribute, reasonOf } from "./outgoing";

export interface InvocationEvent {
  readonly payload: string;
  /** The id by which the consumer's log names the record. */
  readonly recordId: string;
  /** What the function answers to name the record as failed (streams). */
  readonly sequenceNumber?: string;
}

/** Throws an Error for a body that is not what its consumer has stored. */
export function invocationEvent(letter: DeadLetter, shape: InvocationShape, changes: Changes = {}): InvocationEvent {
  switch (shape) {
    case "kinesis":
      return kinesisEvent(letter, changes);
    case "table":
      return tableEvent(letter, changes);
    case "topic":
      return topicEvent(letter, changes);
    case "payload":
      return {
        payload: changes.body ?? JSON.stringify(letter.description?.requestPayload),
        recordId: requestIdOf(letter),
      };
  }
}

function kinesisEvent(letter: DeadLetter, changes: Changes): InvocationEvent {
  const { reason, consumer, sentAt } = letter;
  const { shardId = "", sequenceNumber = "", partitionKey = "" } = reason ?? {};
  const eventID = `${shardId}:${sequenceNumber}`;
  const record = {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      data: changes.body === undefined ? storedData(letter) : Buffer.from(changes.body).toString("base64"),
      approximateArrivalTimestamp: sentAt.getTime() / 1000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: "",
    awsRegion: regionOf(consumer.sourceArn),
    eventSourceARN: reason?.sourceArn ?? consumer.sourceArn,
    deadLetterReason: reasonOf(letter, changes),
  };
  return { payload: JSON.stringify({ Records: [record] }), recordId: eventID, sequenceNumber };
}

/** SQS takes no empty body: a record without data was stored as a space. */
const storedData = ({ message }: DeadLetter) => (message.Body ?? "").trim();

function tableEvent(letter: DeadLetter, changes: Changes): InvocationEvent {
  const text = changes.body ?? letter.message.Body ?? "";
  const record = members(text);
  if (record === undefined) throw new Error(`The body of dead letter ${letter.id} is no record of a table's stream.`);
  const sequenceNumber = String(members(record.dynamodb)?.SequenceNumber ?? letter.reason?.sequenceNumber ?? "");
  const payload = JSON.stringify({ Records: [{ ...record, deadLetterReason: reasonOf(letter, changes) }] });
  return {
    payload,
    recordId: typeof record.eventID === "string" ? record.eventID : sequenceNumber,
    sequenceNumber,
  };
}

function topicEvent(letter: DeadLetter, changes: Changes): InvocationEvent {
  const [stored] = recordsOf(letter.description?.requestPayload);
  const sns = members(stored?.Sns) ?? notificationOf(letter);
  const { MessageAttributes, ...rest } = sns;
  const Sns = {
    ...rest,
    ...(changes.body !== undefined && { Message: changes.body }),
    MessageAttributes: {
      ...members(MessageAttributes),
      [reasonAttribute]: { Type: "String", Value: reasonOf(letter, changes) },
    },
  };
  const record = stored ?? { EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: "" };
  return { payload: JSON.stringify({ Records: [{ ...record, Sns }] }), recordId: String(sns.MessageId) };
}

/** What SNS had handed over, as far as the dead letter has kept it. */
function notificationOf(letter: DeadLetter): Readonly<Record<string, unknown>> {
  const { message, reason, consumer, id, sentAt } = letter;
  const { [reasonAttribute]: _reason, ...own } = message.MessageAttributes ?? {};
  // A delivery that SNS itself gave up is the notification as a queue would get it.
  const stored = reason === undefined ? members(message.Body) : undefined;
  if (stored?.Type === "Notification" && typeof stored.MessageId === "string") return stored;
  return {
    Type: "Notification",
    MessageId: reason?.messageId ?? id,
    TopicArn: reason?.sourceArn ?? consumer.sourceArn,
    Subject: null,
    Message: bodyOf(letter),
    Timestamp: sentAt.toISOString(),
    SignatureVersion: "1",
    Signature: "",
    SigningCertUrl: "",
    UnsubscribeUrl: "",
    MessageAttributes: Object.fromEntries(
      // Ten attributes left no room for the reason, which has them then.
      Object.entries({ ...reason?.attributes, ...own }).map(([name, value]) => [name, typedValue(value)]),
    ),
  };
}

function typedValue({ DataType = "String", StringValue, BinaryValue }: MessageAttributeValue) {
  // Within a reason, which is JSON, bytes are base64 already.
  const bytes = typeof BinaryValue === "string" ? BinaryValue : BinaryValue && Buffer.from(BinaryValue).toString("base64");
  return { Type: DataType, Value: bytes ?? StringValue };
}

const requestIdOf = ({ description, id }: DeadLetter) =>
  String(members(description?.requestContext)?.requestId ?? id);

function recordsOf(payload: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { Records } = members(payload) ?? {};
  return Array.isArray(Records) ? Records.flatMap((record) => members(record) ?? []) : [];
}

/** The members of an object, or of the object that a text is as JSON. */
function members(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value === "string") {
    try {
      return members(JSON.parse(value));
    } catch {
      return undefined;
    }
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

const regionOf = (arn: string) => arn.split(":")[3] ?? "";
