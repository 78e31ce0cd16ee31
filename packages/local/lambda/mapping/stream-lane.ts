// A lane of a shard runs its records in order, one batch at a time. With a parallelization factor, a shard has several
// lanes.
import { Batch } from "./batch";
import { textOf } from "./errors";
import { Attempts, type Work } from "./stream-attempts";
import type { StreamContext } from "./stream-context";
import type { StreamRecord } from "./stream-source";
import { TumblingWindow } from "./tumbling-window";
import { Wake } from "./wake";

/** Bytes of the members of a windowed event, without its state. */
const windowFrame = 1024;
const afterError = 1000;

export class StreamLane {
  readonly #wake = new Wake();
  readonly #attempts: Attempts;
  readonly #window: TumblingWindow | undefined;
  #pending: StreamRecord[] = [];
  /** The gathered work that is not done. The next piece of work is the last one in the list. */
  #work: Work[] = [];
  #isEnded = false;

  constructor(
    readonly context: StreamContext,
    readonly shardId: string,
    done: (records: readonly StreamRecord[]) => void,
  ) {
    const { stream, definition } = context;
    const { eventSourceArn } = definition;
    this.#window =
      stream.tumblingWindowInSeconds > 0
        ? new TumblingWindow(stream.tumblingWindowInSeconds, { shardId, eventSourceArn })
        : undefined;
    this.#attempts = new Attempts(context, shardId, this.#window, done);
  }

  get hasOpenWindow(): boolean {
    return this.#window?.isOpen === true;
  }

  push(record: StreamRecord): void {
    this.#pending.push(record);
    this.#wake.wake();
  }

  /** No more records will come. */
  end(): void {
    this.#isEnded = true;
    this.#wake.wake();
  }

  /**
   * Runs until the signal aborts, or until all records are done after the end. Remaining records stay for the next
   * call.
   */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const work = this.#work.pop();
      if (this.#window !== undefined && this.#attempts.windowIsOver) {
        if (work !== undefined) this.#work.push(work);
        await this.#finish(this.#window, true, stop);
      } else if (work !== undefined) {
        await this.#step(work, stop);
      } else {
        const batch = this.#window === undefined ? await this.#gather(stop) : await this.#gatherIn(this.#window, stop);
        if (batch.length > 0) this.#work.push({ records: batch, retries: 0 });
        else if (this.#isEnded && this.#pending.length === 0 && this.#window?.isOpen !== true) return;
      }
    }
  }

  async #step(work: Work, stop: AbortSignal): Promise<void> {
    try {
      const left = await this.#attempts.step(work, stop);
      this.#work.push(...left.toReversed());
    } catch (error) {
      // Whatever the error was, the lane continues with the same records.
      this.#work.push(work);
      this.context.tell(textOf(error));
      await this.context.settings.clock.sleep(afterError, stop);
    }
  }

  /**
   * Ends when the batch is full, when it has 6 MB, or when the window has passed since its first record. Returns an
   * empty batch at the signal and at the end.
   */
  async #gather(stop: AbortSignal): Promise<readonly StreamRecord[]> {
    while (this.#pending.length === 0) {
      if (stop.aborted || this.#isEnded) return [];
      await this.#wake.wait(stop);
    }
    const { definition, settings } = this.context;
    const batch = new Batch<StreamRecord>(definition.batchSize);
    this.#fill(batch);
    const { maximumBatchingWindowInSeconds: window } = definition;
    if (window > 0) await this.#fillFor(batch, settings.clock.now() + window * 1000, stop);
    return this.#unlessStopped(batch, stop);
  }

  /** The same within a tumbling window. The function is told of the window's end. */
  async #gatherIn(window: TumblingWindow, stop: AbortSignal): Promise<readonly StreamRecord[]> {
    const { definition, settings } = this.context;
    const { clock } = settings;
    for (;;) {
      if (stop.aborted) return [];
      const [next] = this.#pending;
      if (next !== undefined && !window.isOpen) window.open(next.at);
      if (next !== undefined && window.holds(next.at)) break;
      // A later record has arrived, or no record for a long time, so the window is over.
      if (window.isOpen && (next !== undefined || this.#isEnded || clock.now() >= window.deadline)) {
        if (!(await this.#finish(window, false, stop))) return [];
        continue;
      }
      if (this.#isEnded) return [];
      await this.#waitUntil(window.isOpen ? window.deadline : undefined, stop);
    }
    const batch = new Batch<StreamRecord>(definition.batchSize, windowFrame + window.members().length);
    const isWithin = ({ at }: StreamRecord) => window.holds(at);
    this.#fill(batch, isWithin);
    const { maximumBatchingWindowInSeconds: seconds } = definition;
    if (seconds > 0) await this.#fillFor(batch, clock.now() + seconds * 1000, stop, isWithin);
    return this.#unlessStopped(batch, stop);
  }

  /** Moves as many records into the batch as fit. */
  #fill(batch: Batch<StreamRecord>, isWithin?: (record: StreamRecord) => boolean): void {
    let count = Math.min(batch.room, this.#pending.length);
    if (isWithin !== undefined) {
      const outside = this.#pending.findIndex((record) => !isWithin(record));
      if (outside >= 0) count = Math.min(count, outside);
    }
    const left = batch.add(this.#pending.splice(0, count));
    if (left.length > 0) this.#pending = [...left, ...this.#pending];
  }

  async #fillFor(
    batch: Batch<StreamRecord>,
    until: number,
    stop: AbortSignal,
    isWithin?: (record: StreamRecord) => boolean,
  ): Promise<void> {
    const { clock } = this.context.settings;
    while (!batch.isFull && !stop.aborted && !this.#isEnded && clock.now() < until) {
      await this.#waitUntil(until, stop);
      this.#fill(batch, isWithin);
      // The next record is outside the window.
      if (isWithin !== undefined && this.#pending.length > 0) return;
    }
  }

  /** Wakes up for new records, or when the time has come on the run's clock. */
  async #waitUntil(time: number | undefined, stop: AbortSignal): Promise<void> {
    const { clock } = this.context.settings;
    const timer = time === undefined ? undefined : clock.after(time - clock.now(), () => this.#wake.wake());
    await this.#wake.wait(stop);
    timer?.cancel();
  }

  #unlessStopped(batch: Batch<StreamRecord>, stop: AbortSignal): readonly StreamRecord[] {
    if (!stop.aborted) return batch.messages;
    this.#pending = [...batch.messages, ...this.#pending];
    return [];
  }

  async #finish(window: TumblingWindow, isEarly: boolean, stop: AbortSignal): Promise<boolean> {
    const isFinished = await this.#attempts.finish(window, isEarly, stop);
    if (!isFinished) return false;
    this.#attempts.windowIsOver = false;
    if (isEarly) window.restart();
    else window.close();
    return true;
  }
}
