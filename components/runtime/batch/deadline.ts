// The moment at which a batch is given up: one timer for all its records, and one signal for those that ask for it.
import { CallbackTimeout } from "../callback/errors";

export class Deadline {
  /** Resolves at the deadline, and never when the batch ended before it. */
  readonly over: Promise<void>;
  isOver = false;
  private readonly started = Date.now();
  private readonly timer: NodeJS.Timeout;
  private resolve: () => void = () => {};
  private controller: AbortController | undefined;
  private timeout: CallbackTimeout | undefined;

  /** `at`: milliseconds since the epoch. */
  constructor(readonly at: number) {
    this.over = new Promise((done) => {
      this.resolve = done;
    });
    this.timer = setTimeout(() => this.expire(), Math.max(0, at - this.started));
  }

  /** Whether it is over by the clock, too: while the process computes, no timer goes off. */
  hasCome(): boolean {
    if (!this.isOver && Date.now() >= this.at) this.expire();
    return this.isOver;
  }

  private expire(): void {
    this.isOver = true;
    this.controller?.abort(this.error);
    this.resolve();
  }

  /** What a callback that still runs at the deadline has failed with. */
  get error(): CallbackTimeout {
    this.timeout ??= new CallbackTimeout(Date.now() - this.started);
    return this.timeout;
  }

  /** Aborted at the deadline. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isOver) this.controller.abort(this.error);
    }
    return this.controller.signal;
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
