// What the event source mapping of a stream needs of Kinesis or of a table's stream.

import type { Filterable } from "spillway/syntax/filter-criteria";
import type { Clock } from "../../clock";
import type { Ask, Principal } from "../../service/ask";
import type { StartingPosition } from "./mapping";

export interface StreamRecord {
  readonly sequenceNumber: string;
  /** Records of one key are handed over in order, whatever the parallelization factor. */
  readonly key: string;
  /** When it arrived, in milliseconds since the epoch, on the run's clock. */
  readonly at: number;
  /** The record as it stands in the event. */
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
  /** Undefined where the shard is closed and has been read to its end. */
  readonly next: string | undefined;
}

/** Asks with the role of the function. Rejects with the service's errors. */
export interface StreamSource {
  /** The stream's ARN; `eventSourceArn` may be that of a consumer. */
  readonly streamArn: string;
  /** For messages. */
  readonly name: string;
  /** The member of a failure destination's record that describes a batch. */
  readonly batchInfo: "KinesisBatchInfo" | "DDBStreamBatchInfo";
  /** A time as that member has it. */
  timestamp(milliseconds: number): string;
  /** How long records are kept, in seconds. */
  retention(): Promise<number>;
  shards(): Promise<readonly StreamShard[]>;
  /** Where to begin anew when an iterator that began with LATEST at that time has expired before anything was read. */
  since(milliseconds: number): Position;
  /** Answers an iterator. */
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
