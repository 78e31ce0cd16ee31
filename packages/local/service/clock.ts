// The one clock of the local run. Everything that waits for AWS's times (visibility, windows, back-off, retries) uses
// it, so that these times can pass faster.
import { onAbort } from "./on-abort";

export interface Timer {
  cancel(): void;
}

export interface TimerOptions {
  /**
   * Whether nobody waits for the action, as for the end of a long poll that finds nothing. A clock that skips time does
   * not stop for it. Default: false.
   */
  readonly idle?: boolean;
}

export interface Clock {
  /** How many times faster than real time the clock runs, at least 1. */
  readonly speed: number;
  /**
   * Milliseconds that were skipped so far. Functions see them pass, unlike what passes faster. Undefined on a clock
   * that never skips time.
   */
  readonly ahead: number | undefined;
  /** Milliseconds since the epoch, on this clock. */
  now(): number;
  /** The time on this clock at a moment of real time, both in milliseconds since the epoch. */
  at(moment: number): number;
  /** Resolves after so many milliseconds of this clock, or at once when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Runs `action` after so many milliseconds of this clock. */
  after(milliseconds: number, action: () => void, options?: TimerOptions): Timer;
}

/** With `origin` a worker shares the main thread's clock, because both count from the same moment. */
export function createClock(speed = 1, origin = Date.now()): Clock {
  if (!(speed >= 1)) throw new RangeError(`speed must be at least 1, ${speed} given`);
  const at = (moment: number) => origin + (moment - origin) * speed;
  const after = (milliseconds: number, action: () => void): Timer => {
    const timer = setTimeout(action, milliseconds / speed);
    return { cancel: () => clearTimeout(timer) };
  };
  return { speed, ahead: undefined, now: () => at(Date.now()), at, after, sleep: sleeping(after) };
}

export function sleeping(after: Clock["after"]): Clock["sleep"] {
  return (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        timer.cancel();
        release?.();
        resolve();
      };
      const timer = after(milliseconds, done);
      const release = signal && onAbort(signal, done);
    });
}
