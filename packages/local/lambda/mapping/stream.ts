// The event source mapping of a stream, Kinesis or a table's: its shards in the order of their lineage, and its life.
// https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and with-ddb.html
import { textOf } from "./errors";
import { KinesisSource } from "./kinesis-source";
import type { Mapping, MappingSettings, MappingState, StartMapping, StreamDefinition } from "./mapping";
import { ShardReader } from "./shard-reader";
import type { StreamContext } from "./stream-context";
import type { Position, StreamSource, StreamSourceSettings } from "./stream-source";
import { TableSource } from "./table-source";
import { Wake } from "./wake";

type MakeSource = (settings: StreamSourceSettings) => StreamSource;

const startingOn =
  (make: MakeSource): StartMapping =>
  (settings) =>
    new StreamMapping(settings, make);

export const startKinesisMapping = startingOn((settings) => new KinesisSource(settings));
export const startTableMapping = startingOn((settings) => new TableSource(settings));

/** Milliseconds of real time between two searches for shards while there is none to read. */
const withoutShards = 1000;

class StreamMapping implements Mapping, StreamContext {
  readonly stream: StreamDefinition;
  readonly source: StreamSource;
  retention = Number.POSITIVE_INFINITY;
  longestAge = Number.POSITIVE_INFINITY;
  readonly #readers = new Map<string, ShardReader>();
  readonly #finished = new Set<string>();
  /** The shards that existed at the start. The starting position applies to them. */
  #first: ReadonlySet<string> | undefined;
  readonly #closing = new AbortController();
  readonly #killed = new AbortController();
  readonly #changed = new Wake();
  /** Those who wait for the next search for shards. */
  #refreshing: (() => void)[] = [];
  /** Whether the last search for shards has failed, and the next one comes after a pause. */
  #isFailing = false;
  readonly #endWakes: () => void;
  #polling: AbortController | undefined;
  /** Resolves when nothing of the previous polling runs any more. */
  #ended: Promise<void> = Promise.resolve();
  #state: MappingState = "Disabled";
  #lastResult = "No records processed";
  #problem: string | undefined;

  constructor(
    readonly settings: MappingSettings,
    make: MakeSource,
  ) {
    const { ask, clock, definition } = settings;
    const { eventSourceArn, roleArn, stream } = definition;
    if (stream === undefined) throw new Error(`The mapping of ${eventSourceArn} has no stream definition.`);
    this.stream = stream;
    this.source = make({ ask, clock, eventSourceArn, roleArn });
    this.#endWakes =
      settings.onWrite?.(this.source.streamArn, () => {
        for (const reader of this.#readers.values()) reader.wake();
      }) ?? (() => {});
    if (definition.enabled) this.resume();
  }

  get definition() {
    return this.settings.definition;
  }
  get state() {
    return this.#state;
  }
  get lastProcessingResult() {
    return this.#lastResult;
  }
  get killed() {
    return this.#killed.signal;
  }
  get pending() {
    return [...this.#readers.values()].reduce((sum, reader) => sum + reader.pending, 0);
  }

  async refresh(): Promise<void> {
    if (this.#polling === undefined || this.#isFailing) return;
    await new Promise<void>((resolve) => {
      this.#refreshing.push(resolve);
      this.#changed.wake();
    });
    await Promise.all([...this.#readers.values()].map((reader) => reader.refresh()));
  }

  resume(): void {
    if (this.#polling !== undefined || this.#closing.signal.aborted) return;
    const stop = new AbortController();
    this.#state = "Enabled";
    this.#polling = stop;
    this.#ended = this.#ended.then(() => this.#poll(stop.signal));
  }

  async pause(): Promise<void> {
    const polling = this.#polling;
    if (polling === undefined) return;
    this.#polling = undefined;
    this.#state = "Disabling";
    polling.abort();
    await this.#ended;
    if (this.#polling === undefined) this.#state = "Disabled";
  }

  async close(grace = 5000): Promise<void> {
    this.#closing.abort();
    this.#endWakes();
    const timer = setTimeout(() => this.#killed.abort(), grace);
    await this.pause();
    await this.#ended;
    clearTimeout(timer);
    this.#killed.abort();
  }

  tell(problem: string): void {
    this.#lastResult = `PROBLEM: ${problem}`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.settings.onProblem?.(`Event source mapping of function "${this.definition.functionName}": ${problem}`);
  }

  ended(succeeded: boolean): void {
    this.#lastResult = succeeded ? "OK" : "PROBLEM: Function call failed";
    this.#problem = undefined;
  }

  async #poll(stop: AbortSignal): Promise<void> {
    const running = new Map<ShardReader, Promise<void>>();
    let failures = 0;
    while (!stop.aborted) {
      const refreshing = this.#refreshing.splice(0);
      try {
        await this.#discover();
        this.#isFailing = false;
        failures = 0;
        for (const reader of this.#readers.values()) {
          if (!running.has(reader)) running.set(reader, this.#run(reader, stop));
        }
        for (const refreshed of refreshing) refreshed();
        await this.#changed.wait(stop, this.#readers.size === 0 ? withoutShards : undefined);
      } catch (error) {
        this.#isFailing = true;
        for (const refreshed of [...refreshing, ...this.#refreshing.splice(0)]) refreshed();
        if (stop.aborted) break;
        this.tell(`it cannot read the shards of "${this.source.name}": ${textOf(error)}`);
        await this.settings.clock.sleep(Math.min(30_000, 500 * 2 ** failures++), stop);
      }
    }
    for (const refreshed of this.#refreshing.splice(0)) refreshed();
    await Promise.all(running.values());
  }

  async #run(reader: ShardReader, stop: AbortSignal): Promise<void> {
    await reader.run(stop);
    if (!reader.isFinished) return;
    this.#readers.delete(reader.shardId);
    this.#finished.add(reader.shardId);
    this.#changed.wake();
  }

  /** Children are read from their beginning when their parents are done. */
  async #discover(): Promise<void> {
    const { startingPosition, maximumRecordAgeInSeconds } = this.stream;
    this.retention = (await this.source.retention()) * 1000;
    const age = maximumRecordAgeInSeconds < 0 ? Number.POSITIVE_INFINITY : maximumRecordAgeInSeconds * 1000;
    this.longestAge = Math.min(age, this.retention);
    const shards = await this.source.shards();
    const known = new Set(shards.map(({ id }) => id));
    if (this.#first === undefined) {
      this.#first = known;
      const passed = startingPosition.type === "LATEST" ? shards.filter(({ isClosed }) => isClosed) : [];
      for (const { id } of passed) this.#finished.add(id);
    }
    for (const { id, parents } of shards) {
      if (this.#readers.has(id) || this.#finished.has(id)) continue;
      if (parents.some((parent) => known.has(parent) && !this.#finished.has(parent))) continue;
      this.#readers.set(id, new ShardReader(this, id, this.#positionOf(id, this.#first)));
    }
  }

  #positionOf(shardId: string, first: ReadonlySet<string>): Position {
    const sequenceNumber = this.settings.checkpoints?.get(shardId);
    if (sequenceNumber !== undefined) return { type: "AFTER", sequenceNumber };
    return first.has(shardId) ? this.stream.startingPosition : { type: "TRIM_HORIZON" };
  }
}
