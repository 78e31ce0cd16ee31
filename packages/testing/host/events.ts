// Sends events into the program: to a queue, on a topic, into a stream.
import { randomUUID } from "node:crypto";
import type { RunUnderTest } from "@spillway/local";
import type { PublishOptions, SendOptions as QueueOptions } from "spillway/callback";
import { componentOf } from "./names";

/** How an event is sent to a queue. A FIFO queue has defaults for group and deduplication: "test" and a random id. */
export interface SendOptions extends QueueOptions {
  /**
   * Whether the event is sent whatever the consumer's schema says of it: a poison message. A string is then the body as
   * it is.
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
   * Whether the event is put whatever the consumer's schema says of it: a poison record. A string is then the data as
   * it is.
   * @default false
   */
  readonly unchecked?: boolean;
}

const queues = {
  method: "send",
  what: "consumer with a queue",
  output: "queueUrl",
  instead: {
    StreamConsumer: "Call put for a stream.",
    TableConsumer: "It consumes the changes of a table: write an item with table(name).put.",
    TopicConsumer: "It consumes a topic: call publish with the name of the topic.",
    Topic: "Call publish for a topic.",
    Schedule: "Call tick for a schedule.",
  },
} as const;
const topics = {
  method: "publish",
  what: "topic",
  output: "topicArn",
  instead: { QueueConsumer: "Call send for a queue." },
};
const streams = {
  method: "put",
  what: "consumer with a stream",
  output: "streamName",
  instead: {
    QueueConsumer: "Call send for a queue.",
    TableConsumer: queues.instead.TableConsumer,
    Topic: queues.instead.Topic,
  },
};

/** Resolves with the message's id. */
export async function sendTo(run: RunUnderTest, name: string, event: unknown, options: SendOptions): Promise<string> {
  const QueueUrl = String(componentOf(run.graph, name, queues).outputs.queueUrl);
  const { messageGroupId, messageDeduplicationId, delaySeconds, attributes, correlationId } = options;
  const fifo = QueueUrl.endsWith(".fifo");
  const { MessageId } = await run.ask("sqs", "SendMessage", {
    QueueUrl,
    MessageBody: await bodyOf(run, { method: "send", name, event, ...options }),
    ...textAttributes({ ...attributes, correlationId }),
    ...(fifo && { MessageGroupId: messageGroupId ?? "test" }),
    ...(fifo && { MessageDeduplicationId: messageDeduplicationId ?? randomUUID() }),
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  });
  return String(MessageId);
}

/** As `publish` of a callback does: the event in the envelope of CloudEvents. Resolves with the message's id. */
export async function publishOn(
  run: RunUnderTest,
  name: string,
  type: string,
  event: object,
  options: PublishOptions,
): Promise<string> {
  const TopicArn = String(componentOf(run.graph, name, topics).outputs.topicArn);
  const { id = randomUUID(), source = "/test", subject, correlationId = id } = options;
  const envelope = {
    specversion: "1.0",
    id,
    source,
    type,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    correlationid: correlationId,
    ...(subject !== undefined && { subject }),
    data: { type, ...event },
  };
  const { messageGroupId = "test", messageDeduplicationId = id } = options;
  const { MessageId } = await run.ask("sns", "Publish", {
    TopicArn,
    Message: JSON.stringify(envelope),
    ...textAttributes({ type, correlationId }),
    ...(TopicArn.endsWith(".fifo") && {
      MessageGroupId: messageGroupId,
      MessageDeduplicationId: messageDeduplicationId,
    }),
  });
  return String(MessageId);
}

/** Resolves with the record's sequence number. */
export async function putInto(run: RunUnderTest, name: string, event: unknown, options: PutOptions): Promise<string> {
  const { streamName } = componentOf(run.graph, name, streams).outputs;
  const { SequenceNumber } = await run.ask("kinesis", "PutRecord", {
    StreamName: streamName,
    PartitionKey: options.partitionKey ?? "test",
    Data: Buffer.from(await bodyOf(run, { method: "put", name, event, ...options })).toString("base64"),
  });
  return String(SequenceNumber);
}

interface Sent {
  readonly method: string;
  readonly name: string;
  readonly event: unknown;
  readonly unchecked?: boolean;
}

/** Rejects with an Error for the user for an event that the consumer's schema refuses. */
async function bodyOf(run: RunUnderTest, { method, name, event, unchecked = false }: Sent): Promise<string> {
  if (unchecked) return typeof event === "string" ? event : (JSON.stringify(event) ?? "null");
  const body = JSON.stringify(event) ?? "null";
  const issues = await run.check(name, JSON.parse(body));
  if (issues.length === 0) return body;
  throw new Error(
    [
      `${method}("${name}"): The schema of its callback refuses this event:`,
      ...issues.map((issue) => `  - ${issue}`),
      `To send it nevertheless, as a poison message: ${method}("${name}", event, { unchecked: true }).`,
    ].join("\n"),
  );
}

function textAttributes(values: Readonly<Record<string, string | undefined>>) {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, { DataType: "String", StringValue: value }]],
  );
  return entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) };
}
