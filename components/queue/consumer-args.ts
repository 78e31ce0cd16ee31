// The arguments of a QueueConsumer: their meaning, and their defaults. It is longer than others because of their doc
// comments.
import type * as lambda from "@pulumi/aws/lambda";
import type * as sqs from "@pulumi/aws/sqs";
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmOverrides } from "../alarms/alarms";
import type { FunctionAlarm } from "../alarms/function-alarms";
import type { QueueAlarm } from "../alarms/source-alarms";
import type { Operations } from "../base/operations";
import type { DeadLetterQueueOverrides } from "../dead-letter-queue";
import type { FunctionOptions, FunctionOverrides } from "../function/args";
import { functionDefaults } from "../function/defaults";
import type { QueueTimes } from "./attempts";

/**
 * A queue that is managed elsewhere. Neither its policy nor its redrive policy nor its visibility timeout is touched,
 * so what they are must be said.
 */
export interface ExistingQueue {
  /** URL of the queue. */
  readonly url: pulumi.Input<string>;
  /** ARN of the queue. */
  readonly arn: pulumi.Input<string>;
  /**
   * Whether it is FIFO.
   * @default false
   */
  readonly fifo?: boolean;
  /** Seconds for which a received message is hidden, as the queue has it, 0 to 43,200 and at least `timeout`. */
  readonly visibilityTimeout: number;
  /**
   * Number of attempts before SQS moves a message to the dead-letter queue, as the queue's redrive policy has it, 1 to
   * 1,000.
   */
  readonly maxReceiveCount: number;
  /**
   * Seconds for which a message is kept, as the queue has it, 60 to 1,209,600: all attempts must fit into it.
   * @default not known, and not checked
   */
  readonly messageRetention?: number;
  /**
   * Seconds by which every message is delayed, as the queue has it, 0 to 900. They count as part of its retention.
   * @default 0
   */
  readonly delay?: number;
  /** The dead-letter queue of its redrive policy. */
  readonly deadLetterQueue: ExistingDeadLetterQueue;
  /**
   * ARN of the customer managed key that it is encrypted with.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /**
   * Whether the component may replace the queue's policy by its own, which subscriptions need.
   * @default false
   */
  readonly managePolicy?: boolean;
}

