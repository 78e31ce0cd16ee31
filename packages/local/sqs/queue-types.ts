// What a queue knows of its surroundings, and what it is given to keep.
import type { Clock } from "../service/clock";
import type { StoredMessage } from "./message";
import type { Storage } from "./storage";

export interface QueueContext {
  readonly clock: Clock;
  readonly storage: Storage | undefined;
  arnOf(name: string): string;
  queueByArn(arn: string): DeadLetterQueue | undefined;
}

/** A queue as another one sees it whose dead letters it takes. */
export interface DeadLetterQueue {
  /** `serve` must follow. */
  takeDeadLetter(message: StoredMessage, sourceArn: string): void;
  /** Hands what is visible to those who wait. */
  serve(): void;
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
