// Delivers published messages to queues and functions after Publish has answered, with SNS's retries and dead letters.

import { isRetryable } from "../delivery/retryable";
import { deliver, send } from "../delivery/target";
import type { Ask, Principal } from "../service/ask";
import type { Clock } from "../service/clock";
import { lambdaEvent, queueMessage } from "./notification";
import type { Publication } from "./publication";
import { delayBefore, maximumAttempts } from "./retries";
import type { Subscription } from "./topic";

export interface DeliveriesSettings {
  readonly clock: Clock;
  readonly ask: Ask;
  address(): string;
  onProblem?(message: string): void;
}

interface Delivery {
  readonly publication: Publication;
  readonly subscription: Subscription;
}

type Outcome = "delivered" | "abandoned" | { readonly error: unknown };

export class Deliveries {
  /** The messages that were published in this turn of the event loop. */
  #due: Delivery[] = [];
  #scheduled = false;
  /** The deliveries of FIFO topics that wait behind the one under way, by subscription and group. */
  readonly #lanes = new Map<string, Delivery[]>();
  readonly #open = new Set<Delivery>();
  readonly #closed = new AbortController();
  #waiting = 0;
  #atRest: (() => void) | undefined;

  constructor(readonly settings: DeliveriesSettings) {}

  /** The deliveries that are not finished. */
  get size(): number {
    return this.#open.size;
  }

  /** Delivers to every subscription whose filter lets the message pass. */
  submit(publication: Publication): void {
    for (const subscription of publication.topic.subscriptions.values()) {
      if (!this.#isFor(subscription, publication)) continue;
      const delivery = { publication, subscription };
      this.#open.add(delivery);
      this.#due.push(delivery);
    }
    if (this.#due.length > 0 && !this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#start());
    }
  }

  /** Reports a message that SNS drops because its filter cannot read it. On AWS only a metric tells. */
  #isFor({ settings, protocol, endpoint }: Subscription, publication: Publication): boolean {
    const { filter, filterScope } = settings;
    if (filter === undefined) return true;
    const unreadable = publication.unreadable(filterScope, protocol);
    if (unreadable === undefined) return publication.passes(filter, protocol);
    const metric = filterScope === "MessageBody" ? "InvalidMessageBody" : "InvalidAttributes";
    this.settings.onProblem?.(
      `SNS dropped message ${publication.messageId} of ${publication.topic.arn} for ${endpoint}, which has a filter: ${unreadable}. AWS counts it in NumberOfNotificationsFilteredOut-${metric}.`,
    );
    return false;
  }

  /**
   * Waits `grace` milliseconds for deliveries under way. What takes longer or waits for another attempt is given up and
   * reported.
   */
  async close(grace = 500): Promise<void> {
    if (!this.#isAtRest) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, grace);
        this.#atRest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#closed.abort();
    if (this.#open.size === 0) return;
    const endpoints = new Set([...this.#open].map(({ subscription }) => subscription.endpoint));
    this.settings.onProblem?.(
      `SNS gave up ${this.#open.size} ${this.#open.size === 1 ? "delivery" : "deliveries"} as the run ended: to ${[...endpoints].join(", ")}.`,
    );
  }

  #start(): void {
    const due = this.#due;
    this.#due = [];
    this.#scheduled = false;
    for (const delivery of due) {
      const { topic, draft } = delivery.publication;
      if (!topic.fifo) {
        void this.#deliver(delivery);
        continue;
      }
      const key = `${delivery.subscription.arn} ${draft.groupId}`;
      const lane = this.#lanes.get(key);
      if (lane === undefined) void this.#runLane(key, delivery);
      else lane.push(delivery);
    }
  }

  /**
   * Delivers one after the other, so that a group keeps its order. One that cannot be delivered yet holds up those
   * behind it.
   */
  async #runLane(key: string, first: Delivery): Promise<void> {
    const lane: Delivery[] = [];
    this.#lanes.set(key, lane);
    for (let next: Delivery | undefined = first; next !== undefined; next = lane.shift()) await this.#deliver(next);
    this.#lanes.delete(key);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const outcome = await this.#attempt(delivery, () => this.#send(delivery));
    if (typeof outcome === "object") await this.#giveUp(delivery, outcome.error);
    if (this.#closed.signal.aborted) return;
    this.#open.delete(delivery);
    this.#rest();
  }

  /** Tries until the message is delivered, refused, or all attempts are used up. */
  async #attempt({ subscription }: Delivery, send: () => Promise<unknown>): Promise<Outcome> {
    const { signal } = this.#closed;
    let error: unknown;
    for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
      const delay = delayBefore(attempt);
      if (delay > 0) await this.#pause(delay);
      if (signal.aborted || subscription.deleted) return "abandoned";
      try {
        await send();
        return "delivered";
      } catch (thrown) {
        error = thrown;
        if (!isRetryable(thrown)) break;
      }
    }
    return { error };
  }

  async #pause(milliseconds: number): Promise<void> {
    this.#waiting += 1;
    this.#rest();
    await this.settings.clock.sleep(milliseconds, this.#closed.signal);
    this.#waiting -= 1;
  }

  /** Whether only deliveries that wait for another attempt are left, and those behind them. */
  get #isAtRest(): boolean {
    let behind = 0;
    for (const lane of this.#lanes.values()) behind += lane.length;
    return this.#open.size <= this.#waiting + behind;
  }

  #rest(): void {
    if (this.#atRest !== undefined && this.#isAtRest) this.#atRest();
  }

  #send({ publication, subscription }: Delivery): Promise<unknown> {
    const { protocol, endpoint } = subscription;
    if (protocol === "sqs") return this.#sendTo(endpoint, publication, subscription);
    const body = lambdaEvent(publication, subscription, this.settings.address());
    return deliver(this.settings.ask, principalOf(publication), { arn: endpoint }, { body });
  }

  #sendTo(queueArn: string, publication: Publication, subscription: Subscription): Promise<unknown> {
    const { ask, address } = this.settings;
    const message = queueMessage(publication, subscription, queueArn.endsWith(".fifo"), address());
    return send(ask, principalOf(publication), queueArn, message);
  }

  async #giveUp(delivery: Delivery, error: unknown): Promise<void> {
    const { publication, subscription } = delivery;
    const target = subscription.settings.deadLetterArn;
    const what = `SNS could not deliver message ${publication.messageId} of ${publication.topic.arn} to ${subscription.endpoint} (${reasonOf(error)})`;
    if (target === undefined) {
      this.settings.onProblem?.(`${what}; it is lost, because the subscription has no redrive policy.`);
      return;
    }
    const outcome = await this.#attempt(delivery, () => this.#sendTo(target, publication, subscription));
    if (typeof outcome === "object") {
      this.settings.onProblem?.(
        `${what}, nor to its dead-letter queue ${target} (${reasonOf(outcome.error)}); it is lost.`,
      );
    }
  }
}

/** Queues and functions judge the delivery by their own policies. */
const principalOf = ({ topic }: Publication): Principal => ({
  kind: "service",
  service: "sns.amazonaws.com",
  sourceArn: topic.arn,
});

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
