// A clock for tests. It runs with real time, and can skip the time in which everything only waits.
import { type Clock, sleeping, type Timer, type TimerOptions } from "./clock";

export interface SkippingClock extends Clock {
  readonly ahead: number;
  /** When the next timer goes off that somebody waits for. Undefined: there is none. */
  readonly next: number | undefined;
  /** Skips the time until that moment, and runs what is due by then. It does nothing if the moment has passed. */
  skipTo(moment: number): void;
}

interface Pending {
  readonly at: number;
  readonly action: () => void;
  readonly idle: boolean;
  handle: NodeJS.Timeout;
}

/** Milliseconds. A timer of Node.js that is set to more goes off at once. */
const longest = 2 ** 31 - 1;

/** Its timers do not keep the process alive. */
export function createSkippingClock(): SkippingClock {
  const pending = new Set<Pending>();
  /** How far the clock was ahead from each moment of real time on. */
  const skips: { readonly from: number; readonly ahead: number }[] = [];
  let ahead = 0;
  const now = () => Date.now() + ahead;

  const run = (timer: Pending) => {
    pending.delete(timer);
    clearTimeout(timer.handle);
    timer.action();
  };
  const arm = (timer: Pending) => {
    clearTimeout(timer.handle);
    const left = Math.max(0, timer.at - now());
    timer.handle = setTimeout(() => (left > longest ? arm(timer) : run(timer)), Math.min(left, longest)).unref();
  };
  const after = (milliseconds: number, action: () => void, { idle = false }: TimerOptions = {}): Timer => {
    const timer = { at: now() + milliseconds, action, idle, handle: setTimeout(() => {}).unref() };
    pending.add(timer);
    arm(timer);
    return {
      cancel: () => {
        pending.delete(timer);
        clearTimeout(timer.handle);
      },
    };
  };

  return {
    speed: 1,
    get ahead() {
      return ahead;
    },
    now,
    at: (moment) => moment + (skips.findLast(({ from }) => from <= moment)?.ahead ?? 0),
    after,
    sleep: sleeping(after),
    get next() {
      const waited = [...pending].filter(({ idle }) => !idle).map(({ at }) => at);
      return waited.length === 0 ? undefined : Math.min(...waited);
    },
    skipTo(moment) {
      // Whole milliseconds, and not too few of them, because what is due at the moment compares it with the time.
      const skipped = Math.ceil(moment - now());
      if (skipped > 0) {
        ahead += skipped;
        skips.push({ from: Date.now(), ahead });
      }
      for (const timer of [...pending].sort((one, other) => one.at - other.at)) {
        // An earlier one may have cancelled it.
        if (!pending.has(timer)) continue;
        if (timer.at <= now()) run(timer);
        else arm(timer);
      }
    },
  };
}
