// A record of a stream as the batch sees it, and what the batch answers to Lambda.

import type { DeadLetterRecord } from "../batch/dead-letter";
import type { Opened } from "../batch/envelope";
import type { Item } from "../batch/run-batch";

/** A record of any stream. */
export interface StreamItem extends Item {
  /** From 0, in the order of the shard. */
  readonly position: number;
  readonly sequenceNumber: string;
  /** Of Kinesis. */
  readonly partitionKey?: string;
  /** Throws an InvalidEvent for what is no event. */
  open(): Opened;
  /** What is stored of it when it is given up. */
  lost(): DeadLetterRecord;
}

export interface StreamBatchResponse {
  /** Of a tumbling window. */
  readonly state?: object;
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}
