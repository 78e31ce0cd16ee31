// What becomes of letters when all of them are sent: looked at for a while, so that a failure is not told as done.
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two looks. */
const interval = 500;

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
  const end = performance.now() + wait * 1000;
  let isSaid = false;
  while (open() > 0 && performance.now() < end && !signal.aborted) {
    await look();
    if (open() === 0) break;
    if (!isSaid) say(`All are sent. Waiting up to ${wait} s for what becomes of them; Ctrl-C does not wait.`);
    isSaid = true;
    await sleep(interval, undefined, { signal }).catch(() => {});
  }
}
