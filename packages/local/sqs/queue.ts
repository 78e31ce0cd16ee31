// A queue: its messages, when each becomes visible, which receivers wait for them, and when one goes to the dead-letter
// queue.
// Standard and FIFO queues differ only in what may be handed out next (standard-queue.ts, fifo-queue.ts).
// The file has more than 250 lines because every change of a message's state is one step of the same life.
import { type RedrivePolicy, redrivePolicyOf } from "./attributes";
import { invalidValue, messageNotInFlight, overLimit, queueDoesNotExist } from "./errors";
import type { MessageState, StoredMessage } from "./message";
import { type Poll, Polls } from "./polls";
import type { NewMessage, QueueContext } from "./queue-types";
import { messageIdOf, receiptHandle } from "./receipt-handle";
import type { Loaded, StoredQueue } from "./storage";
import { Visibility } from "./visibility";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maximumInFlight = 120_000;
const maximumVisibilitySeconds = 43_200;

export abstract class Queue {
  readonly name: string;
  readonly arn: string;
  readonly messages = new Map<string, StoredMessage>();
  readonly createdAt: number;
  purgedAt = Number.NEGATIVE_INFINITY;
  #modifiedAt: number;
  #attributes: Readonly<Record<string, string>>;
  #tags: Readonly<Record<string, string>>;
  #redrivePolicy: RedrivePolicy | undefined;
  #sweptAt = 0;
  /**
   * During a receive nothing becomes visible. Otherwise a visibility timeout of 0 would hand out a message twice in one
   * answer.
   */
  #receiving = false;
  readonly #visibility = new Visibility({
    shown: (message, previous) => this.shelve(message, previous),
    returned: (message) => this.left(message, true),
  });
  readonly #polls: Polls;

  constructor(
    protected readonly context: QueueContext,
    queue: StoredQueue,
  ) {
    this.#polls = new Polls(context.clock, () => this.serve());
    this.name = queue.name;
    this.arn = context.arnOf(queue.name);
    this.createdAt = queue.createdAt;
    this.#modifiedAt = queue.modifiedAt;
    this.#attributes = queue.attributes;
    this.#tags = queue.tags;
    this.#redrivePolicy = redrivePolicyOf(queue.attributes.RedrivePolicy);
  }

  abstract readonly fifo: boolean;
  /** Called when the message has become visible: from delay, from flight, or as it came. */
  protected abstract shelve(message: StoredMessage, previous: MessageState): void;
  /** Removes and returns the message that may be handed out next. */
  protected abstract take(): StoredMessage | undefined;
  /** Called when a message has left flight, to be visible again or to be gone, or is gone otherwise. */
  protected abstract left(message: StoredMessage, inFlight: boolean): void;
  /** Called at the end of a receive. */
  protected abstract handedOut(messages: readonly StoredMessage[]): void;
  protected abstract get hasAvailable(): boolean;
  /** A copy of the message as it is in its dead-letter queue. */
  protected abstract asDeadLetter(message: StoredMessage, sourceArn: string): NewMessage;

  get attributes() {
    return this.#attributes;
  }
  get tags() {
    return this.#tags;
  }
  get modifiedAt() {
    return this.#modifiedAt;
  }
  get redrivePolicy() {
    return this.#redrivePolicy;
  }
  get now() {
    return Math.floor(this.context.clock.now());
  }
  get counts(): { readonly visible: number; readonly delayed: number; readonly inFlight: number } {
    this.advance();
    this.#dropExpired();
    return this.#visibility.counts;
  }

  configure(attributes: Readonly<Record<string, string>>, tags: Readonly<Record<string, string>> = this.#tags): void {
    this.#attributes = attributes;
    this.#tags = tags;
    this.#redrivePolicy = redrivePolicyOf(attributes.RedrivePolicy);
    this.#modifiedAt = Math.floor(this.now / 1000);
    this.save();
  }

  save(): void {
    const { name, attributes, tags, createdAt, modifiedAt } = this;
    this.context.storage?.saveQueue({ name, attributes, tags, createdAt, modifiedAt });
  }

  /** Puts back the messages that an earlier run has left. */
  restore({ messages }: Loaded): void {
    for (const message of messages) this.#place(message);
  }

  /** `serve` must follow, once for all that is added. */
  add(message: NewMessage, delaySeconds: number): void {
    const stored: StoredMessage = {
      receiveCount: 0,
      firstReceivedAt: undefined,
      sequenceNumber: undefined,
      ...message,
      state: "gone",
      visibleAt: delaySeconds > 0 ? this.now + delaySeconds * 1000 : 0,
      receivedAt: undefined,
      receiptHandle: undefined,
    };
    this.#place(stored);
    this.context.storage?.putMessage(this.name, stored);
  }

  takeDeadLetter(message: StoredMessage, sourceArn: string): void {
    this.add(this.asDeadLetter(message, sourceArn), 0);
  }

  #place(message: StoredMessage): void {
    this.messages.set(message.id, message);
    if (message.visibleAt <= this.now) {
      this.#visibility.show(message);
    } else {
      this.#visibility.hide(message, message.visibleAt, message.receiptHandle === undefined ? "delayed" : "inFlight");
      this.placed(message);
    }
  }

  /** Called for a message that is put into the queue and not yet visible. */
  protected placed(_message: StoredMessage): void {}

  /** Receives at once, or waits up to `waitSeconds` until there is something. */
  async poll(poll: Poll, waitSeconds: number, signal?: AbortSignal): Promise<readonly StoredMessage[]> {
    const found = this.#receive(poll);
    if (found.length > 0 || waitSeconds === 0 || signal?.aborted) return found;
    const waiting = this.#polls.wait(poll, waitSeconds, signal);
    this.#polls.arm(this.#visibility.next);
    return waiting;
  }

  /** Hands what is visible to those who wait. */
  serve(): void {
    this.advance();
    this.#polls.serve(
      () => this.hasAvailable,
      (poll) => this.#receive(poll),
    );
    this.#polls.arm(this.#visibility.next);
  }

  #receive(poll: Poll): StoredMessage[] {
    this.advance();
    this.#receiving = true;
    try {
      return this.#takeUpTo(poll);
    } finally {
      this.#receiving = false;
    }
  }

  #takeUpTo(poll: Poll): StoredMessage[] {
    const { maximum, visibilityTimeout = Number(this.#attributes.VisibilityTimeout), heldUntil } = poll;
    const messages: StoredMessage[] = [];
    const room = maximumInFlight - this.#visibility.counts.inFlight;
    if (room <= 0) {
      // A FIFO queue answers none instead.
      if (this.fifo) return messages;
      throw overLimit();
    }
    const now = this.now;
    const retention = Number(this.#attributes.MessageRetentionPeriod) * 1000;
    const policy = this.#redrivePolicy;
    const target = policy && this.context.queueByArn(policy.deadLetterTargetArn);
    // A message stays while its dead-letter queue does not exist. In a queue that names itself it would go round for
    // ever.
    const deadLetterQueue = target === this ? undefined : target;
    while (messages.length < Math.min(maximum, room)) {
      const message = this.take();
      if (message === undefined) break;
      if (message.sentAt + retention <= now) {
        this.remove(message);
      } else if (
        deadLetterQueue !== undefined &&
        policy !== undefined &&
        message.receiveCount >= policy.maxReceiveCount
      ) {
        this.remove(message);
        deadLetterQueue.takeDeadLetter(message, this.arn);
        // Not from within this receive: two queues may be each other's dead-letter queue.
        queueMicrotask(() => deadLetterQueue.serve());
      } else {
        message.receiveCount += 1;
        message.firstReceivedAt ??= now;
        message.receivedAt = now;
        message.receiptHandle = receiptHandle(this.name, message.id);
        this.#hide(message, now + visibilityTimeout * 1000);
        if (heldUntil !== undefined) this.#hold(message, message.receiptHandle, heldUntil(message.receiptHandle));
        messages.push(message);
      }
    }
    this.handedOut(messages);
    return messages;
  }

  /** Keeps what has just been handed out in flight beyond its visibility timeout, until the signal aborts. */
  #hold(message: StoredMessage, handle: string, until: AbortSignal): void {
    this.#visibility.hold(message, handle);
    const release = () => {
      // Once for all that are released together: they may be handed out together.
      if (this.#visibility.release(message, handle, this.now)) queueMicrotask(() => this.serve());
    };
    until.addEventListener("abort", release, { once: true });
  }

  /** Takes back messages that could not be handed to the receiver, as if they had never been received. */
  giveBack(handles: readonly string[]): void {
    for (const handle of handles) {
      const message = this.messageOf(handle);
      if (message?.receiptHandle !== handle || message.state !== "inFlight") continue;
      message.receiveCount -= 1;
      if (message.receiveCount === 0) message.firstReceivedAt = undefined;
      message.receiptHandle = undefined;
      this.#visibility.reveal(message);
      this.context.storage?.touchMessage(message);
    }
    this.serve();
  }

  /** The message of a receipt handle, when it is still there. Refuses what no receive of this queue has given. */
  messageOf(handle: string): StoredMessage | undefined {
    const id = messageIdOf(handle, this.name);
    this.advance();
    return this.messages.get(id);
  }

  /** `serve` must follow. */
  abstract delete(handle: string): void;

  /** Whether the visibility of a message may be changed with this handle. */
  protected abstract isReceiptOf(message: StoredMessage, handle: string): boolean;

  /** `serve` must follow. */
  changeVisibility(handle: string, seconds: number): void {
    const message = this.messageOf(handle);
    if (message === undefined || !this.isReceiptOf(message, handle)) {
      throw invalidValue(
        handle,
        "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.",
      );
    }
    if (message.state !== "inFlight") throw messageNotInFlight(handle);
    const visibleAt = this.now + seconds * 1000;
    if (message.receivedAt !== undefined && visibleAt > message.receivedAt + maximumVisibilitySeconds * 1000) {
      const rule = `Total VisibilityTimeout for the message is beyond the limit [${maximumVisibilitySeconds} seconds]`;
      throw invalidValue(seconds, "VisibilityTimeout", rule);
    }
    if (seconds === 0) this.#visibility.reveal(message);
    else this.#hide(message, visibleAt);
    this.context.storage?.touchMessage(message);
  }

  /** The message that would be handed out next; it stays visible. */
  abstract firstVisible(): StoredMessage | undefined;

  remove(message: StoredMessage): void {
    const inFlight = message.state === "inFlight";
    this.#visibility.remove(message);
    this.messages.delete(message.id);
    this.left(message, inFlight);
    this.context.storage?.removeMessage(message.id);
  }

  purge(): void {
    for (const message of [...this.messages.values()]) this.remove(message);
    this.#visibility.clear();
    this.purgedAt = this.now;
  }

  /** Ends the polls: with nothing, or with an error where the queue is deleted. */
  close(deleted = false): void {
    this.#polls.end(deleted ? queueDoesNotExist() : undefined);
  }

  /** Makes visible what is due. */
  protected advance(): void {
    if (this.#receiving) return;
    this.#visibility.advance(this.now);
  }

  #hide(message: StoredMessage, visibleAt: number): void {
    this.#visibility.hide(message, visibleAt);
    this.context.storage?.touchMessage(message);
  }

  /** Retention ends for messages that nobody receives too; looked at once in a second at most. */
  #dropExpired(): void {
    const now = this.now;
    if (now - this.#sweptAt < 1000) return;
    this.#sweptAt = now;
    const oldest = now - Number(this.#attributes.MessageRetentionPeriod) * 1000;
    for (const message of this.messages.values()) if (message.sentAt <= oldest) this.remove(message);
  }
}
