// What a queue knows of its surroundings, and what it is given to keep.
import type { Clock } from "../clock";
import type { StoredMessage } from "./message";
import type { Queue } from "./queue";
import type { Storage } from "./storage";

export interface QueueContext {
  readonly clock: Clock;
  readonly storage: Storage | undefined;
  arnOf(name: string): string;
  queueByArn(arn: string): Queue | undefined;
}

/** A message before it is in a queue. */
export type NewMessage = Omit<
  StoredMessage,
  "state" | "visibleAt" | "receiveCount" | "firstReceivedAt" | "receivedAt" | "receiptHandle" | "sequenceNumber"
> & {
  readonly sequenceNumber?: string | undefined;
  readonly receiveCount?: number;
  readonly firstReceivedAt?: number | undefined;
};
