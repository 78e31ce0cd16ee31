// The arguments of a QueueConsumer: their meaning, and their defaults.
import type * as aws from "@pulumi/aws";
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
 * A queue that is managed elsewhere. Neither its policy nor its redrive policy nor its visibility timeout is touched, so what
 * they are must be said.
 */
export interface ExistingQueue {
  readonly url: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  readonly fifo?: boolean;
  /** Seconds, as the queue has it. */
  readonly visibilityTimeout: number;
  /** As the queue's redrive policy has it. */
  readonly maxReceiveCount: number;
  /** Seconds, as the queue has it: all attempts must fit into it. By default that is not checked. */
  readonly messageRetention?: number;
  /** The dead-letter queue of its redrive policy. */
  readonly deadLetterQueue: ExistingDeadLetterQueue;
  /** ARN of the customer managed key that it is encrypted with, if it is. */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** Whether the queue's policy may be replaced by ours, which subscriptions need. Default false. */
  readonly managePolicy?: boolean;
}

/** A dead-letter queue that is managed elsewhere. */
export interface ExistingDeadLetterQueue {
  readonly url: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  /** ARN of the customer managed key that it is encrypted with, if it is. */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/** Which messages reach the callback. SQS deletes the others: a filter drops, it does not postpone. */
export interface QueueFilter {
  /** A filter pattern for the parsed JSON body, in Lambda's filter rule syntax, as `{ kind: ["bought"] }`. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The arguments of a `QueueConsumer` that do not depend on the types of its callback. */
export interface QueueConsumerOptions extends FunctionOptions, Operations {
  /** Keeps the order within a message group, and sends each message once. Default false: a standard queue. */
  readonly fifo?: boolean;
  /** FIFO: derives the deduplication id from the body. Default false: senders give one. */
  readonly contentBasedDeduplication?: boolean;
  /** FIFO: deduplicates and limits throughput per message group, for up to 70,000 messages a second. Default false. */
  readonly highThroughput?: boolean;
  /**
   * Seconds for which a received message is hidden from others, 0 to 43,200, at least `timeout`; by default six times `timeout`
   * plus the batching window, which leaves Lambda room to retry while it is throttled:
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
   */
  readonly visibilityTimeout?: number;
  /**
   * Seconds for which a message is kept, 60 to 1,209,600, longer than all its attempts and the delays between them take, or it would
   * expire without a dead letter; default 345,600 (4 days).
   */
  readonly messageRetention?: number;
  /** Seconds by which every message is delayed, 0 to 900; default 0. */
  readonly delay?: number;
  /** How often a record is attempted before it is dead-lettered, 1 to 1,000; default 5, the least that AWS advises for Lambda. */
  readonly maxReceiveCount?: number;
  /** Seconds for which a dead letter is kept, from `messageRetention` to 1,209,600; default 1,209,600 (14 days). */
  readonly deadLetterRetention?: number;
  /** An existing queue to consume, instead of one of our own. */
  readonly queue?: ExistingQueue;
  /** Most records that one invocation gets, 1 to 10,000 (FIFO: 10); default 10. More than 10 needs a batching window. */
  readonly batchSize?: number;
  /** Seconds for which Lambda gathers records, 0 to 300 (FIFO: 0); default 0. */
  readonly maximumBatchingWindow?: number;
  /** Most invocations at a time, 2 to 1,000; by default as many as the account allows. Not with `provisionedPollers`. */
  readonly maximumConcurrency?: number;
  /** Pollers kept ready: minimum 2 to 200, maximum 2 to 2,000, billed per poller. Not with `maximumConcurrency`. */
  readonly provisionedPollers?: { readonly minimum?: number; readonly maximum?: number };
  /** Which messages reach the callback, at most 10, joined by or; the others are deleted. By default all. */
  readonly filters?: readonly QueueFilter[];
  /** Publishes the mapping's event counts (polled, filtered, invoked, failed, deleted) as CloudWatch metrics. Default false. */
  readonly mappingMetrics?: boolean;
  /** Whether the queue is polled. Default true. */
  readonly enabled?: boolean;
  /** How many records of a batch the callback handles at a time, 1 to 10,000; default 10. In a FIFO queue one per message group. */
  readonly concurrency?: number;
  /** Properties of the children that no argument governs. */
  readonly overrides?: QueueConsumerOverrides;
}

/** What of the children can be changed beyond the arguments: any property that no argument governs. */
export interface QueueConsumerOverrides extends FunctionOverrides {
  readonly queue?: Partial<
    Omit<
      aws.sqs.QueueArgs,
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
  readonly deadLetterQueue?: DeadLetterQueueOverrides["queue"];
  readonly alarm?: DeadLetterQueueOverrides["alarm"];
  readonly alarms?: AlarmOverrides<FunctionAlarm | QueueAlarm | "recursiveInvocations">;
  readonly mapping?: Pick<aws.lambda.EventSourceMappingArgs, "kmsKeyArn" | "tags" | "useResourceTimeoutForPropagation">;
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
    delay: options.delay ?? 0,
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
