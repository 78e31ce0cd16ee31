// What AWS refuses of a QueueConsumer's arguments, or what could not work.
import type { ArgumentErrors } from "../base/argument-errors";
import { faultOfArn } from "../base/arns";
import { checkFilters } from "../base/filter-patterns";
import { longestRetention } from "../dead-letter-queue";
import { functionDefaults } from "../function/defaults";
import { checkKey } from "../iam/encryption";
import { longestAttempts } from "./attempts";
import {
  type ExistingQueue,
  isFifo,
  maxReceiveCountOf,
  messageRetentionOf,
  type QueueConsumerOptions,
  type QueueFilter,
  queueDefaults,
  queueTimesOf,
  visibilityTimeoutOf,
} from "./consumer-args";
import { otherReaderOf } from "./readers";

export function checkQueueConsumerOptions(options: QueueConsumerOptions, errors: ArgumentErrors): void {
  if (options.queue !== undefined) {
    checkExistingQueue(options, errors);
    checkArns(options.queue, errors);
  }
  checkQueue(options, errors);
  checkKey("queue.kmsKeyArn", options.queue?.kmsKeyArn, errors);
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
    const inQueue = ["fifo", "visibilityTimeout", "maxReceiveCount", "messageRetention", "delay"].includes(name);
    errors.add(
      `${name} is given together with an existing queue, which is not changed; ` +
        `${inQueue ? `say in queue.${name} what it is` : "leave it out"}.`,
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

/** SQS redrives within a type only, and what Lambda allows depends on the type. */
function checkArns({ arn, deadLetterQueue, fifo = false }: ExistingQueue, errors: ArgumentErrors): void {
  for (const [option, given] of [
    ["queue.arn", arn],
    ["queue.deadLetterQueue.arn", deadLetterQueue.arn],
  ] as const) {
    if (typeof given !== "string") continue;
    const fault = faultOfArn(option, given, "queue");
    if (fault !== undefined) errors.add(fault);
    else if (given.endsWith(".fifo") !== fifo) {
      errors.add(
        `${option} is "${given}", the ARN of a ${fifo ? "standard" : "FIFO"} queue, and queue.fifo is ${fifo}; ` +
          "correct the one that is wrong: a queue and its dead-letter queue have the same type.",
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
    errors.integer(`${existing}delay`, queue === undefined ? options.delay : queue.delay, {
      min: 0,
      max: 900,
      ...inSeconds,
    }),
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
      `deadLetterRetention ${deadLetterRetention} s is shorter than messageRetention ${retention} s; a dead letter ` +
        "keeps the time at " +
        `which it was sent, so it could expire at once: give at least ${retention} s.`,
    );
  }
  const times = queueTimesOf(options);
  const needed = longestAttempts(maxReceiveCount, times);
  if (retention > needed) return;
  const longer = needed < longestRetention ? `give more than ${needed} s, or ` : "";
  errors.add(
    `messageRetention ${retention} s is over before ${maxReceiveCount} attempts are, which take up to ${needed} s ` +
      "with the delays " +
      `between them, so records would expire without a dead letter: ${longer}lower maxReceiveCount, ` +
      `${times.delay > 0 ? "delay, " : ""}visibilityTimeout or timeout.`,
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
      `batchSize ${batchSize} needs a maximumBatchingWindow of at least 1 s, ${maximumBatchingWindow} s given; a ` +
        "queue hands out at most 10 records at a time.",
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
      `reservedConcurrency ${reservedConcurrency} is less than maximumConcurrency ${maximumConcurrency}, so ` +
        "batches would be throttled and " +
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

/**
 * After an invocation that failed as a whole the consumer runs its records one at a time; each must get its turn before
 * SQS gives it up.
 */
function checkIsolation(options: QueueConsumerOptions, errors: ArgumentErrors): void {
  const { batchSize = queueDefaults.batchSize, timeout = functionDefaults.timeout } = options;
  const attempts = maxReceiveCountOf(options) - 1;
  const reached = Math.floor((attempts * timeout * 1000) / isolated);
  if (attempts < 1 || timeout < 1 || batchSize <= reached) return;
  errors.add(
    `batchSize ${batchSize} is more than ${attempts === 1 ? "one more attempt" : `${attempts} more attempts`} of ` +
      `${timeout} s can run one at a time, ` +
      `as after a failed invocation: ${reached} records of ${isolated} ms, and the others would be dead-lettered ` +
      "without a run. Give a timeout of at " +
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

/**
 * Lambda allows several functions on one queue. Each message reaches one of them only, by chance, and what the filter
 * of one leaves out is deleted before the other sees it: no program wants that of two consumers, except for a while
 * when one takes the place of the other.
 */
export function checkReaders(name: string, { queue, enabled }: QueueConsumerOptions, errors: ArgumentErrors): void {
  if (queue === undefined || enabled === false) return;
  const other = otherReaderOf(queue.arn, name);
  if (other === undefined) return;
  errors.add(
    `its queue is consumed by "${other}" already, and SQS hands each message to one of them only. For both to get ` +
      "every message, give each " +
      "a queue of its own and subscribe them to a Topic; where one takes the other's place, give one of them " +
      "enabled: false.",
  );
}
