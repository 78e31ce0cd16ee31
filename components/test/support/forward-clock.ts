// A clock that a test puts forward: what waits for a deadline goes on at once, and what comes after has all the time
// that is left for it.
import promises from "node:timers/promises";

/** Goes by the time of this process until `end`. */
export class ForwardClock {
  private readonly now = Date.now;
  private readonly timers = [globalThis.setTimeout, globalThis.clearTimeout] as const;
  private readonly wait = promises.setTimeout;
  private readonly waiting = new Map<unknown, { readonly at: number; readonly action: () => void }>();
  /** Milliseconds by which it is ahead of the time of this process. */
  ahead = 0;

  constructor() {
    const [setReal, clearReal] = this.timers;
    Date.now = () => this.now() + this.ahead;
    globalThis.setTimeout = new Proxy(setReal, {
      apply: (_target, _this, [action, milliseconds = 0, ...args]) => {
        let cameEarly = false;
        const timer = setReal(() => {
          this.waiting.delete(timer);
          if (!cameEarly) action(...args);
          // Whoever sets it anew, as `refresh` does, has a timer like any other.
          cameEarly = false;
        }, milliseconds);
        const early = () => {
          cameEarly = true;
          action(...args);
        };
        this.waiting.set(timer, { at: Date.now() + milliseconds, action: early });
        return timer;
      },
    });
    globalThis.clearTimeout = (timer) => {
      this.waiting.delete(timer);
      clearReal(timer);
    };
  }

  /**
   * Lets the time come, in milliseconds since the epoch, with every timer that goes off by then; all others go off
   * earlier by as much.
   */
  forwardTo(time: number): void {
    this.ahead += Math.max(0, time - Date.now());
    const due = [...this.waiting].filter(([, { at }]) => at <= Date.now()).sort(([, a], [, b]) => a.at - b.at);
    for (const [timer, { action }] of due) if (this.waiting.delete(timer)) action();
    // One for the same deadline may have been set some milliseconds after the clock was read.
    const [setReal] = this.timers;
    for (const [timer, { at, action }] of this.waiting) {
      setReal(() => this.waiting.delete(timer) && action(), at - Date.now()).unref();
    }
  }

  forward(milliseconds: number): void {
    this.forwardTo(Date.now() + milliseconds);
  }

  /**
   * From now on, whoever still waits by `node:timers/promises` after a turn of the event loop goes on, at the time for
   * which it waits.
   */
  skipWaits(): void {
    const skip = async (milliseconds = 1, value?: unknown, options: { readonly signal?: AbortSignal } = {}) => {
      await new Promise((resolve) => setImmediate(resolve));
      options.signal?.throwIfAborted();
      this.forward(milliseconds);
      return value;
    };
    Object.assign(promises, { setTimeout: skip });
  }

  /** What a callback waits for that does not end: the deadline comes as soon as all runs that may run beside it. */
  overrun(deadline: number): Promise<never> {
    setImmediate(() => this.forwardTo(deadline));
    return new Promise(() => {});
  }

  end(): void {
    Date.now = this.now;
    Object.assign(promises, { setTimeout: this.wait });
    [globalThis.setTimeout, globalThis.clearTimeout] = this.timers;
  }
}
