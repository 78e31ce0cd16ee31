// What EventBridge's rules and schedules have in common: a queue as their target, with retries and what AWS allows for
// them.
import type { ArgumentErrors } from "../base/argument-errors";

/** How a schedule or a rule sends to its queue, and for how long it tries. */
export interface QueueTargetOptions {
  /**
   * The message group, which a FIFO queue needs: 1 to 128 letters, digits and punctuation marks.
   * @default none: for a standard queue
   */
  readonly messageGroupId?: string;
  /**
   * Number of times that sending to the queue is tried again, 0 to 185.
   * @default 185
   */
  readonly maximumRetryAttempts?: number;
  /**
   * Seconds after which an event is given up, 60 to 86,400. The default is an hour, after which somebody should know.
   * @default 3600
   */
  readonly maximumEventAge?: number;
}

/** What is known of the queue that a schedule or a rule sends to. */
export interface QueueTarget {
  /** Whether the queue is FIFO. */
  readonly fifo: boolean;
  /**
   * Whether a FIFO queue derives the deduplication id from the body.
   * @default not known: the queue is managed elsewhere
   */
  readonly contentBasedDeduplication?: boolean | undefined;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const messageGroup = /^[!-~]{1,128}$/;

/** `rule`: whose, as "Scheduler allows". */
export function checkQueueTarget(
  { messageGroupId, maximumRetryAttempts, maximumEventAge }: QueueTargetOptions,
  { target, rule }: { readonly target: QueueTarget; readonly rule: string },
  errors: ArgumentErrors,
): void {
  errors.integer("maximumRetryAttempts", maximumRetryAttempts, { min: 0, max: 185, rule });
  errors.integer("maximumEventAge", maximumEventAge, { min: 60, max: 86_400, unit: "s", rule });
  if (target.fifo && messageGroupId === undefined) {
    errors.add(
      "its target is a FIFO queue, which needs a messageGroupId, and deduplicates by content " +
        "(contentBasedDeduplication).",
    );
  }
  if (target.fifo && target.contentBasedDeduplication === false) {
    errors.add(
      "its target is a FIFO queue without contentBasedDeduplication, and no deduplication id can be sent, so that " +
        "the queue would refuse everything; set it there.",
    );
  }
  if (!target.fifo && messageGroupId !== undefined) {
    errors.add("messageGroupId is for FIFO queues, and its target is a standard one; leave it out.");
  } else if (messageGroupId !== undefined && !messageGroup.test(messageGroupId)) {
    errors.add(
      `messageGroupId is ${JSON.stringify(messageGroupId)}; SQS allows 1 to 128 letters, digits and punctuation marks.`,
    );
  }
}

export function retryPolicyOf({ maximumRetryAttempts = 185, maximumEventAge = 3600 }: QueueTargetOptions) {
  return { maximumRetryAttempts, maximumEventAgeInSeconds: maximumEventAge };
}
