// Reads a shard from its position on, and hands its records to its lanes.
import { crc32 } from "node:zlib";
import { compileFilter, type Filter } from "spillway/syntax/filter-criteria";
import { ServiceError } from "../../service/ask";
import { Progress } from "./progress";
import type { StreamContext } from "./stream-context";
import { StreamLane } from "./stream-lane";
import type { Page, Position, StreamRecord } from "./stream-source";
import { Wake } from "./wake";

/**
 * Milliseconds of real time between requests. After a full page the next request follows at once. Records that arrive
 * one by one are read together.
 */
const pauses = { between: 10, woken: 1000, unwoken: 100 };
/** The number of records in a full page, after which more records follow. */
const fullPage = 500;
/** The characters that may wait per lane. It is more than any batch has. */
const mostCharacters = 8 * 1024 * 1024;

export class ShardReader {
  readonly #wake = new Wake();
  readonly #lanes: readonly StreamLane[];
  readonly #progress: Progress;
  readonly #filter: Filter;
  readonly #mostRecords: number;
  #position: Position;
  #iterator: string | undefined;
  /** The characters of the records that the lanes have not finished. */
  #characters = 0;
  #isAtEnd = false;
  #isFinished = false;
  /** Those who wait until everything has been read that is there now. */
  #refreshing: (() => void)[] = [];
  /** Whether requests follow each other: it has not failed, has room for records, and has not come to the end. */
  #isReading = false;

  constructor(
    readonly context: StreamContext,
    readonly shardId: string,
    position: Position,
  ) {
    const { stream, definition, settings, source } = context;
    this.#position = position;
    this.#progress = new Progress((sequenceNumber) => settings.checkpoints?.set(shardId, sequenceNumber));
    this.#filter = compileFilter(definition.filters, source.batchInfo === "KinesisBatchInfo" ? "data" : null);
    const done = (records: readonly StreamRecord[]) => this.#done(records);
    this.#lanes = Array.from({ length: stream.parallelizationFactor }, () => new StreamLane(context, shardId, done));
    this.#mostRecords = Math.max(2 * definition.batchSize, 1000) * this.#lanes.length;
  }

  /** All of its records are done, and no more will come. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** The records that were read and are not done, and the windows that are open. */
  get pending(): number {
    return this.#progress.size + this.#lanes.filter((lane) => lane.hasOpenWindow).length;
  }

  /** Resolves when everything has been read that was there before, or at once where it cannot read at present. */
  async refresh(): Promise<void> {
    if (!this.#isReading) return;
    await new Promise<void>((resolve) => {
      this.#refreshing.push(resolve);
      this.#wake.wake();
    });
  }

  #stopReading(): void {
    this.#isReading = false;
    for (const resolve of this.#refreshing.splice(0)) resolve();
  }

  /** Called after a write to the stream. */
  wake(): void {
    this.#wake.wake();
  }

  /** Runs until the signal aborts, or until the shard is finished. Continues where it stopped. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all([this.#read(stop), ...this.#lanes.map((lane) => lane.run(stop))]);
    this.#isFinished = this.#isAtEnd && this.#progress.size === 0 && !stop.aborted;
  }

  async #read(stop: AbortSignal): Promise<void> {
    const { context } = this;
    const { clock, onWrite } = context.settings;
    let failures = 0;
    while (!stop.aborted && !this.#isAtEnd) {
      this.#isReading = true;
      try {
        await this.#room(stop);
        if (stop.aborted) break;
        const refreshing = this.#refreshing.length;
        const page = await this.#page();
        const readAt = performance.now();
        failures = 0;
        this.#deliver(page);
        const { length } = page.records;
        if (this.#isAtEnd || length >= fullPage) continue;
        for (const resolve of this.#refreshing.splice(0, refreshing)) resolve();
        if (length === 0) await this.#wake.wait(stop, onWrite === undefined ? pauses.unwoken : pauses.woken);
        const left = readAt + pauses.between - performance.now();
        if (left > 0) await pause(left, stop);
      } catch (error) {
        if (stop.aborted) break;
        this.#stopReading();
        context.tell(`it cannot read "${context.source.name}", ${this.shardId}: ${described(error)}`);
        await clock.sleep(Math.min(30_000, 500 * 2 ** failures++), stop);
      }
    }
    this.#stopReading();
  }

  async #page(): Promise<Page> {
    const { source } = this.context;
    for (let tries = 0; ; tries++) {
      const asked = this.context.settings.clock.now();
      this.#iterator ??= await source.iterator(this.shardId, this.#position);
      if (this.#position.type === "LATEST") this.#position = source.since(asked);
      try {
        return await source.read(this.shardId, this.#iterator);
      } catch (error) {
        if (tries > 0 || !isGone(error)) throw error;
        // An iterator expires after five minutes.
        this.#iterator = undefined;
      }
    }
  }

  #deliver({ records, next }: Page): void {
    this.#iterator = next;
    const last = records.at(-1);
    if (last !== undefined) this.#position = { type: "AFTER", sequenceNumber: last.sequenceNumber };
    const { definition, settings, retention } = this.context;
    // On AWS these records would no longer exist.
    const oldest = settings.clock.now() - retention;
    this.#progress.read(records);
    const dropped: StreamRecord[] = [];
    for (const record of records) {
      this.#characters += record.json.length;
      const isFiltered = definition.filters.length > 0 && !this.#filter(record.filterable());
      if (isFiltered || record.at < oldest) dropped.push(record);
      else this.#laneOf(record).push(record);
    }
    if (dropped.length > 0) this.#done(dropped);
    if (next !== undefined) return;
    this.#isAtEnd = true;
    for (const lane of this.#lanes) lane.end();
  }

  #laneOf({ key }: StreamRecord): StreamLane {
    const lane = this.#lanes.length === 1 ? this.#lanes[0] : this.#lanes[crc32(key) % this.#lanes.length];
    if (lane === undefined) throw new Error("a shard has at least one lane");
    return lane;
  }

  #done(records: readonly StreamRecord[]): void {
    for (const { json } of records) this.#characters -= json.length;
    this.#progress.done(records);
    this.#wake.wake();
  }

  /** Waits while the lanes have enough records. */
  async #room(stop: AbortSignal): Promise<void> {
    const most = mostCharacters * this.#lanes.length;
    while (!stop.aborted && (this.#progress.size >= this.#mostRecords || this.#characters >= most)) {
      this.#stopReading();
      await this.#wake.wait(stop);
    }
    this.#isReading = true;
  }
}

const isGone = (error: unknown) => error instanceof ServiceError && /ExpiredIteratorException$/.test(error.code);

const described = (error: unknown) =>
  error instanceof ServiceError ? `${error.code.replace(/^.*#/, "")}: ${error.message}` : String(error);

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Wake().wait(stop, milliseconds);
}
