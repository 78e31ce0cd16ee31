// Letters in batches as SQS takes them, and in the order of their groups.
import { type Entry, largestMessage, sizeOf } from "./outgoing";

const mostEntries = 10;

/**
 * At most ten entries and 1 MiB each, in the given order. An entry of a batch may fail alone, so a batch for a FIFO
 * queue holds one entry of each group: none is sent before the one that it follows.
 */
export function batchesOf<T extends { readonly entry: Entry }>(items: readonly T[], fifo: boolean): readonly T[][] {
  const batches: T[][] = [];
  let batch: T[] = [];
  let groups = new Set<string | undefined>();
  let size = 0;
  for (const item of items) {
    const { MessageBody = "", MessageAttributes = {}, MessageGroupId } = item.entry;
    const bytes = sizeOf(MessageBody, MessageAttributes);
    const isFull = batch.length === mostEntries || size + bytes > largestMessage;
    if (batch.length === 0 || isFull || (fifo && groups.has(MessageGroupId))) {
      batch = [];
      groups = new Set();
      size = 0;
      batches.push(batch);
    }
    batch.push(item);
    groups.add(MessageGroupId);
    size += bytes;
  }
  return batches;
}
