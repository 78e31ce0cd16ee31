// Sends an event to a consumer, by its source: a queue, a stream or a topic.
import { randomUUID } from "node:crypto";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { startAudit } from "../audit";
import { messageText } from "../letters/envelope";
import { queueUrlOf } from "../letters/route";
import type { Consumer, Stack } from "../stack/stack";

export interface SendRequest {
  readonly consumer: Consumer;
  /** The message's body, or the record's data. */
  readonly body: string;
  /** How often it is sent. */
  readonly count: number;
  /** Message group of a FIFO queue. */
  readonly group?: string | undefined;
  /** Partition key of a stream. @default a new one for each record */
  readonly key?: string | undefined;
  /** Whether a line in the consumer's log group says who sent it. */
  readonly audit: boolean;
}

export interface Sent {
  /** ARN of the queue, stream or topic. */
  readonly to: string;
  /** The message's id, or the record's sequence number, of each. */
  readonly ids: readonly string[];
}

interface Working {
  readonly signal: AbortSignal;
  say(line: string): void;
}

const atATime = 10;

/** Throws an Error, in words for the user, for a consumer that gets no events in this way, and for what is missing. */
export function checkSend({ consumer, group, key }: Omit<SendRequest, "body" | "count" | "audit">): void {
  const { name, kind, sourceArn } = consumer;
  const instead = Object.hasOwn(otherWays, kind) ? otherWays[kind] : undefined;
  if (instead !== undefined) throw new Error(`"${name}" ${instead}`);
  const isFifo = kind === "queue" && sourceArn.endsWith(".fifo");
  if (isFifo && group === undefined) {
    throw new Error(`"${name}" consumes a FIFO queue, whose messages belong to a group. Give it with --group.`);
  }
  if (group !== undefined && kind !== "queue")
    throw new Error(`"${name}" consumes a ${kind}; only queues have --group.`);
  if (key !== undefined && kind !== "stream") throw new Error(`"${name}" consumes a ${kind}; only streams have --key.`);
}

/** What to do for those that have no source to which an event could be sent. */
const otherWays: Readonly<Record<string, string>> = {
  table: "consumes the changes of a table. Write an item to the table, as with `aws dynamodb put-item`.",
  topic: "is a topic. Send to a consumer of it, or publish to all with `aws sns publish`.",
  schedule: "is a schedule, which sends its event by itself. Send to its target.",
  rule: "is a rule of an event bus. Send to its target, or put an event on the bus with `aws events put-events`.",
};

/** Rejects with an Error for the user, which says how many were sent before. */
export async function send(stack: Stack, request: SendRequest, { signal, say }: Working): Promise<Sent> {
  const { consumer, count, audit: writes } = request;
  checkSend(request);
  const to = consumer.sourceArn;
  const intended = { count };
  const audit = await startAudit(stack, { operation: "send", consumer, to }, { intended, off: !writes, say });
  const ids: string[] = [];
  let stopped: string | undefined;
  try {
    while (ids.length < count) {
      signal.throwIfAborted();
      const some = Array.from({ length: Math.min(atATime, count - ids.length) }, () => sendOnce(stack, request));
      const sent = await Promise.allSettled(some);
      ids.push(...sent.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
      const failed = sent.find((each) => each.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
    return { to, ids };
  } catch (error) {
    stopped = signal.aborted ? "interrupted" : (error as Error).message;
    if (ids.length === 0) throw error;
    throw new Error(`${ids.length} of ${count} were sent. ${stopped}`, { cause: error });
  } finally {
    await audit.finish({ count: ids.length, ids, stopped });
  }
}

async function sendOnce(stack: Stack, { consumer, body, group, key = randomUUID() }: SendRequest) {
  const { kind, sourceArn, url } = consumer;
  const clients = stack.clientsOf(consumer);
  if (kind === "stream") {
    const { SequenceNumber = "" } = await clients.kinesis.send(
      new PutRecordCommand({ StreamARN: sourceArn, PartitionKey: key, Data: Buffer.from(body) }),
    );
    return SequenceNumber;
  }
  if (kind === "topic-consumer") {
    const { MessageId = "" } = await clients.sns.send(
      new PublishCommand({ TopicArn: sourceArn, Message: messageText(body), ...typeOf(body) }),
    );
    return MessageId;
  }
  const { MessageId = "" } = await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrlOf(sourceArn, url),
      MessageBody: messageText(body),
      ...(group !== undefined && { MessageGroupId: group }),
      // Each is a message of its own, also within five minutes.
      ...(sourceArn.endsWith(".fifo") && { MessageDeduplicationId: randomUUID() }),
    }),
  );
  return MessageId;
}

/** The attribute by which subscriptions filter, as `publish` of spillway/callback has it. */
function typeOf(body: string): Pick<PublishCommand["input"], "MessageAttributes"> {
  const { type } = (jsonOr(body) ?? {}) as { readonly type?: unknown };
  return typeof type === "string" && type !== ""
    ? { MessageAttributes: { type: { DataType: "String", StringValue: type } } }
    : {};
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
