// The arguments of a QueueConsumer: their meaning, their defaults, and every combination that AWS refuses or that cannot work.
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AlarmOverrides, checkAlarms } from "./alarms";
import type { ArgumentErrors } from "./argument-errors";
import { type DeadLetterQueueOverrides, longestRetention } from "./dead-letter-queue";
import { checkKey, checkKeys } from "./encryption";
import { checkFilters } from "./filter-patterns";
import type { FunctionAlarm } from "./function-alarms";
import { checkFunctionOptions, type FunctionOptions, type FunctionOverrides, functionDefaults } from "./function-args";
import type { Operations } from "./operations";
import { longestAttempts, type QueueTimes } from "./queue-attempts";
import type { QueueAlarm } from "./source-alarms";

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

export function checkQueueConsumerOptions(options: QueueConsumerOptions, errors: ArgumentErrors): void {
  checkFunctionOptions(options, errors);
  if (options.queue !== undefined) checkExistingQueue(options, errors);
  checkQueue(options, errors);
  checkKeys(options, errors);
  checkKey("queue.kmsKeyArn", options.queue?.kmsKeyArn, errors);
  checkAlarms(options.overrides?.alarms, errors);
  checkMapping(options, errors);
  checkFilterKeys(options.filters ?? [], errors);
  checkFilters(options.filters ?? [], "body", errors);
}

const queueOnly = [
  "fifo",
  "contentBasedDeduplication",
  "highThroughput",
  "visibilityTimeout",
  "messageRetention",
  "delay",
  "maxReceiveCount",
  "deadLetterRetention",
] as const;

function checkExistingQueue(options: QueueConsumerOptions, errors: ArgumentErrors): void {
  for (const name of queueOnly) {
    if (options[name] === undefined) continue;
    const inQueue = ["fifo", "visibilityTimeout", "maxReceiveCount", "messageRetention"].includes(name);
    errors.add(
      `${name} is given together with an existing queue, which is not changed; ${inQueue ? `say in queue.${name} what it is` : "leave it out"}.`,
    );
  }
  for (const child of ["queue", "deadLetterQueue", "alarm"] as const) {
    if (options.overrides?.[child] !== undefined) {
      errors.add(
        `overrides.${child} is given together with an existing queue, for which none is created; leave it out.`,
      );
    }
  }
}

function checkQueue(options: QueueConsumerOptions, errors: ArgumentErrors): void {
  const { queue, timeout = functionDefaults.timeout } = options;
  const existing = queue === undefined ? "" : "queue.";
  const visibilityTimeout = visibilityTimeoutOf(options);
  const maxReceiveCount = maxReceiveCountOf(options);
  const retention = messageRetentionOf(options);
  const inSeconds = { unit: "s", rule: "SQS allows" };
  const known = [
    errors.integer(`${existing}visibilityTimeout`, visibilityTimeout, { min: 0, max: 43_200, ...inSeconds }),
    errors.integer(`${existing}maxReceiveCount`, maxReceiveCount, { min: 1, max: 1000, rule: "SQS allows" }),
    errors.integer(`${existing}messageRetention`, retention, { min: 60, max: longestRetention, ...inSeconds }),
    errors.integer("deadLetterRetention", options.deadLetterRetention, {
      min: 60,
      max: longestRetention,
      ...inSeconds,
    }),
    errors.integer("delay", options.delay, { min: 0, max: 900, ...inSeconds }),
  ].every(Boolean);
  if (!known) return;
  if (timeout > visibilityTimeout) {
    const fix =
      queue === undefined
        ? "leave visibilityTimeout out to have it derived"
        : "lower timeout, or raise the queue's own";
    errors.add(
      `timeout ${timeout} s needs a visibility timeout of at least ${timeout} s, ${visibilityTimeout} s given; ${fix}.`,
    );
  }
  if (retention !== undefined) checkRetention(options, retention, errors);
  if (!isFifo(options)) {
    for (const name of ["contentBasedDeduplication", "highThroughput"] as const) {
      if (options[name] === true) errors.add(`${name} is for FIFO queues; add fifo: true, or leave it out.`);
    }
  }
}

