// Invokes a consumer's function with records of a stream in order, in the batches that its mapping would make.
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { type Answer, invoke } from "../invocation/invoke";
import type { StreamRecord } from "./shard-source";

export interface RecordsRun {
  /** How many of them are done, from the first one on. */
  readonly done: number;
  /** How many of those the consumer gave up with a reason, as far as its log tells. */
  readonly deadLettered: number;
  /** Why the record after those is not done. */
  readonly why?: string;
}

/** Bytes of a synchronous invocation. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestPayload = 6 * 1024 * 1024;

/**
 * Goes on from what the function reports as failed, as the mapping would, as long as that is further than before.
 * `onDone` is told how many records are done.
 */
export async function runRecords(
  lambda: LambdaClient,
  functionName: string,
  records: readonly StreamRecord[],
  { batchSize, signal, onDone }: { batchSize: number; signal: AbortSignal; onDone?(done: number): void },
): Promise<RecordsRun> {
  let done = 0;
  let deadLettered = 0;
  while (done < records.length) {
    const batch = batchFrom(records, done, batchSize);
    const payload = eventOf(batch);
    const bytes = Buffer.byteLength(payload);
    if (bytes > largestPayload) {
      return { done, deadLettered, why: `the record makes an event of ${bytes} bytes; Lambda takes ${largestPayload}` };
    }
    const answer = await invoke(lambda, functionName, payload, signal);
    const succeeded = doneIn(answer, batch);
    deadLettered += answer.batch?.deadLettered ?? 0;
    done += succeeded;
    onDone?.(done);
    if (succeeded === 0) return { done, deadLettered, why: whyOf(answer, batch[0]) };
  }
  return { done, deadLettered };
}

export const eventOf = (records: readonly StreamRecord[]) =>
  `{"Records":[${records.map(({ record }) => JSON.stringify(record)).join(",")}]}`;

function batchFrom(records: readonly StreamRecord[], start: number, size: number): readonly StreamRecord[] {
  const batch: StreamRecord[] = [];
  let bytes = eventOf([]).length;
  for (const each of records.slice(start, start + size)) {
    bytes += Buffer.byteLength(JSON.stringify(each.record)) + 1;
    if (batch.length > 0 && bytes > largestPayload) break;
    batch.push(each);
  }
  return batch;
}

/** The lowest reported record is the checkpoint. A name that is in no record is a failure of all. */
function doneIn({ error, itemIdentifiers }: Answer, batch: readonly StreamRecord[]): number {
  if (error !== undefined) return 0;
  const positions = itemIdentifiers.map((id) => batch.findIndex(({ sequenceNumber }) => sequenceNumber === id));
  return positions.length === 0 ? batch.length : Math.max(0, Math.min(...positions));
}

function whyOf({ error, batch, requestId }: Answer, record: StreamRecord | undefined): string {
  const failed = error ?? batch?.failures.find(({ id }) => id === record?.id);
  if (failed !== undefined) return `${failed.errorType}: ${failed.errorMessage}`;
  return `the function reported the record as failed; the log of invocation ${requestId ?? "(without an id)"} says why`;
}
