// Reads a dead-letter queue without consuming it: what is read is hidden from others while it is worked with, and given
// back at the end, when it is not deleted.
import { randomUUID } from "node:crypto";
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Consumer, Stack } from "../stack/stack";
import { cutGroup } from "./cut-group";
import type { DeadLetter } from "./letter";
import { letterOf } from "./parse";
import { refuseRedrive } from "./refuse-redrive";
import { type Unread, unreadOf } from "./unread";

export interface Reader {
  /** How many messages the queue had when it was opened, approximately, without those that others hold. */
  readonly total: number;
  /** How many others held then, or were delayed, approximately. */
  readonly held: number;
  /** Seconds for which the queue keeps a message. */
  readonly retention: number;
  /** How many were read so far. */
  readonly read: number;
  /** Whether every message was read. It cannot be on a FIFO queue with more than ten letters of one group. */
  readonly complete: boolean;
  /** What was not read of the queue, once `waves` has ended. Undefined when all was. */
  readonly unread: Unread | undefined;
  /**
   * Up to ten letters at a time, each at most once, hidden until they are deleted or given back. Ends when the queue
   * has no other that can be received, and rejects when the signal aborts. While the reader is open, they stay hidden:
   * their visibility is extended.
   */
  waves(): AsyncIterable<readonly DeadLetter[]>;
  /** Answers those that could not be deleted. */
  delete(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]>;
  /** Makes these visible at once. */
  giveBack(letters: readonly DeadLetter[]): Promise<void>;
  /** Gives back all that is held. Never rejects; may be called twice. */
  close(): Promise<void>;
}

export interface ReaderOptions {
  /** Whose dead-letter queue is read. It may have letters of other consumers, too. */
  readonly consumer: Consumer;
  readonly signal: AbortSignal;
  /** The most letters that are read. @default as many as can be received */
  readonly limit?: number;
}

/** Seconds. When the process has ended, whatever ends it, a message is visible again after this time at the latest. */
const hidden = 60;
/** Milliseconds. Three times as often as needed: one attempt may fail, and one may come late. */
const extendEvery = 20_000;
/** Entries of a batch, and messages of a receive: what SQS takes. */
const mostAtOnce = 10;
/** A long poll asks all servers of a queue; a short one would miss messages. */
const longPoll = 1;
/** How many answers without a message are needed to believe that none is left, when the count says that some are. */
const emptyAnswers = 3;
/** How many answers with nothing but what was read before: where many are held, some are visible again too early. */
const knownAnswers = 100;

/** Rejects with an Error for the user when reading could move messages on: each look counts as a receive. */
export async function openReader(
  { clientsOf, consumers }: Pick<Stack, "clientsOf" | "consumers">,
  given: ReaderOptions,
): Promise<Reader> {
  const { consumer } = given;
  const { sqs } = clientsOf(consumer);
  const options = { ...given, sqs, consumers };
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: consumer.url,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
        "MessageRetentionPeriod",
        "RedrivePolicy",
      ],
    }),
    { abortSignal: given.signal },
  );
  refuseRedrive(attributes.RedrivePolicy, consumer);
  const number = (value: string | undefined) => Number(value ?? 0);
  return new QueueReader(options, {
    total: number(attributes.ApproximateNumberOfMessages),
    held:
      number(attributes.ApproximateNumberOfMessagesNotVisible) + number(attributes.ApproximateNumberOfMessagesDelayed),
    retention: number(attributes.MessageRetentionPeriod),
  });
}

