// How a test speaks of time, and of how much work it waits for.
import { inspect } from "node:util";

/** A time that passes: the sum of its parts, of which at least one is given. */
export interface Duration {
  /**
   * Days, 0 or more.
   * @default 0
   */
  readonly days?: number;
  /**
   * Hours, 0 or more.
   * @default 0
   */
  readonly hours?: number;
  /**
   * Minutes, 0 or more.
   * @default 0
   */
  readonly minutes?: number;
  /**
   * Seconds, 0 or more.
   * @default 0
   */
  readonly seconds?: number;
}

/** How much work a test waits for. */
export interface SettleOptions {
  /**
   * Number of invocations, 1 or more, after which `settled` rejects because the program does not settle.
   * @default 1000
   */
  readonly invocations?: number;
}

/** Throws a TypeError for a duration that is none. */
export function millisecondsOf(duration: Duration): number {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = duration;
  const milliseconds = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  const isUsed = [days, hours, minutes, seconds].every((part) => part >= 0) && Number.isFinite(milliseconds);
  if (isUsed && milliseconds > 0) return milliseconds;
  throw new TypeError(
    `advance: ${inspect(duration)} is no time that passes. Give positive numbers, as in advance({ hours: 25 }).`,
  );
}
