// What a reader could not read of a queue, and why.

export interface Unread {
  /** Approximately. */
  readonly count: number;
  /** A sentence. */
  readonly why: string;
  /** Whether they are there for sure: SQS's counts may be a minute old. */
  readonly sure: boolean;
}

/** `full`: SQS has refused to hide more. */
export function unreadOf(count: number, { fifo, full }: { readonly fifo: boolean; readonly full: boolean }): Unread {
  if (full) return { count, why: "SQS hides 120,000 messages of a queue at most at a time.", sure: true };
  return fifo
    ? { count, why: "They wait behind others of their message group, of which SQS hands out ten at most.", sure: true }
    : { count, why: "Somebody else holds them, or SQS's count is a minute old.", sure: false };
}
