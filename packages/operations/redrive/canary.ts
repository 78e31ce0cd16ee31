// The first few letters, whose outcome decides about the rest.
import { setTimeout as sleep } from "node:timers/promises";
import type { DeadLetter } from "../letters/letter";
import type { Outcomes } from "./outcomes";
import { tellsOutcome } from "./outgoing";
import type { Supply } from "./supply";

/** Milliseconds between two looks at the log. */
const interval = 500;
/** Letters that are read, at most, to find those whose outcome their consumer will tell. */
const mostLookedAt = 200;

/**
 * Takes so many that can go and whose consumer logs their outcome; the others go back to the supply, and with them what
 * is behind them in their FIFO group.
 */
export async function takeCanaries(
  supply: Supply,
  count: number,
  canGo: (letter: DeadLetter) => boolean,
): Promise<{ readonly canaries: readonly DeadLetter[]; readonly others: number }> {
  const canaries: DeadLetter[] = [];
  const others: DeadLetter[] = [];
  while (canaries.length < count && others.length < mostLookedAt) {
    const [letter] = await supply.take(1);
    if (letter === undefined) break;
    const isFirst = letter.group === undefined || others.every(({ group }) => group !== letter.group);
    (isFirst && canGo(letter) && tellsOutcome(letter) ? canaries : others).push(letter);
  }
  supply.putBack(others);
  return { canaries, others: others.length };
}

/**
 * Waits until all have succeeded, and resolves with undefined; or with the reason why the rest must wait: one is dead
 * again, or the time is over. Rejects when the signal aborts before their outcome is known.
 */
export async function awaitCanaries(
  recordIds: readonly string[],
  outcomes: Outcomes,
  {
    timeout,
    signal,
    lookAhead,
  }: { readonly timeout: number; readonly signal: AbortSignal; lookAhead(): Promise<void> },
): Promise<string | undefined> {
  const end = performance.now() + timeout * 1000;
  for (;;) {
    await outcomes.read();
    if (recordIds.some((id) => outcomes.of(id) === undefined)) await lookAhead();
    const dead = recordIds.filter((id) => outcomes.of(id) === "deadLettered").length;
    if (dead > 0) return `${dead} of the first ${recordIds.length} came back dead`;
    const open = recordIds.filter((id) => outcomes.of(id) === undefined).length;
    if (open === 0) return undefined;
    signal.throwIfAborted();
    if (performance.now() > end) {
      const which = `${open} of the first ${recordIds.length}`;
      return `after ${timeout} s, ${which} had no outcome yet: they are retried or wait, or the log does not tell`;
    }
    await sleep(interval, undefined, { signal }).catch(() => {});
  }
}
