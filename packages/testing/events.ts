// Sends events into the program: to a queue, on a topic, into a stream.
import { randomUUID } from "node:crypto";
import type { LocalRun } from "@spillway/local";
import type { SendOptions as QueueOptions } from "spillway/callback";
import { componentOf } from "./names";

/** How an event is sent to a queue. */
export interface SendOptions extends QueueOptions {
  /**
   * Whether the event is sent whatever the consumer's schema says of it: a poison message. A string is sent as it is.
   * @default false
   */
  readonly unchecked?: boolean;
}

/** How an event is put into a stream. */
export interface PutOptions {
  /**
   * Records of one key keep their order, 1 to 256 characters.
   * @default "test", for all records
   */
  readonly partitionKey?: string;
  /**
   * Whether the event is put whatever the consumer's schema says of it: a poison record. A string is put as it is.
   * @default false
   */
  readonly unchecked?: boolean;
}

const ofConsumers: Readonly<Record<string, string>> = {
  StreamConsumer: "Call put for a stream.",
  TableConsumer: "It consumes the changes of a table: write an item with table(name).put.",
  TopicConsumer: "Call publish for its topic.",
  Topic: "Call publish for a topic.",
};

export async function sendTo(run: LocalRun, consumer: string, event: unknown, options: SendOptions): Promise<string> {
  const { outputs } = componentOf(run.graph, consumer, {
    method: "send",
    what: "consumer with a queue",
    output: "queueUrl",
    instead: ofConsumers,
  });
  const QueueUrl = String(outputs.queueUrl);
  const {
    messageGroupId,
    messageDeduplicationId,
    delaySeconds,
    attributes,
    correlationId,
    unchecked = false,
  } = options;
  const fifo = QueueUrl.endsWith(".fifo");
  const { MessageId } = await run.ask("sqs", "SendMessage", {
    QueueUrl,
    MessageBody: bodyOf(event, unchecked),
    ...textAttributes({ ...attributes, correlationId }),
    ...(fifo && { MessageGroupId: messageGroupId ?? "test" }),
    ...(fifo && { MessageDeduplicationId: messageDeduplicationId ?? randomUUID() }),
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  });
  return String(MessageId);
}

export async function publishOn(run: LocalRun, topic: string, type: string, event: object): Promise<string> {
  const { outputs } = componentOf(run.graph, topic, { method: "publish", what: "topic", output: "topicArn" });
  const TopicArn = String(outputs.topicArn);
  const id = randomUUID();
  const envelope = {
    specversion: "1.0",
    id,
    source: "/test",
    type,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    correlationid: id,
    data: { type, ...event },
  };
  const fifo = TopicArn.endsWith(".fifo");
  const { MessageId } = await run.ask("sns", "Publish", {
    TopicArn,
    Message: JSON.stringify(envelope),
    ...textAttributes({ type, correlationId: id }),
    ...(fifo && { MessageGroupId: "test", MessageDeduplicationId: id }),
  });
  return String(MessageId);
}

export async function putInto(run: LocalRun, stream: string, event: unknown, options: PutOptions): Promise<string> {
  const { outputs } = componentOf(run.graph, stream, {
    method: "put",
    what: "consumer with a stream",
    output: "streamName",
    instead: { ...ofConsumers, StreamConsumer: "", QueueConsumer: "Call send for a queue." },
  });
  const { partitionKey = "test", unchecked = false } = options;
  const { SequenceNumber } = await run.ask("kinesis", "PutRecord", {
    StreamName: outputs.streamName,
    PartitionKey: partitionKey,
    Data: Buffer.from(bodyOf(event, unchecked)).toString("base64"),
  });
  return String(SequenceNumber);
}

function bodyOf(event: unknown, unchecked: boolean): string {
  return unchecked && typeof event === "string" ? event : JSON.stringify(event);
}

function textAttributes(values: Readonly<Record<string, string | undefined>>) {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, { DataType: "String", StringValue: value }]],
  );
  return entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) };
}
