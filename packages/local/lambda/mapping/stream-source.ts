// What the event source mapping of a stream needs of Kinesis or of a table's stream.

import type { Filterable } from "spillway/syntax/filter-criteria";
import type { Ask, Principal } from "../../service/ask";
import type { Clock } from "../../service/clock";
import type { StartingPosition } from "./mapping";

export interface StreamRecord {
  readonly sequenceNumber: string;
  /** Records with the same key are delivered in order, whatever the parallelization factor is. */
  readonly key: string;
  /** When the record arrived, in milliseconds since the epoch, on the run's clock. */
  readonly at: number;
  /** The record as it appears in the event. */
  readonly json: string;
  /** The record as filters see it. */
  filterable(): Filterable;
}

export interface StreamShard {
  readonly id: string;
  /** The shards that it was split off or merged from, some of which may be gone. */
  readonly parents: readonly string[];
  /** Nothing more will be written to it. */
  readonly isClosed: boolean;
}

export type Position = StartingPosition | { readonly type: "AFTER"; readonly sequenceNumber: string };

export interface Page {
  readonly records: readonly StreamRecord[];
  /** Undefined if the shard is closed and has been read to its end. */
  readonly next: string | undefined;
}

/** Requests are made with the role of the function. They reject with the service's errors. */
export interface StreamSource {
  /** The ARN of the stream. `eventSourceArn` may be that of a consumer. */
  readonly streamArn: string;
  /** The name in messages. */
  readonly name: string;
  /** The member of a failure destination's record that describes a batch. */
  readonly batchInfo: "KinesisBatchInfo" | "DDBStreamBatchInfo";
  /** A time in the format of that member. */
  timestamp(milliseconds: number): string;
  /** How long records are kept, in seconds. */
  retention(): Promise<number>;
  shards(): Promise<readonly StreamShard[]>;
  /**
   * The position from which to continue if an iterator that began with LATEST at that time has expired before anything
   * was read.
   */
  since(milliseconds: number): Position;
  /** Returns an iterator. */
  iterator(shardId: string, position: Position): Promise<string>;
  read(shardId: string, iterator: string): Promise<Page>;
}

export interface StreamSourceSettings {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly eventSourceArn: string;
  readonly roleArn: string;
}

export const principalOf = (roleArn: string): Principal => ({
  kind: "service",
  service: "lambda.amazonaws.com",
  roleArn,
});
