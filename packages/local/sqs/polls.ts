// Long polling: receivers that wait for messages of a queue are served in the order in which they came, and woken when
// a message
// becomes visible.
import type { AskOptions } from "../service/ask";
import type { Clock, Timer } from "../service/clock";
import { onAbort } from "../service/on-abort";
import type { StoredMessage } from "./message";

export interface Poll {
  readonly maximum: number;
  /** Seconds; the queue's own where undefined. */
  readonly visibilityTimeout: number | undefined;
  readonly heldUntil?: AskOptions["heldUntil"] | undefined;
}

interface Waiting extends Poll {
  finish(messages: readonly StoredMessage[]): void;
  fail(error: Error): void;
}

export class Polls {
  readonly #waiting = new Set<Waiting>();
  #alarm: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(
    readonly clock: Clock,
    /** Called when the next message becomes visible. */
    readonly due: () => void,
  ) {}

  /**
   * Resolves with what `serve` gives it, or with nothing after the time or when the signal aborts; no message is given
   * to it then.
   */
  wait(poll: Poll, seconds: number, signal: AbortSignal | undefined): Promise<readonly StoredMessage[]> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting);
        timer.cancel();
        release?.();
        if (this.#waiting.size === 0) this.#disarm();
      };
      const waiting: Waiting = {
        ...poll,
        finish: (messages) => {
          end();
          resolve(messages);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      const none = () => waiting.finish([]);
      const timer = this.clock.after(seconds * 1000, none, { idle: true });
      const release = signal && onAbort(signal, none);
      this.#waiting.add(waiting);
    });
  }

  /** Offers messages to each, as long as there may be some. */
  serve(hasAvailable: () => boolean, receive: (poll: Poll) => readonly StoredMessage[]): void {
    for (const waiting of this.#waiting) {
      if (!hasAvailable()) return;
      try {
        const messages = receive(waiting);
        if (messages.length > 0) waiting.finish(messages);
      } catch (error) {
        waiting.fail(error as Error);
      }
    }
  }

  /** `at`: when the next message becomes visible. */
  arm(at: number | undefined): void {
    if (this.#waiting.size === 0 || at === undefined) {
      this.#disarm();
    } else if (this.#alarm?.at !== at) {
      this.#disarm();
      // It is one millisecond late rather than early, because Node's timers may fire before their time.
      const timer = this.clock.after(Math.max(0, at - this.clock.now()) + this.clock.speed, () => {
        this.#alarm = undefined;
        this.due();
      });
      this.#alarm = { at, timer };
    }
  }

  /** Ends all polls with nothing, or with the error. */
  end(error?: Error): void {
    for (const waiting of [...this.#waiting]) {
      if (error === undefined) waiting.finish([]);
      else waiting.fail(error);
    }
  }

  #disarm(): void {
    this.#alarm?.timer.cancel();
    this.#alarm = undefined;
  }
}
