// How fast letters are sent.
import { setTimeout as sleep } from "node:timers/promises";

export interface Pace {
  /** The most letters of one batch. */
  readonly most: number;
  /** Waits until so many more may be sent. Resolves at once when the signal aborts. */
  take(count: number): Promise<void>;
}

const mostOfBatch = 10;

/** `perSecond`: undefined for as fast as possible. */
export function paceOf(perSecond: number | undefined, signal: AbortSignal): Pace {
  if (perSecond === undefined) return { most: mostOfBatch, take: async () => {} };
  let free = performance.now();
  return {
    most: Math.max(1, Math.min(mostOfBatch, Math.floor(perSecond))),
    take: async (count) => {
      const wait = free - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => {});
      free = Math.max(free, performance.now()) + (count * 1000) / perSecond;
    },
  };
}
