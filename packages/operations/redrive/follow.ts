// What becomes of letters when all of them are sent: looked at for a while, so that a failure is not told as done.
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two looks, at least and at most. */
const shortest = 500;
const longest = 5000;

export interface Following {
  /** Seconds. */
  readonly wait: number;
  readonly signal: AbortSignal;
  /** How many have no outcome yet, by what is known now. */
  open(): number;
  /** Looks again. */
  look(): Promise<unknown>;
  say(line: string): void;
}

/** Resolves when each has an outcome, when the time is over, or when the signal aborts. */
export async function follow({ wait, signal, open, look, say }: Following): Promise<void> {
  const start = performance.now();
  const end = start + wait * 1000;
  let isSaid = false;
  while (open() > 0) {
    await look();
    const now = performance.now();
    if (open() === 0 || now >= end || signal.aborted) return;
    if (!isSaid) say(`Waiting up to ${wait} s for what becomes of those that were sent; Ctrl-C does not wait.`);
    isSaid = true;
    await sleep(Math.min(pauseAfter(now - start), end - now), undefined, { signal }).catch(() => {});
  }
}

/**
 * Milliseconds until the next look, after so many of waiting. An account shares few reads of its logs a second, and who
 * waits for hours is in no hurry.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
export const pauseAfter = (waited: number): number => Math.min(longest, Math.max(shortest, waited / 10));
