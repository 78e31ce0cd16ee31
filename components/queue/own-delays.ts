// Messages that a callback sends with a delay of their own, and how much of it the retention of their queue leaves room
// for.
import * as pulumi from "@pulumi/pulumi";
import { longestRetention } from "../dead-letter-queue";
import { longestAttempts, type QueueTimes } from "./attempts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html */
const longestOwnDelay = 900;

/** By the consumer; those that `warnOfOwnDelays` has told of are gone. */
const warnings = new WeakMap<object, string>();

/** What is known of a standard queue. */
interface Attempted {
  readonly name: string;
  readonly maxReceiveCount: number;
  readonly times: QueueTimes;
  /** Seconds; undefined where it is not known. */
  readonly retention: number | undefined;
}

/** Notes what is to be told to whoever sends to the consumer. A message's own delay takes the place of the queue's. */
export function noteOwnDelays(consumer: object, { name, maxReceiveCount, times, retention }: Attempted): void {
  if (retention === undefined) return;
  const attempts = longestAttempts(maxReceiveCount, { ...times, delay: 0 });
  const room = retention - attempts - 1;
  if (room >= longestOwnDelay) return;
  const enough = attempts + longestOwnDelay;
  const longer = enough < longestRetention ? `give messageRetention more than ${enough} s, or ` : "";
  warnings.set(
    consumer,
    `QueueConsumer "${name}": its attempts take up to ${attempts} s of messageRetention ${retention} s, so a message ` +
      `that a callback sends with delaySeconds above ${room} could expire without a dead letter: ${longer}do not ` +
      "send with more.",
  );
}

/**
 * Says once that a delay can be too long. Only the sender knows whether its messages have one, so that nothing is
 * refused.
 */
export function warnOfOwnDelays(consumer: object): void {
  const warning = warnings.get(consumer);
  if (warning === undefined) return;
  warnings.delete(consumer);
  void pulumi.log.warn(warning, consumer instanceof pulumi.Resource ? consumer : undefined);
}
