// All queues of the run: found by name, URL or ARN, created and configured with the checks that concern other queues.

import { partitionOf } from "@spillway/graph";
import { isSameDocument } from "spillway/syntax/json";
import type { Message } from "../service/ask";
import type { Clock } from "../service/clock";
import {
  allowsRedriveFrom,
  checkAttributes,
  checkQueueName,
  defaults,
  merged,
  redriveAllowPolicyOf,
  redrivePolicyOf,
} from "./attributes";
import { invalidAttributeValue, invalidValue, queueDeletedRecently, queueDoesNotExist, queueExists } from "./errors";
import { FifoQueue } from "./fifo-queue";
import { text, textMap } from "./input";
import type { Queue } from "./queue";
import type { QueueContext } from "./queue-types";
import { StandardQueue } from "./standard-queue";
import type { Storage, StoredQueue } from "./storage";

export interface QueuesSettings {
  readonly clock: Clock;
  readonly storage: Storage | undefined;
  readonly accountId: string;
  readonly region: string;
}

/** For this long SQS refuses a queue with the name of a deleted one. */
const deletedMilliseconds = 60_000;

export class Queues implements QueueContext {
  readonly clock: Clock;
  readonly storage: Storage | undefined;
  readonly #queues = new Map<string, Queue>();
  readonly #deletedAt = new Map<string, number>();

  constructor(readonly settings: QueuesSettings) {
    this.clock = settings.clock;
    this.storage = settings.storage;
    for (const loaded of this.storage?.load() ?? []) this.#add(loaded.queue).restore(loaded);
  }

  all(): readonly Queue[] {
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  arnOf(name: string): string {
    return `arn:${partitionOf(this.settings.region)}:sqs:${this.settings.region}:${this.settings.accountId}:${name}`;
  }

  queueByArn(arn: string): Queue | undefined {
    const name = arn.slice(arn.lastIndexOf(":") + 1);
    return arn === this.arnOf(name) ? this.#queues.get(name) : undefined;
  }

  byName(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  }

  /** By the URL's path, whatever its origin, so that the URLs of an earlier run on another port still work. */
  byUrl(url: string): Queue {
    const match = /^(?:[a-z]+:\/\/[^/]+)?\/?(\d{12})\/([^/?#]+)\/?$/i.exec(url);
    if (match === null || match[1] !== this.settings.accountId || match[2] === undefined) throw queueDoesNotExist();
    return this.byName(match[2]);
  }

  /** The queues that have this one as their dead-letter queue. */
  sourcesOf(arn: string): readonly Queue[] {
    return this.all().filter((queue) => queue.redrivePolicy?.deadLetterTargetArn === arn);
  }

  create(input: Message): Queue {
    const name = text(input, "QueueName");
    const attributes = textMap(input, "Attributes");
    const tags = textMap(input, "tags");
    checkQueueName(name, attributes.FifoQueue);
    const fifo = attributes.FifoQueue === "true";
    checkAttributes(attributes, fifo);
    const existing = this.#queues.get(name);
    if (existing !== undefined) {
      for (const [attribute, value] of Object.entries(attributes)) {
        if (!isSameDocument(existing.attributes[attribute] ?? "", value)) throw queueExists(attribute);
      }
      return existing;
    }
    const now = this.clock.now();
    if (now - (this.#deletedAt.get(name) ?? Number.NEGATIVE_INFINITY) < deletedMilliseconds)
      throw queueDeletedRecently();
    this.#checkRedrivePolicy(this.arnOf(name), fifo, attributes.RedrivePolicy);
    const seconds = Math.floor(now / 1000);
    const queue = this.#add({
      name,
      attributes: merged(defaults(fifo), attributes),
      tags,
      createdAt: seconds,
      modifiedAt: seconds,
    });
    queue.save();
    return queue;
  }

  configure(queue: Queue, changes: Readonly<Record<string, string>>): void {
    checkAttributes(changes, queue.fifo);
    if (changes.FifoQueue !== undefined && !queue.fifo) throw invalidAttributeValue("FifoQueue");
    this.#checkRedrivePolicy(queue.arn, queue.fifo, changes.RedrivePolicy);
    queue.configure(merged(queue.attributes, changes));
  }

  delete(queue: Queue): void {
    this.#queues.delete(queue.name);
    this.#deletedAt.set(queue.name, this.clock.now());
    queue.close(true);
    this.storage?.deleteQueue(queue.name);
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }

  #add(stored: StoredQueue): Queue {
    const queue =
      stored.attributes.FifoQueue === "true" ? new FifoQueue(this, stored) : new StandardQueue(this, stored);
    this.#queues.set(queue.name, queue);
    return queue;
  }

  /** The dead-letter queue must be there, be of the same type, and allow it. */
  #checkRedrivePolicy(arn: string, fifo: boolean, value: string | undefined): void {
    const policy = redrivePolicyOf(value);
    if (policy === undefined) return;
    const refuse = (reason: string) => invalidValue(value, "RedrivePolicy", reason);
    const deadLetterQueue = this.queueByArn(policy.deadLetterTargetArn);
    if (deadLetterQueue === undefined) throw refuse("Dead letter target does not exist.");
    if (deadLetterQueue.fifo !== fifo) {
      throw refuse("Dead-letter queue must be same type of queue as the source.");
    }
    if (!allowsRedriveFrom(redriveAllowPolicyOf(deadLetterQueue.attributes.RedriveAllowPolicy), arn)) {
      throw refuse("The redrive allow policy of the dead-letter queue does not allow this queue as a source.");
    }
  }
}
