// A FIFO queue keeps the order within a message group, hands out no message of a group while others of it are in
// flight, and
// deduplicates.
import { receiptHandleExpired } from "./errors";
import type { MessageState, StoredMessage } from "./message";
import { Queue } from "./queue";
import type { NewMessage } from "./queue-types";
import type { Deduplication, Loaded } from "./storage";

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
const deduplicationMilliseconds = 5 * 60 * 1000;

interface Group {
  readonly id: string;
  /** The messages that are not in flight, by sequence number. */
  readonly waiting: StoredMessage[];
  readonly inFlight: Set<StoredMessage>;
}

interface Attempt {
  readonly until: number;
  readonly messages: readonly {
    readonly message: StoredMessage;
    readonly handle: string;
    /** As it was when they were handed out. */
    readonly visibleAt: number;
  }[];
}

export class FifoQueue extends Queue {
  readonly fifo = true;
  readonly #groups = new Map<string, Group>();
  /** Groups whose first message may be handed out. */
  readonly #available = new Set<Group>();
  /** The deduplications by key, the oldest first. */
  readonly #deduplications = new Map<string, Deduplication>();
  /** The receives by their attempt ids. */
  readonly #attempts = new Map<string, Attempt>();
  #sequence = 0;

  override restore(loaded: Loaded): void {
    this.#sequence = loaded.sequence;
    for (const each of loaded.deduplications) this.#deduplications.set(each.key, each);
    super.restore(loaded);
  }

  nextSequenceNumber(): string {
    this.#sequence += 1;
    this.context.storage?.saveSequence(this.name, this.#sequence);
    return String(this.#sequence).padStart(20, "0");
  }

  /** The message that was sent with this id (of this group, where that is the scope) in the last five minutes. */
  duplicateOf(groupId: string, deduplicationId: string): Deduplication | undefined {
    const now = this.now;
    for (const each of this.#deduplications.values()) {
      if (each.until > now) break;
      this.#deduplications.delete(each.key);
      this.context.storage?.removeDeduplication(this.name, each.key);
    }
    return this.#deduplications.get(this.#keyOf(groupId, deduplicationId));
  }

  remember(groupId: string, deduplicationId: string, messageId: string, sequenceNumber: string): void {
    const key = this.#keyOf(groupId, deduplicationId);
    const deduplication = { key, messageId, sequenceNumber, until: this.now + deduplicationMilliseconds };
    this.#deduplications.set(key, deduplication);
    this.context.storage?.putDeduplication(this.name, deduplication);
  }

  #keyOf(groupId: string, deduplicationId: string): string {
    // Neither id may hold a space.
    return this.attributes.DeduplicationScope === "messageGroup" ? `${groupId} ${deduplicationId}` : deduplicationId;
  }

  protected override get hasAvailable() {
    return this.#available.size > 0;
  }

  #groupOf(message: StoredMessage): Group {
    const id = message.groupId ?? "";
    const group = this.#groups.get(id) ?? { id, waiting: [], inFlight: new Set() };
    this.#groups.set(id, group);
    return group;
  }

  protected override placed(message: StoredMessage): void {
    const group = this.#groupOf(message);
    // A delayed message stands in its place and keeps those behind it waiting.
    if (message.state === "delayed") this.#insert(group, message);
    else group.inFlight.add(message);
    this.#refresh(group);
  }

  protected override shelve(message: StoredMessage, previous: MessageState): void {
    const group = this.#groupOf(message);
    if (previous !== "delayed") this.#insert(group, message);
    this.#refresh(group);
  }

