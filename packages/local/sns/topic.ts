// A topic with its subscriptions, and what a FIFO topic remembers: sequence numbers, and the ids of five minutes.
import type { Clock } from "../service/clock";
import type { Deduplication, LoadedTopic, Storage, StoredSubscription, StoredTopic } from "./storage";
import type { DeliverySettings, Protocol } from "./subscription-attributes";
import { type Attributes, defaultMessageSize } from "./topic-attributes";

/** https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html */
const deduplicationMilliseconds = 5 * 60 * 1000;

export class Subscription implements StoredSubscription {
  attributes: Attributes;
  /** Made of the attributes. */
  settings: DeliverySettings;
  /** Deliveries to it are given up. */
  deleted = false;

  constructor(
    readonly topic: Topic,
    readonly arn: string,
    readonly protocol: Protocol,
    readonly endpoint: string,
    attributes: Attributes,
    settings: DeliverySettings,
  ) {
    this.attributes = attributes;
    this.settings = settings;
  }

  get topicArn(): string {
    return this.topic.arn;
  }
}

export interface Sequenced {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

export class Topic implements StoredTopic {
  readonly subscriptions = new Map<string, Subscription>();
  /** How many there were once. */
  subscriptionsDeleted = 0;
  readonly #deduplications = new Map<string, Deduplication>();
  #sequence = 0;

  constructor(
    readonly arn: string,
    public attributes: Attributes,
    public tags: Readonly<Record<string, string>>,
    readonly clock: Clock,
    readonly storage: Storage | undefined,
  ) {}

  get fifo(): boolean {
    return this.attributes.FifoTopic === "true";
  }

  get maximumMessageSize(): number {
    return Number(this.attributes.MaximumMessageSize ?? defaultMessageSize);
  }

  restore({ sequence, deduplications }: LoadedTopic): void {
    this.#sequence = sequence;
    for (const each of deduplications) this.#deduplications.set(each.key, each);
  }

  /** The message that was published with this id (in this group, where that is the scope) in the last five minutes. */
  duplicateOf(groupId: string, deduplicationId: string): Sequenced | undefined {
    const now = this.clock.now();
    for (const each of this.#deduplications.values()) {
      if (each.until > now) break;
      this.#deduplications.delete(each.key);
      this.storage?.forget(this.arn, each.key);
    }
    return this.#deduplications.get(this.#keyOf(groupId, deduplicationId));
  }

  /** The next number of the topic, for the message with this id. */
  sequence(groupId: string, deduplicationId: string, messageId: string): Sequenced {
    this.#sequence += 1;
    const sequenceNumber = `1${String(this.#sequence).padStart(19, "0")}`;
    const key = this.#keyOf(groupId, deduplicationId);
    const until = this.clock.now() + deduplicationMilliseconds;
    const deduplication = { key, messageId, sequenceNumber, until };
    this.#deduplications.set(key, deduplication);
    this.storage?.remember(this.arn, this.#sequence, deduplication);
    return deduplication;
  }

  #keyOf(groupId: string, deduplicationId: string): string {
    // Neither id may hold a space.
    return this.attributes.FifoThroughputScope === "MessageGroup" ? `${groupId} ${deduplicationId}` : deduplicationId;
  }
}
