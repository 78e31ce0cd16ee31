// Reads a range of a shard's records again, as far as the stream still keeps them.
import { setTimeout as wait } from "node:timers/promises";
import { type BatchDescription, compareSequence } from "./description";
import type { ShardPage, ShardSource, StreamRecord } from "./shard-source";

export interface Range {
  readonly records: readonly StreamRecord[];
  /** Whether records at the beginning of the range are past the retention of the stream. */
  readonly trimmed: boolean;
  /** Whether the end of the range was read, or what is behind it. */
  readonly reached: boolean;
}

/**
 * Milliseconds between two requests: Kinesis allows five a second for each shard, and the mapping itself makes one.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const pause = 250;
const pauseWhenThrottled = 1000;
/** The stream of a table does not say that its end is reached, and has empty pages before it. */
const mostEmptyPages = 20;

/** Rejects with the signal's reason, and with what the stream refuses. */
export async function readRange(
  source: ShardSource,
  { shardId, start, end }: Pick<BatchDescription, "shardId" | "start" | "end">,
  signal?: AbortSignal,
): Promise<Range> {
  const records: StreamRecord[] = [];
  let from: "start" | "horizon" = "start";
  let iterator = await unlessGone(source, () => source.iteratorAt(shardId, start));
  if (iterator === "trimmed") {
    from = "horizon";
    iterator = await unlessGone(source, () => source.iteratorAtHorizon(shardId));
  }
  let empty = 0;
  let reached = false;
  while (typeof iterator === "string") {
    signal?.throwIfAborted();
    const page: ShardPage | "trimmed" | "gone" = await patiently(source, iterator, signal);
    if (page === "gone") break;
    if (page === "trimmed") {
      if (from === "horizon") break;
      from = "horizon";
      iterator = await unlessGone(source, () => source.iteratorAtHorizon(shardId));
      continue;
    }
    for (const record of page.records) {
      const isWithin =
        compareSequence(record.sequenceNumber, start) >= 0 && compareSequence(record.sequenceNumber, end) <= 0;
      if (isWithin) records.push(record);
    }
    const last = page.records.at(-1)?.sequenceNumber;
    empty = last === undefined ? empty + 1 : 0;
    reached = last !== undefined && compareSequence(last, end) >= 0;
    if (reached || (page.isLast ?? empty >= mostEmptyPages)) break;
    iterator = page.next;
    await wait(pause, undefined, signal && { signal });
  }
  return { records, trimmed: records[0]?.sequenceNumber !== start, reached };
}

async function patiently(
  source: ShardSource,
  iterator: string,
  signal: AbortSignal | undefined,
): Promise<ShardPage | "trimmed" | "gone"> {
  for (;;) {
    try {
      return await source.read(iterator);
    } catch (error) {
      const why = source.refusal(error);
      if (why === "trimmed" || why === "gone") return why;
      if (why !== "throttled") throw error;
      await wait(pauseWhenThrottled, undefined, signal && { signal });
    }
  }
}

/** A shard is gone when all its records are past retention. */
async function unlessGone(
  source: ShardSource,
  ask: () => Promise<string | undefined>,
): Promise<string | "trimmed" | undefined> {
  try {
    return await ask();
  } catch (error) {
    const why = source.refusal(error);
    if (why === "trimmed") return "trimmed";
    if (why === "gone") return undefined;
    throw error;
  }
}
