// How long the attempts of a queue's record take at most: what its retention, and the alarm on its age, must leave room
// for.
import { longestBackOff } from "../runtime/batch/back-off";

/** Times of a queue and its function, in seconds. */
export interface QueueTimes {
  readonly delay: number;
  readonly visibilityTimeout: number;
  readonly maximumBatchingWindow: number;
  readonly timeout: number;
}

/**
 * Seconds from when a record is sent, from which SQS counts its retention
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html),
 * until attempt number `attempts` is over, if each takes as long as it can and the
 * function keeps up. A record that the consumer sees fail comes back after the consumer's own back-off, which replaces
 * the visibility timeout. One that ends the process, or is throttled, comes back after the visibility timeout.
 */
export function longestAttempts(attempts: number, queue: QueueTimes): number {
  let seconds = queue.delay;
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    const failed = queue.maximumBatchingWindow + queue.timeout + longestBackOff(attempt);
    seconds += Math.max(queue.visibilityTimeout, failed);
  }
  return seconds + queue.visibilityTimeout;
}
