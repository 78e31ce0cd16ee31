// What reading a shard asks of a stream, be it Kinesis's or a table's.

export interface StreamRecord {
  readonly sequenceNumber: string;
  /** The id by which the consumer's log lines name the record. */
  readonly id: string;
  /** The member of `Records` in the event of the consumer's function. */
  readonly record: object;
  /** What the mapping's filters look at. */
  filterable(): object;
}

export interface ShardPage {
  readonly records: readonly StreamRecord[];
  /** Undefined at the end of a closed shard. */
  readonly next: string | undefined;
  /** Whether nothing newer is in the shard. Undefined where the stream does not tell. */
  readonly isLast: boolean | undefined;
}

export interface ShardSource {
  iteratorAt(shardId: string, sequenceNumber: string): Promise<string | undefined>;
  /** At the oldest record that is kept. */
  iteratorAtHorizon(shardId: string): Promise<string | undefined>;
  read(iterator: string): Promise<ShardPage>;
  /** What an error of these requests means; undefined for what it says itself. */
  refusal(error: unknown): "trimmed" | "gone" | "throttled" | undefined;
}

/** The most that a request may ask of a table's stream, and enough of Kinesis's. */
export const recordsPerRequest = 1000;

export const nameOf = (error: unknown) => (error instanceof Error ? error.name : "");