class QueueReader implements Reader {
  readonly total: number;
  readonly held: number;
  readonly retention: number;
  read = 0;
  #ended = false;
  /** Whether SQS hides no more messages at the same time. */
  #full = false;
  /** What is hidden for this reader, by message id, with the handle of its latest receive. */
  readonly #mine = new Map<string, string>();
  readonly #seen = new Set<string>();
  #extending: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: ReaderOptions & { readonly sqs: SQSClient; readonly consumers: readonly Consumer[] },
    { total, held, retention }: Pick<Reader, "total" | "held" | "retention">,
  ) {
    this.total = total;
    this.held = held;
    this.retention = retention;
    this.#timer = setInterval(() => {
      this.#extending ??= this.#extend().finally(() => {
        this.#extending = undefined;
      });
    }, extendEvery);
    this.#timer.unref();
  }

  get complete(): boolean {
    return this.#ended && this.read >= this.total + this.held;
  }

  get unread(): Unread | undefined {
    if (this.complete) return undefined;
    const count = Math.max(0, this.total + this.held - this.read);
    return unreadOf(count, { fifo: this.options.consumer.url.endsWith(".fifo"), full: this.#full });
  }

  async *waves(): AsyncGenerator<readonly DeadLetter[]> {
    const { consumer, consumers, signal, limit = Number.POSITIVE_INFINITY } = this.options;
    const fifo = consumer.url.endsWith(".fifo");
    let empty = 0;
    let known = 0;
    while (this.read < limit && !this.#full) {
      signal.throwIfAborted();
      const received = await this.#receive(Math.min(mostAtOnce, limit - this.read), fifo);
      const messages = fifo && received.length === mostAtOnce ? await this.#withoutCut(received) : received;
      const fresh = messages.filter(({ MessageId = "" }) => !this.#seen.has(MessageId));
      for (const { MessageId = "" } of messages) this.#seen.add(MessageId);
      for (const { MessageId = "", ReceiptHandle = "" } of messages) this.#mine.set(MessageId, ReceiptHandle);
      if (fresh.length === 0 && messages.length > 0 && !fifo && known < knownAnswers) {
        known += 1;
        continue;
      }
      if (fresh.length === 0) {
        empty += 1;
        // What is left of a FIFO queue is behind what is held. A standard queue may have more than it told.
        if (fifo || this.read >= this.total || empty >= emptyAnswers) break;
        continue;
      }
      empty = 0;
      known = 0;
      this.read += fresh.length;
      yield fresh.map((message) => letterOf(message, consumer, this.retention, consumers));
    }
    this.#ended = true;
    signal.throwIfAborted();
  }

  /** It is not aborted: SQS may have hidden messages already, which would stay so for the whole time. */
  async #receive(count: number, fifo: boolean): Promise<readonly Message[]> {
    const { sqs, consumer } = this.options;
    const command = new ReceiveMessageCommand({
      QueueUrl: consumer.url,
      MaxNumberOfMessages: count,
      VisibilityTimeout: hidden,
      WaitTimeSeconds: longPoll,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
      // The retry of a receive whose answer was lost gets the same messages.
      ...(fifo && { ReceiveRequestAttemptId: randomUUID() }),
    });
    const { Messages = [] } = await sqs.send(command).catch((error: Error): { readonly Messages?: Message[] } => {
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
      if (error.name !== "OverLimit") throw error;
      this.#full = true;
      return {};
    });
    return Messages;
  }

  /** Gives back those of a group that may go on: they come again, with what is behind them. */
  async #withoutCut(received: readonly Message[]): Promise<readonly Message[]> {
    const cut = cutGroup(received);
    for (const { MessageId = "", ReceiptHandle = "" } of cut) this.#mine.set(MessageId, ReceiptHandle);
    await this.#release(cut.map(({ MessageId = "" }) => MessageId));
    return received.filter((message) => !cut.includes(message));
  }

  async delete(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
    const { sqs, consumer } = this.options;
    const kept: DeadLetter[] = [];
    for (const part of parts(letters)) {
      const Entries = this.#entriesOf(part.map(({ id }) => id));
      const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: consumer.url, Entries }));
      const failed = new Set(Failed.map(({ Id }) => Number(Id)));
      part.forEach((letter, index) => {
        if (failed.has(index)) kept.push(letter);
        else this.#mine.delete(letter.id);
      });
    }
    return kept;
  }

  giveBack(letters: readonly DeadLetter[]): Promise<void> {
    return this.#release(letters.map(({ id }) => id));
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      clearInterval(this.#timer);
      await this.#extending;
      // What cannot be given back is visible again after a minute by itself.
      await this.#release([...this.#mine.keys()]).catch(() => {});
    })();
    return this.#closed;
  }

  /** In the order in which they were received, so that a FIFO group is visible from its first message on. */
  async #release(ids: readonly string[]): Promise<void> {
    for (const part of parts(ids.filter((id) => this.#mine.has(id)))) {
      await this.#hide(part, 0);
      for (const id of part) this.#mine.delete(id);
    }
  }

  /** One that fails is tried again at the next time, and visible to others at the worst. */
  async #extend(): Promise<void> {
    for (const part of parts([...this.#mine.keys()])) await this.#hide(part, hidden).catch(() => {});
  }

  async #hide(ids: readonly string[], VisibilityTimeout: number): Promise<void> {
    const { sqs, consumer } = this.options;
    const Entries = this.#entriesOf(ids).map((entry) => ({ ...entry, VisibilityTimeout }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: consumer.url, Entries }));
  }

  #entriesOf(ids: readonly string[]) {
    return ids.map((id, index) => ({ Id: String(index), ReceiptHandle: this.#mine.get(id) ?? "" }));
  }
}

function* parts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += mostAtOnce) yield items.slice(from, from + mostAtOnce);
}
