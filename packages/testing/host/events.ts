// Sends events into the program: to a queue, on a topic, into a stream.
import { randomUUID } from "node:crypto";
import type { RunUnderTest } from "@spillway/local";
import { isMessageText, messageText } from "@spillway/operations/letters";
import type { PublishOptions, SendOptions as QueueOptions } from "spillway/callback";
import { type Named, oneFor } from "./names";

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
  types: { "spillway:index:QueueConsumer": "queueUrl", "aws:sqs/queue:Queue": "url" },
  instead: {
    StreamConsumer: "Call put for a stream.",
    TableConsumer: "It consumes the changes of a table: write an item with table(name).put.",
    TopicConsumer: "It consumes a topic: call publish with the name of the topic.",
    Topic: "Call publish for a topic.",
    Schedule: "Call tick for a schedule.",
  },
};
const { TableConsumer, TopicConsumer, Topic, StreamConsumer } = queues.instead;
const QueueConsumer = "Call send for a queue.";
const topics = {
  method: "publish",
  what: "topic",
  types: { "spillway:index:Topic": "topicArn", "aws:sns/topic:Topic": "arn" },
  instead: { QueueConsumer, StreamConsumer, TopicConsumer },
};
const streams = {
  method: "put",
  what: "consumer with a stream",
  types: { "spillway:index:StreamConsumer": "streamName", "aws:kinesis/stream:Stream": "name" },
  instead: { QueueConsumer, TableConsumer, Topic },
};

/** Resolves with the message's id. */
export async function sendTo(run: RunUnderTest, name: string, event: unknown, options: SendOptions): Promise<string> {
  const queue = oneFor(run.graph, name, queues);
  const QueueUrl = queue.address;
  const { messageGroupId, messageDeduplicationId, delaySeconds, attributes, correlationId } = options;
  const fifo = QueueUrl.endsWith(".fifo");
  const { MessageId } = await run.ask("sqs", "SendMessage", {
    QueueUrl,
    MessageBody: await bodyOf(run, queue, "send", event, options),
    ...textAttributes({ ...attributes, ...(isMessageText(correlationId) && { correlationId }) }),
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
  const TopicArn = oneFor(run.graph, name, topics).address;
  const { id = randomUUID(), source = "/test", subject, correlationId = id } = options;
  const envelope = {
    specversion: "1.0",
    id,
    source,
    type,
    time: new Date(run.now()).toISOString(),
    datacontenttype: "application/json",
    correlationid: correlationId,
    ...(subject !== undefined && { subject }),
    data: { ...event, type },
  };
  const { messageGroupId = "test", messageDeduplicationId = id } = options;
  const { MessageId } = await run.ask("sns", "Publish", {
    TopicArn,
    Message: messageText(JSON.stringify(envelope)),
    ...textAttributes({ type, ...(isFilterableText(correlationId) && { correlationId }) }),
    ...(TopicArn.endsWith(".fifo") && {
      MessageGroupId: messageGroupId,
      MessageDeduplicationId: messageDeduplicationId,
    }),
  });
  return String(MessageId);
}

/** Resolves with the record's sequence number. */
export async function putInto(run: RunUnderTest, name: string, event: unknown, options: PutOptions): Promise<string> {
  const stream = oneFor(run.graph, name, streams);
  const { SequenceNumber } = await run.ask("kinesis", "PutRecord", {
    StreamName: stream.address,
    PartitionKey: options.partitionKey ?? "test",
    Data: Buffer.from(await bodyOf(run, stream, "put", event, options)).toString("base64"),
  });
  return String(SequenceNumber);
}

/** Rejects with an Error for the user for an event that the consumer's schema refuses. */
async function bodyOf(
  run: RunUnderTest,
  { name, isComponent, outputs }: Named,
  method: string,
  event: unknown,
  { unchecked = false }: Pick<SendOptions, "unchecked">,
): Promise<string> {
  if (unchecked && typeof event === "string") return event;
  const body = messageText(JSON.stringify(event) ?? "null");
  // Consumers of several kinds may have one name. Their functions do not.
  const issues = unchecked || !isComponent ? [] : await run.check(String(outputs.functionName), JSON.parse(body));
  if (issues.length === 0) return body;
  throw new Error(
    [
      `${method}("${name}"): The schema of its callback refuses this event:`,
      ...issues.map((issue) => `  - ${issue}`),
      `To send it nevertheless, as a poison message: ${method}("${name}", event, { unchecked: true }).`,
    ].join("\n"),
  );
}

/** What a callback's `publish` sends as an attribute: what a filter of SNS can read between quotation marks. */
const isFilterableText = (text: string) => /^[ !#-[\]-\ud7ff\ue000-\ufffd]+$/.test(text);

function textAttributes(values: Readonly<Record<string, string | undefined>>) {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, { DataType: "String", StringValue: value }]],
  );
  return entries.length === 0 ? {} : { MessageAttributes: Object.fromEntries(entries) };
}
