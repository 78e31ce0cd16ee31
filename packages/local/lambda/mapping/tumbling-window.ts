// Tumbling windows of a shard: which window a record belongs to, and the state that is handed from invocation to
// invocation.
// https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
import { isoSeconds } from "../../service/time";

/** How long Lambda waits for late records after the end of a window, in milliseconds. */
const lateness = 120_000;
/** Bytes of state per shard. */
const largestState = 1024 * 1024;

export interface WindowPlace {
  readonly shardId: string;
  readonly eventSourceArn: string;
}

export class TumblingWindow {
  readonly #length: number;
  /** The start of the open window. */
  #start: number | undefined;
  #state: unknown = {};

  constructor(
    seconds: number,
    readonly place: WindowPlace,
  ) {
    this.#length = seconds * 1000;
  }

  get isOpen(): boolean {
    return this.#start !== undefined;
  }

  /** When the window ends if no more records arrive, on the run's clock. */
  get deadline(): number {
    return (this.#start ?? Number.POSITIVE_INFINITY) + this.#length + lateness;
  }

  /**
   * Whether a record that arrived at that time belongs to the open window. A late record does too, because windows
   * never go back.
   */
  holds(at: number): boolean {
    return this.#start !== undefined && at < this.#start + this.#length;
  }

  open(at: number): void {
    this.#start = Math.floor(at / this.#length) * this.#length;
    this.#state = {};
  }

  /** Stores the state of an answer. Returns false if it is too large, so that the window must end early. */
  take(state: unknown): boolean {
    this.#state = state;
    return Buffer.byteLength(JSON.stringify(state)) <= largestState;
  }

  close(): void {
    this.#start = undefined;
    this.#state = {};
  }

  /** The same window continues with an empty state. */
  restart(): void {
    this.#state = {};
  }

  /** The members of the event besides its records, each with a comma before it. */
  members(isFinalInvokeForWindow = false, isWindowTerminatedEarly = false): string {
    const start = this.#start ?? 0;
    const members = {
      window: { start: isoSeconds(start), end: isoSeconds(start + this.#length) },
      state: this.#state,
      shardId: this.place.shardId,
      eventSourceARN: this.place.eventSourceArn,
      isFinalInvokeForWindow,
      isWindowTerminatedEarly,
    };
    return `,${JSON.stringify(members).slice(1, -1)}`;
  }
}
