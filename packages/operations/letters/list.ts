// `spillway dlq list`: the dead letters of a stack in groups.
import type { Consumer, Stack } from "../stack/stack";
import { type Filter, takes } from "./filter";
import { type Group, type Grouping, groupsOf } from "./groups";
import type { DeadLetter } from "./letter";
import { openReader } from "./reader";

export interface ListOptions {
  /** @default all */
  readonly consumers: readonly Consumer[];
  readonly by: Grouping;
  readonly filter: Filter;
  /** The most letters that are read of each queue. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** What was found in the dead-letter queue of a consumer. */
export interface Sampled {
  readonly consumer: string;
  readonly kind: string;
  readonly url: string;
  /** How many the queue has, approximately. */
  readonly total: number;
  /** How many of them others hold at the moment. */
  readonly held: number;
  readonly read: number;
  /** How many of those that were read pass the filter. */
  readonly taken: number;
  /** Whether all were read. */
  readonly complete: boolean;
  /** Why it could not be read at all. */
  readonly fault?: string;
}

export interface Listing {
  readonly by: Grouping;
  readonly queues: readonly Sampled[];
  readonly groups: readonly Group[];
}

/** Reads all queues at once, each once if consumers share it, gives back what it read, and consumes nothing. */
export async function listLetters(stack: Pick<Stack, "clientsOf">, options: ListOptions): Promise<Listing> {
  // Also when it is interrupted, it ends only when each queue has back what was read.
  const consumers = options.consumers.filter(
    ({ url }, index, all) => all.findIndex((each) => each.url === url) === index,
  );
  const read = await Promise.all(consumers.map((consumer) => sample(consumer, stack, options)));
  options.signal.throwIfAborted();
  const letters = read.flatMap(({ letters: each }) => each);
  const [first] = read;
  // One queue that cannot be read does not hide the others. When none can, the reason is most often the same.
  if (first?.error !== undefined && read.every(({ error }) => error !== undefined)) throw first.error;
  return { by: options.by, queues: read.map(({ sampled }) => sampled), groups: groupsOf(letters, options.by) };
}

interface Sample {
  readonly sampled: Sampled;
  readonly letters: readonly DeadLetter[];
  readonly error?: unknown;
}

type Reading = Pick<Stack, "clientsOf">;

async function sample(consumer: Consumer, stack: Reading, options: ListOptions): Promise<Sample> {
  try {
    return await readSample(consumer, stack, options);
  } catch (error) {
    const { name, kind, url } = consumer;
    const fault = error instanceof Error ? error.message : String(error);
    const none = { total: 0, held: 0, read: 0, taken: 0, complete: false };
    return { sampled: { consumer: name, kind, url, ...none, fault }, letters: [], error };
  }
}

async function readSample(consumer: Consumer, stack: Reading, { filter, limit, signal }: ListOptions): Promise<Sample> {
  const { name, kind, url } = consumer;
  const reader = await openReader({ sqs: stack.clientsOf(consumer).sqs, consumer, signal, limit });
  try {
    const letters: DeadLetter[] = [];
    for await (const wave of reader.waves()) letters.push(...wave.filter((letter) => takes(filter, letter)));
    const { read, held, complete } = reader;
    const total = Math.max(reader.total + held, read);
    return { sampled: { consumer: name, kind, url, total, held, read, taken: letters.length, complete }, letters };
  } finally {
    await reader.close();
  }
}