/** A dead-letter queue that is managed elsewhere. */
export interface ExistingDeadLetterQueue {
  /** URL of the queue. */
  readonly url: pulumi.Input<string>;
  /** ARN of the queue. */
  readonly arn: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that it is encrypted with.
   * @default none: one of AWS's own keys
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/** Which messages reach the callback. SQS deletes the others: a filter drops, it does not postpone. */
export interface QueueFilter {
  /** A filter pattern for the parsed JSON body, in Lambda's filter rule syntax, as `{ kind: ["bought"] }`. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The arguments of a `QueueConsumer` that do not depend on the types of its callback. */
export interface QueueConsumerOptions extends FunctionOptions, Operations {
  /**
   * Whether the queue is FIFO: it keeps the order within a message group, and accepts each message once.
   * @default false: a standard queue
   */
  readonly fifo?: boolean;
  /**
   * Whether a FIFO queue derives the deduplication id from the body.
   * @default false: senders pass one
   */
  readonly contentBasedDeduplication?: boolean;
  /**
   * Whether a FIFO queue deduplicates and limits throughput per message group, for up to 70,000 messages a second.
   * @default false
   */
  readonly highThroughput?: boolean;
  /**
   * Seconds for which a received message is hidden from others, 0 to 43,200 and at least `timeout`. The default leaves
   * Lambda room to retry while it is throttled:
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
   * @default six times `timeout`, plus `maximumBatchingWindow`
   */
  readonly visibilityTimeout?: number;
  /**
   * Seconds for which a message is kept from when it is sent, 60 to 1,209,600. Its delay, all its attempts and the
   * delays between them must take less time. Otherwise the message would expire without a dead letter.
   * @default 345600 (4 days)
   */
  readonly messageRetention?: number;
  /**
   * Seconds by which every message is delayed, 0 to 900.
   * @default 0
   */
  readonly delay?: number;
  /**
   * Number of attempts before a record is dead-lettered, 1 to 1,000. The default is the minimum that AWS advises for
   * Lambda, because throttling raises the count without an invocation.
   * @default 5
   */
  readonly maxReceiveCount?: number;
  /**
   * Seconds for which a dead letter is kept, `messageRetention` to 1,209,600. A message that SQS moves from a standard
   * queue keeps the time at which it was sent.
   * @default 1209600 (14 days)
   */
  readonly deadLetterRetention?: number;
  /**
   * An existing queue to consume.
   * @default none: the component creates a queue of its own
   */
  readonly queue?: ExistingQueue;
  /**
   * Number of records that one invocation gets at most, 1 to 10,000 (FIFO: 10). More than 10 need a batching window,
   * and more than 6,000 a longer `timeout`.
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * Seconds for which Lambda gathers records, 0 to 300 (FIFO: 0).
   * @default 0
   */
  readonly maximumBatchingWindow?: number;
  /**
   * Number of invocations at the same time at most, 2 to 1,000. It cannot be combined with `provisionedPollers`.
   * @default none: as many as the account allows
   */
  readonly maximumConcurrency?: number;
  /**
   * Pollers that are kept ready, and each of which is billed. They cannot be combined with `maximumConcurrency`.
   * @default none: Lambda chooses
   */
  readonly provisionedPollers?: {
    /**
     * Number of pollers at least, 2 to 200.
     * @default 2
     */
    readonly minimum?: number;
    /**
     * Number of pollers at most, 2 to 2,000.
     * @default 200
     */
    readonly maximum?: number;
  };
  /**
   * Which messages reach the callback: at most 10 patterns, of which one must match. SQS deletes the others.
   * @default all messages
   * @example [{ body: { kind: ["bought"] } }]
   */
  readonly filters?: readonly QueueFilter[];
  /**
   * Whether the mapping publishes its event counts (polled, filtered, invoked, failed, deleted) as CloudWatch metrics.
   * @default false
   */
  readonly mappingMetrics?: boolean;
  /**
   * Whether the queue is polled.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Number of records of a batch that the callback processes at the same time, 1 to 10,000. In a FIFO queue it is one
   * per message group.
   * @default 10
   */
  readonly concurrency?: number;
  /**
   * Properties of the child resources that no argument sets.
   * @default none
   */
  readonly overrides?: QueueConsumerOverrides;
}

/** What of the children can be changed beyond the arguments: any property that no argument governs. */
export interface QueueConsumerOverrides extends FunctionOverrides {
  /**
   * Properties of the queue.
   * @default none
   */
  readonly queue?: Partial<
    Omit<
      sqs.QueueArgs,
      | "fifoQueue"
      | "contentBasedDeduplication"
      | "deduplicationScope"
      | "fifoThroughputLimit"
      | "visibilityTimeoutSeconds"
      | "messageRetentionSeconds"
      | "delaySeconds"
      | "policy"
      | "redrivePolicy"
      | "redriveAllowPolicy"
      | "kmsMasterKeyId"
    >
  >;
  /**
   * Properties of the dead-letter queue.
   * @default none
   */
  readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
  /**
   * Properties of the dead-letter queue's alarm.
   * @default none
   */
  readonly alarm?: DeadLetterQueueOverrides["alarm"];
  /**
   * Changes of the alarms of the set `all`.
   * @default none
   * @example { age: { threshold: 600 }, recordsRetried: false }
   */
  readonly alarms?: AlarmOverrides<FunctionAlarm | QueueAlarm | "recursiveInvocations">;
  /**
   * Properties of the event source mapping.
   * @default none
   */
  readonly mapping?: Pick<lambda.EventSourceMappingArgs, "kmsKeyArn" | "tags" | "useResourceTimeoutForPropagation">;
}

export const queueDefaults = {
  messageRetention: 345_600,
  maxReceiveCount: 5,
  batchSize: 10,
  maximumBatchingWindow: 0,
  concurrency: 10,
} as const;

/** Six times the timeout plus the window, unless given. */
export function visibilityTimeoutOf(options: QueueConsumerOptions): number {
  const { timeout = functionDefaults.timeout, maximumBatchingWindow = queueDefaults.maximumBatchingWindow } = options;
  return options.queue?.visibilityTimeout ?? options.visibilityTimeout ?? 6 * timeout + maximumBatchingWindow;
}

/** What the attempts of a record take their time by. */
export function queueTimesOf(options: QueueConsumerOptions): QueueTimes {
  return {
    delay: (options.queue === undefined ? options.delay : options.queue.delay) ?? 0,
    visibilityTimeout: visibilityTimeoutOf(options),
    maximumBatchingWindow: options.maximumBatchingWindow ?? queueDefaults.maximumBatchingWindow,
    timeout: options.timeout ?? functionDefaults.timeout,
  };
}

export function maxReceiveCountOf(options: QueueConsumerOptions): number {
  return options.queue?.maxReceiveCount ?? options.maxReceiveCount ?? queueDefaults.maxReceiveCount;
}

/** Seconds; undefined where it is not known: of an existing queue that does not say. */
export function messageRetentionOf({ queue, messageRetention }: QueueConsumerOptions): number | undefined {
  return queue === undefined ? (messageRetention ?? queueDefaults.messageRetention) : queue.messageRetention;
}

export function isFifo(options: QueueConsumerOptions): boolean {
  return options.queue?.fifo ?? options.fifo ?? false;
}