  #insert(group: Group, message: StoredMessage): void {
    const sequence = message.sequenceNumber ?? "";
    const { waiting } = group;
    let index = waiting.length;
    while (index > 0 && (waiting[index - 1]?.sequenceNumber ?? "") > sequence) index -= 1;
    waiting.splice(index, 0, message);
  }

  /**
   * While messages of the group are in flight, those that have come back from flight may be handed out again, and no
   * others. On AWS a group was seen to be visible as soon as one of its messages is. Whether that holds for a message
   * behind one that came back before it and has been received anew is not known. It waits, because a batch that comes
   * back would otherwise lose its order if not all of it is visible in the same millisecond.
   */
  #isAvailable({ inFlight, waiting: [first] }: Group): boolean {
    if (first?.state !== "visible") return false;
    if (inFlight.size === 0) return true;
    return first.receiptHandle !== undefined && ![...inFlight].some((each) => isReceivedAnewBefore(each, first));
  }

  #refresh(group: Group): void {
    while (group.waiting[0]?.state === "gone") group.waiting.shift();
    if (this.#isAvailable(group)) this.#available.add(group);
    else this.#available.delete(group);
    if (group.inFlight.size === 0 && group.waiting.length === 0) this.#groups.delete(group.id);
  }

  override firstVisible(): StoredMessage | undefined {
    this.advance();
    for (const group of this.#available) {
      while (group.waiting[0]?.state === "gone") group.waiting.shift();
      if (this.#isAvailable(group)) return group.waiting[0];
      this.#available.delete(group);
    }
    return undefined;
  }

  /** Takes as many messages of one group as possible, and then those of the next group. */
  protected override take(): StoredMessage | undefined {
    const message = this.firstVisible();
    if (message !== undefined) this.#groupOf(message).waiting.shift();
    return message;
  }

  /** Locks the groups of what was handed out. */
  protected override handedOut(messages: readonly StoredMessage[]): void {
    for (const message of messages) {
      const group = this.#groupOf(message);
      group.inFlight.add(message);
      this.#refresh(group);
    }
  }

  protected override left(message: StoredMessage, inFlight: boolean): void {
    const group = this.#groupOf(message);
    if (inFlight) group.inFlight.delete(message);
    this.#refresh(group);
  }

  /**
   * The enqueue time starts again, and the message's id replaces its deduplication id, so that no other message is
   * taken for it.
   */
  protected override asDeadLetter(message: StoredMessage, sourceArn: string): NewMessage {
    return {
      ...message,
      sourceArn,
      sentAt: this.now,
      deduplicationId: message.id,
      sequenceNumber: this.nextSequenceNumber(),
    };
  }

  protected override isReceiptOf(message: StoredMessage, handle: string): boolean {
    return message.receiptHandle === handle;
  }

  /** Purged messages are not remembered either. On AWS the same message could be sent again at once. */
  override purge(): void {
    super.purge();
    for (const { key } of this.#deduplications.values()) this.context.storage?.removeDeduplication(this.name, key);
    this.#deduplications.clear();
    this.#attempts.clear();
  }

  /**
   * The messages of an earlier receive with this attempt id, hidden again, if all of them are still in flight as they
   * were handed out. A receiver whose answer was lost thus gets the same messages at once.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-receiverequestattemptid-request-parameter.html
   */
  receivedBy(attemptId: string, visibilityTimeout: number): readonly StoredMessage[] {
    const attempt = this.#attempts.get(attemptId);
    if (attempt === undefined || attempt.until <= this.now) return [];
    this.advance();
    const same = attempt.messages.every(
      ({ message, handle, visibleAt }) =>
        message.state === "inFlight" && message.receiptHandle === handle && message.visibleAt === visibleAt,
    );
    if (!same) return [];
    for (const { handle } of attempt.messages) this.changeVisibility(handle, visibilityTimeout);
    const messages = attempt.messages.map(({ message }) => message);
    this.rememberAttempt(attemptId, messages);
    return messages;
  }

  rememberAttempt(attemptId: string, messages: readonly StoredMessage[]): void {
    for (const [id, { until }] of this.#attempts) if (until <= this.now) this.#attempts.delete(id);
    this.#attempts.set(attemptId, {
      until: this.now + deduplicationMilliseconds,
      messages: messages.flatMap((message) =>
        message.receiptHandle === undefined
          ? []
          : [{ message, handle: message.receiptHandle, visibleAt: message.visibleAt }],
      ),
    });
  }

  override delete(handle: string): void {
    const message = this.messageOf(handle);
    if (message === undefined) return;
    if (message.receiptHandle !== handle || message.state !== "inFlight") throw receiptHandleExpired(handle);
    this.remove(message);
  }
}

/** Whether the message is before the other one in their group, and has been received since the other one was. */
const isReceivedAnewBefore = (message: StoredMessage, other: StoredMessage) =>
  (message.sequenceNumber ?? "") < (other.sequenceNumber ?? "") && (message.receivedAt ?? 0) > (other.receivedAt ?? 0);
