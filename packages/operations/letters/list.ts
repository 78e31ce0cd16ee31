// `spillway dlq list`: the dead letters of a stack in groups.
import type { Consumer, Stack } from "../stack/stack";
import { Choice, type Others } from "./choice";
import { StackDecoder } from "./decoded-stack";
import type { Filter } from "./filter";
import { type Group, type Grouping, groupsOf } from "./groups";
import type { DeadLetter } from "./letter";
import { isSameQueue, type Sharers } from "./owner";
import { openReader } from "./reader";

export interface ListOptions {
  /** @default all */
  readonly consumers: readonly Consumer[];
  readonly by: Grouping;
  readonly filter: Filter;
  /** The most letters that are read of each queue. */
  readonly limit: number;
  /** The folder of the project whose source maps decode the stacks, or one below it. @default the working directory */
  readonly project?: string;
  readonly signal: AbortSignal;
}

/** What was found in a dead-letter queue. */
export interface Sampled {
  /** The first of the consumers. */
  readonly consumer: string;
  readonly kind: string;
  /** The consumers that share the queue, of those that were asked for, each with its letters that pass the filter. */
  readonly consumers: readonly { readonly name: string; readonly kind: string; readonly taken: number }[];
  readonly url: string;
  /** How many the queue has, approximately. */
  readonly total: number;
  /** How many of them others hold at the moment. */
  readonly held: number;
  readonly read: number;
  /** How many of those that were read are of these consumers, or of none of the stack, and pass the filter. */
  readonly taken: number;
  /** Those of other consumers that pass it. */
  readonly others?: readonly Others[];
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
export async function listLetters(stack: Reading, options: ListOptions): Promise<Listing> {
  const queues: Sharers[] = [];
  for (const consumer of options.consumers) {
    const at = queues.findIndex(([{ url }]) => isSameQueue(url, consumer.url));
    const queue = queues[at];
    if (queue === undefined) queues.push([consumer]);
    else if (!queue.includes(consumer)) queues[at] = [...queue, consumer];
  }
  // Also when it is interrupted, it ends only when each queue has back what was read.
  const read = await Promise.all(queues.map((queue) => sample(queue, stack, options)));
  options.signal.throwIfAborted();
  const letters = read.flatMap(({ letters: each }) => each);
  const [first] = read;
  // One queue that cannot be read does not hide the others. When none can, the reason is most often the same.
  if (first?.error !== undefined && read.every(({ error }) => error !== undefined)) throw first.error;
  const decoder = new StackDecoder(options.project ?? process.cwd());
  const groups = groupsOf(letters, options.by, ({ reason }) => reason && decoder.decode(reason));
  return { by: options.by, queues: read.map(({ sampled }) => sampled), groups };
}

interface Sample {
  readonly sampled: Sampled;
  readonly letters: readonly DeadLetter[];
  readonly error?: unknown;
}

type Reading = Pick<Stack, "clientsOf" | "consumers">;

async function sample(sharers: Sharers, stack: Reading, options: ListOptions): Promise<Sample> {
  try {
    return await readSample(sharers, stack, options);
  } catch (error) {
    const [{ name, kind, url }] = sharers;
    const fault = error instanceof Error ? error.message : String(error);
    const none = { total: 0, held: 0, read: 0, taken: 0, complete: false };
    const sampled = { consumer: name, kind, consumers: takenBy(sharers, []), url, ...none, fault };
    return { sampled, letters: [], error };
  }
}

function takenBy(sharers: Sharers, letters: readonly DeadLetter[]): Sampled["consumers"] {
  return sharers.map(({ name, kind }) => {
    const taken = letters.filter(({ consumer }) => consumer.name === name).length;
    return { name, kind, taken };
  });
}

async function readSample(sharers: Sharers, stack: Reading, { filter, limit, signal }: ListOptions): Promise<Sample> {
  const [consumer, ...also] = sharers;
  const { name, kind, url } = consumer;
  const choice = new Choice({ consumer, filter }, "look", also);
  const reader = await openReader(stack, { consumer, signal, limit });
  try {
    const letters: DeadLetter[] = [];
    for await (const wave of reader.waves()) letters.push(...wave.filter((letter) => choice.takes(letter)));
    const { read, held, complete } = reader;
    const total = Math.max(reader.total + held, read);
    const { others } = choice;
    const queue = { consumer: name, kind, consumers: takenBy(sharers, letters), url };
    const counts = { total, held, read, taken: letters.length, ...(others && { others }), complete };
    return { sampled: { ...queue, ...counts }, letters };
  } finally {
    await reader.close();
  }
}