function checkRetention(options: QueueConsumerOptions, retention: number, errors: ArgumentErrors): void {
  const { queue, deadLetterRetention = longestRetention } = options;
  const maxReceiveCount = maxReceiveCountOf(options);
  if (queue === undefined && deadLetterRetention < retention) {
    errors.add(
      `deadLetterRetention ${deadLetterRetention} s is shorter than messageRetention ${retention} s; a dead letter keeps the time at ` +
        `which it was sent, so it could expire at once: give at least ${retention} s.`,
    );
  }
  const needed = longestAttempts(maxReceiveCount, queueTimesOf(options));
  if (retention > needed) return;
  const longer = needed < longestRetention ? `give more than ${needed} s, or ` : "";
  errors.add(
    `messageRetention ${retention} s is over before ${maxReceiveCount} attempts are, which take up to ${needed} s with the delays ` +
      `between them, so records would expire without a dead letter: ${longer}lower maxReceiveCount, visibilityTimeout or timeout.`,
  );
}

function checkMapping(options: QueueConsumerOptions, errors: ArgumentErrors): void {
  const { maximumConcurrency, reservedConcurrency, provisionedPollers } = options;
  const { batchSize = queueDefaults.batchSize, maximumBatchingWindow = queueDefaults.maximumBatchingWindow } = options;
  const fifo = isFifo(options);
  const lambdaAllows = { rule: fifo ? "for a FIFO queue Lambda allows" : "Lambda allows" };
  errors.integer("concurrency", options.concurrency, { min: 1, max: 10_000, rule: "the consumer takes" });
  const sized = errors.integer("batchSize", batchSize, {
    min: 1,
    max: fifo ? 10 : 10_000,
    unit: "records",
    ...lambdaAllows,
  });
  errors.integer("maximumBatchingWindow", maximumBatchingWindow, {
    min: 0,
    max: fifo ? 0 : 300,
    unit: "s",
    ...lambdaAllows,
  });
  if (sized && batchSize > 10 && maximumBatchingWindow < 1) {
    errors.add(
      `batchSize ${batchSize} needs a maximumBatchingWindow of at least 1 s, ${maximumBatchingWindow} s given; a queue hands out at most 10 records at a time.`,
    );
  }
  if (sized) checkIsolation(options, errors);
  const limited = errors.integer("maximumConcurrency", maximumConcurrency, {
    min: 2,
    max: 1000,
    rule: "Lambda allows",
  });
  if (
    limited &&
    maximumConcurrency !== undefined &&
    reservedConcurrency !== undefined &&
    reservedConcurrency < maximumConcurrency
  ) {
    errors.add(
      `reservedConcurrency ${reservedConcurrency} is less than maximumConcurrency ${maximumConcurrency}, so batches would be throttled and ` +
        "records dead-lettered without a run; reserve at least as many.",
    );
  }
  if (provisionedPollers === undefined) return;
  const { minimum, maximum } = provisionedPollers;
  const least = errors.integer("provisionedPollers.minimum", minimum, { min: 2, max: 200, rule: "Lambda allows" });
  const most = errors.integer("provisionedPollers.maximum", maximum, { min: 2, max: 2000, rule: "Lambda allows" });
  if (least && most && (minimum ?? 2) > (maximum ?? 200)) {
    errors.add(`provisionedPollers.minimum ${minimum ?? 2} is more than the maximum ${maximum ?? 200}.`);
  }
  if (maximumConcurrency !== undefined) {
    errors.add("maximumConcurrency and provisionedPollers exclude each other in Lambda; give one of them.");
  }
}

/** Milliseconds of a record that is run alone: the call that deletes it, and a short run. */
const isolated = 20;

/** After an invocation that failed as a whole the consumer runs its records one at a time; each must get its turn before SQS gives it up. */
function checkIsolation(options: QueueConsumerOptions, errors: ArgumentErrors): void {
  const { batchSize = queueDefaults.batchSize, timeout = functionDefaults.timeout } = options;
  const attempts = maxReceiveCountOf(options) - 1;
  const reached = Math.floor((attempts * timeout * 1000) / isolated);
  if (attempts < 1 || timeout < 1 || batchSize <= reached) return;
  errors.add(
    `batchSize ${batchSize} is more than ${attempts === 1 ? "one more attempt" : `${attempts} more attempts`} of ${timeout} s can run one at a time, ` +
      `as after a failed invocation: ${reached} records of ${isolated} ms, and the others would be dead-lettered without a run. Give a timeout of at ` +
      `least ${Math.ceil((batchSize * isolated) / 1000 / attempts)} s, or lower batchSize.`,
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
function checkFilterKeys(filters: readonly QueueFilter[], errors: ArgumentErrors): void {
  for (const [index, filter] of filters.entries()) {
    const others = Object.keys(filter).filter((key) => key !== "body");
    if (others.length > 0) {
      errors.add(`filters[${index}] names ${others.join(", ")}; Lambda filters SQS messages by "body" only.`);
    }
  }
}
