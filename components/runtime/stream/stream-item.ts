// A record of a stream as the batch sees it, and what the batch answers to Lambda.

import { type EarlierReason, earlierReason } from "../batch/earlier-reason";
import type { Opened } from "../batch/envelope";
import type { Received } from "../batch/invocation";
import type { Identity } from "../batch/record-context";

/** A record of any stream. */
export interface StreamItem extends Received {
  /** From 0, in the order of the shard. */
  readonly position: number;
  readonly sequenceNumber: string;
  /** Of Kinesis. */
  readonly partitionKey?: string;
  /** Throws an InvalidEvent for what is no event. */
  open(): Opened;
}

export function identityOf({ id, partitionKey }: StreamItem, { correlationId = id }: Opened): Identity {
  return { id, correlationId, partitionKey };
}

/**
 * Of a record that was a dead letter and is sent once more: its reason, beside what Lambda has of a record.
 */
export function earlierOf(record: object): EarlierReason | undefined {
  return earlierReason((record as { readonly deadLetterReason?: string }).deadLetterReason);
}

export interface StreamBatchResponse {
  /** Of a tumbling window. */
  readonly state?: object;
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}
