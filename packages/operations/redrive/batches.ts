// Letters in batches as SQS takes them, and in the order of their groups.
import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { largestMessage, sizeOf } from "./outgoing";

const mostEntries = 10;

export type Entry = Omit<SendMessageBatchRequestEntry, "Id">;

/**
 * At most ten entries and 1 MiB each. An entry of a batch may fail alone, so a batch for a FIFO queue holds one entry
 * of each group: none is sent before the one that it follows.
 */
export function batchesOf<T extends { readonly entry: Entry }>(items: readonly T[], fifo: boolean): readonly T[][] {
  const batches: T[][] = [];
  let rest = [...items];
  while (rest.length > 0) {
    const batch: T[] = [];
    const groups = new Set<string | undefined>();
    const later: T[] = [];
    let size = 0;
    for (const item of rest) {
      const { MessageBody = "", MessageAttributes = {}, MessageGroupId } = item.entry;
      const bytes = sizeOf(MessageBody, MessageAttributes);
      const waits = fifo && groups.has(MessageGroupId);
      if (waits || batch.length === mostEntries || (batch.length > 0 && size + bytes > largestMessage)) {
        later.push(item);
      } else {
        batch.push(item);
        size += bytes;
      }
      // Also behind one that had no room: it must not overtake.
      groups.add(MessageGroupId);
    }
    batches.push(batch);
    rest = later;
  }
  return batches;
}
