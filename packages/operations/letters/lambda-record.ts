// A dead letter as a record of the event that the consumer's function gets: the shape that the event source mapping, or
// SNS, gives it.
import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { DeadLetter } from "./letter";

/** The name of the message attribute, and of the member that a stream's record has instead. */
const reasonAttribute = "DeadLetterReason";

export interface LambdaRecord {
  /** The id by which the consumer's log lines name the record. */
  readonly id: string;
  /** The id by which the function's answer names it in `batchItemFailures`. */
  readonly itemIdentifier: string;
  /** The member of `Records`. */
  readonly record: object;
}

/**
 * `sourceArn`: of the source that the function is told. Throws an Error, in words for the user, for a letter that holds
 * no record: Lambda's description of a batch, or what a service gave up before it reached the function.
 */
export function lambdaRecordOf(letter: DeadLetter, sourceArn = letter.consumer.sourceArn): LambdaRecord {
  const { kind } = letter.consumer;
  const build = Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (build === undefined) {
    throw new Error(`It was given up by a ${kind} before it reached a function. Redrive it to a consumer.`);
  }
  if (letter.kind === "description") {
    throw new Error("It is Lambda's description of what was given up, and has no record. Replay it.");
  }
  return build(letter, sourceArn);
}

const shapes: Readonly<Record<string, (letter: DeadLetter, sourceArn: string) => LambdaRecord>> = {
  queue: queueRecord,
  stream: kinesisRecord,
  table: tableRecord,
  "topic-consumer": topicRecord,
};

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function queueRecord({ id, message, reason }: DeadLetter, sourceArn: string): LambdaRecord {
  const messageId = reason?.messageId ?? id;
  const { DeadLetterQueueSourceArn: _, ...system } = message.Attributes ?? {};
  const record = {
    messageId,
    // Nothing was received from the source, so nothing can be deleted or hidden there.
    receiptHandle: `dead-letter-${id}`,
    body: message.Body ?? "",
    attributes: {
      ...system,
      // As after a redrive: the consumer gives up a record whose queue would soon delete it.
      SentTimestamp: String(Date.now()),
      ApproximateReceiveCount: "1",
      ...(reason?.deduplicationId !== undefined && { MessageDeduplicationId: reason.deduplicationId }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: base64(BinaryValue) }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: sourceArn,
    awsRegion: regionIn(sourceArn),
  };
  return { id: messageId, itemIdentifier: messageId, record };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
function kinesisRecord({ message, reason, sentAt }: DeadLetter, sourceArn: string): LambdaRecord {
  const { shardId = "", sequenceNumber, partitionKey = "", encoding } = reason ?? {};
  if (sequenceNumber === undefined || encoding !== "base64") throw new Error(noRecord);
  const eventID = `${shardId}:${sequenceNumber}`;
  const record = {
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      // SQS takes no empty body: a record without data is stored as a space.
      data: (message.Body ?? "").trim(),
      approximateArrivalTimestamp: sentAt.getTime() / 1000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: "",
    awsRegion: regionIn(sourceArn),
    eventSourceARN: sourceArn,
    ...earlier(message),
  };
  return { id: eventID, itemIdentifier: sequenceNumber, record };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
function tableRecord({ message, reason }: DeadLetter, sourceArn: string): LambdaRecord {
  const change = reason?.encoding === "json" ? parsed(message.Body) : undefined;
  if (change === undefined) throw new Error(noRecord);
  const sequenceNumber = reason?.sequenceNumber ?? "";
  const record = { ...change, eventSourceARN: sourceArn, ...earlier(message) };
  const id = typeof change.eventID === "string" ? change.eventID : sequenceNumber;
  return { id, itemIdentifier: sequenceNumber, record };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
function topicRecord(letter: DeadLetter, sourceArn: string): LambdaRecord {
  const { id, message, reason, sentAt } = letter;
  const notification = reason === undefined ? notificationIn(message) : undefined;
  const messageId = reason?.messageId ?? notification?.MessageId ?? id;
  // Where the message had ten attributes, the reason has taken them in.
  const attributes = { ...reason?.attributes, ...message.MessageAttributes };
  const record = {
    EventSource: "aws:sns",
    EventVersion: "1.0",
    EventSubscriptionArn: sourceArn,
    Sns: {
      Type: "Notification",
      MessageId: messageId,
      TopicArn: sourceArn,
      Subject: notification?.Subject ?? null,
      Message: notification?.Message ?? message.Body ?? "",
      Timestamp: notification?.Timestamp ?? sentAt.toISOString(),
      SignatureVersion: "1",
      Signature: "",
      SigningCertUrl: "",
      UnsubscribeUrl: "",
      MessageAttributes: notification === undefined ? typedValues(attributes) : (notification.MessageAttributes ?? {}),
    },
  };
  return { id: messageId, itemIdentifier: messageId, record };
}

interface Notification {
  readonly MessageId?: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly Timestamp?: string;
  readonly MessageAttributes?: object;
}

/** A delivery that SNS gave up is the notification in its envelope. */
function notificationIn({ Body }: Message): Notification | undefined {
  const body = parsed(Body);
  return body?.Type === "Notification" && typeof body.Message === "string"
    ? (body as object as Notification)
    : undefined;
}

const typedValues = (attributes: Readonly<Record<string, MessageAttributeValue>>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: BinaryValue === undefined ? StringValue : base64(BinaryValue) },
    ]),
  );

const noRecord = "It holds no record of the stream, so it was not stored by this consumer.";

/** The consumer reads from it how often the event had come back. */
function earlier({ MessageAttributes }: Message): { readonly deadLetterReason?: string } {
  const text = MessageAttributes?.[reasonAttribute]?.StringValue;
  return text === undefined ? {} : { deadLetterReason: text };
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Attributes that the reason has taken in are base64 already. */
const base64 = (bytes: Uint8Array | string) =>
  typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("base64");

const regionIn = (arn: string) => arn.split(":")[3] ?? "";
