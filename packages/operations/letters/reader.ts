// Reads a dead-letter queue without consuming it: what is read is hidden from others while it is worked with, and given
// back at the end, when it is not deleted.
import { randomUUID } from "node:crypto";
import { GetQueueAttributesCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Consumer, Stack } from "../stack/stack";
import { cutGroup } from "./cut-group";
import { Hold, hidden, mostAtOnce } from "./hold";
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
  readonly #hold: Hold;
  readonly #seen = new Set<string>();
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: ReaderOptions & { readonly sqs: SQSClient; readonly consumers: readonly Consumer[] },
    { total, held, retention }: Pick<Reader, "total" | "held" | "retention">,
  ) {
    this.total = total;
    this.held = held;
    this.retention = retention;
    this.#hold = new Hold(options.sqs, options.consumer.url);
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
      this.#hold.add(received);
      const messages = fifo && received.length === mostAtOnce ? await this.#withoutCut(received) : received;
      const fresh = messages.filter(({ MessageId = "" }) => !this.#seen.has(MessageId));
      for (const { MessageId = "" } of messages) this.#seen.add(MessageId);
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
    await this.#hold.release(cut.map(({ MessageId = "" }) => MessageId));
    return received.filter((message) => !cut.includes(message));
  }

  async delete(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
    const kept = new Set(await this.#hold.delete(letters.map(({ id }) => id)));
    return letters.filter(({ id }) => kept.has(id));
  }

  giveBack(letters: readonly DeadLetter[]): Promise<void> {
    return this.#hold.release(letters.map(({ id }) => id));
  }

  close(): Promise<void> {
    this.#closed ??= this.#hold.close();
    return this.#closed;
  }
}
