// How long a record whose event is in hand elsewhere can wait for it.
import { setTimeout as wait } from "node:timers/promises";
import type { RecordContext } from "../callback/callback";

/**
 * Only a queue hides a record, and counts its attempts: after the last one it would not come back. A stream's shard
 * stands still meanwhile, and a topic's next attempt is its own.
 */
export function canBeHidden({ attempt, maxAttempts = Infinity }: RecordContext): boolean {
  return attempt !== undefined && attempt < maxAttempts;
}

/**
 * Milliseconds since the epoch by which the event must be free for the record to run in this attempt. `comesAtOnce`: a
 * stream tries again at once what its own process has left behind, with all of the time, so half of it must be left: at
 * the deadline the callback would be given up, having done some of its work. A topic has few attempts, and the last one
 * is better short than without a run.
 */
export function latestStart({ deadline }: RecordContext, comesAtOnce: boolean): number {
  return comesAtOnce ? (Date.now() + deadline) / 2 : deadline;
}

/** Resolves when the time has come, or the signal aborts. */
export async function until(time: number, signal: AbortSignal): Promise<void> {
  await wait(Math.max(1, time - Date.now() + 1), undefined, { signal }).catch(() => {});
}
