// Reads a dead-letter queue without consuming it: what is read is hidden from others while it is worked with, and given
// back at the end, when it is not deleted.
import type { DeadLetter } from "./letter";

export interface Reader {
  /** How many messages the queue had when it was opened, approximately, without those that others hold. */
  readonly total: number;
  /** Seconds for which the queue keeps a message. */
  readonly retention: number;
  /** Whether every message was read. It cannot be on a FIFO queue with more than ten letters of one group. */
  readonly complete: boolean;
  /**
   * Up to ten letters at a time, each at most once, hidden until they are deleted or given back. Ends when the queue
   * has no other that can be received. While the reader is open, they stay hidden: their visibility is extended.
   */
  waves(): AsyncIterable<readonly DeadLetter[]>;
  /** Answers those that could not be deleted. */
  delete(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]>;
  /** Makes these visible at once. */
  giveBack(letters: readonly DeadLetter[]): Promise<void>;
  /** Gives back all that is held. Never rejects; may be called twice. */
  close(): Promise<void>;
}
