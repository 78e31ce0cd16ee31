// The queue of a QueueConsumer, one of its own or one that exists, and the mapping that leads its messages to the
// function.

import * as lambda from "@pulumi/aws/lambda";
import * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import { recursiveInvocations } from "../alarms/function-alarms";
import { queueAlarms } from "../alarms/source-alarms";
import { protectionOf } from "../base/operations";
import { createDeadLetters, type DeadLetterQueue, largestMessage } from "../dead-letter-queue";
import type { CallbackFunction } from "../function/callback-function";
import type { CreatedSource } from "../function-consumer";
import { decryptStatements, keyArnOf } from "../iam/encryption";
import {
  type ExistingDeadLetterQueue,
  isFifo,
  maxReceiveCountOf,
  messageRetentionOf,
  type QueueConsumerOptions,
  queueDefaults,
  queueTimesOf,
  visibilityTimeoutOf,
} from "./consumer-args";
import { OwnQueuePolicy } from "./policy";
import { otherReaderOf } from "./readers";

/** The child resources that only a QueueConsumer has. */
export interface QueueConsumerNodes {
  /** Undefined for an existing queue. */
  readonly queue: sqs.Queue | undefined;
  /** The queue's policy; undefined for an existing queue, unless `managePolicy` is true. */
  readonly queuePolicy: sqs.QueuePolicy | undefined;
  /** What Lambda polls the queue by. */
  readonly mapping: lambda.EventSourceMapping;
}

interface Queue {
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly kmsKeyArn?: pulumi.Output<string> | undefined;
}

interface Queues {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly policy: OwnQueuePolicy | undefined;
  /** Undefined where they exist already. */
  readonly own: { readonly queue: sqs.Queue; readonly deadLetters: DeadLetterQueue } | undefined;
}

export interface CreatedQueue extends CreatedSource<"queue", QueueConsumerNodes>, Pick<Queues, "queue" | "policy"> {}

export function createQueueSource(
  name: string,
  options: QueueConsumerOptions,
  consumer: pulumi.ComponentResource,
): CreatedQueue {
  const { queue, deadLetters, policy, own } =
    options.queue === undefined ? createQueues(name, options, consumer) : existingQueues(name, options.queue, consumer);
  const retention = messageRetentionOf(options);
  return {
    kind: "queue",
    arn: queue.arn,
    queue,
    policy,
    deadLetters,
    deadLetterQueue: own?.deadLetters,
    outputs: { queueUrl: queue.url, queueArn: queue.arn },
    statements: [
      {
        actions: [
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          // For the back-off between attempts.
          "sqs:ChangeMessageVisibility",
        ],
        resources: [queue.arn],
      },
      ...decryptStatements("sqs", queue.kmsKeyArn, options.formerKmsKeyArn),
    ],
    settings: {
      kind: "queue",
      queueUrl: queue.url,
      deadLetterQueueUrl: deadLetters.url,
      maxReceiveCount: maxReceiveCountOf(options),
      ...(retention !== undefined && { lastAttemptWithin: retention - visibilityTimeoutOf(options) }),
      concurrency: options.concurrency ?? queueDefaults.concurrency,
    },
    connect: (fn) => ({
      queue: own?.queue,
      queuePolicy: policy?.policy,
      mapping: createMapping(name, options, queue.arn, fn, consumer),
    }),
    alarms: (functionName) => {
      const watched = {
        ...queueTimesOf(options),
        arn: queue.arn,
        functionName,
        fifo: isFifo(options),
        maxReceiveCount: maxReceiveCountOf(options),
        retention,
      };
      return [...queueAlarms(name, watched), recursiveInvocations({ name, functionName })];
    },
  };
}

function createQueues(name: string, options: QueueConsumerOptions, consumer: pulumi.ComponentResource): Queues {
  const kmsKeyArn = options.kmsKeyArn === undefined ? undefined : keyArnOf(options.kmsKeyArn, consumer);
  const deadLetters = createDeadLetters(name, options, consumer, {
    fifo: isFifo(options),
    ...(options.deadLetterRetention !== undefined && { messageRetention: options.deadLetterRetention }),
  });
  const queue = createQueue(name, options, { kmsKeyArn, deadLetters, consumer });
  deadLetters.allowRedriveFrom(queue.arn);
  const { url, arn } = queue;
  if (options.enabled !== false) otherReaderOf(arn, name);
  return {
    queue: { url, arn, kmsKeyArn },
    deadLetters,
    policy: new OwnQueuePolicy(name, queue, consumer),
    own: { queue, deadLetters },
  };
}

interface QueueParts {
  readonly kmsKeyArn: pulumi.Output<string> | undefined;
  readonly deadLetters: DeadLetterQueue;
  readonly consumer: pulumi.ComponentResource;
}

function createQueue(name: string, options: QueueConsumerOptions, parts: QueueParts): sqs.Queue {
  const { kmsKeyArn, deadLetters, consumer } = parts;
  return new sqs.Queue(
    name,
    {
      receiveWaitTimeSeconds: 20,
      maxMessageSize: largestMessage,
      ...(kmsKeyArn === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: kmsKeyArn }),
      ...options.overrides?.queue,
      ...(isFifo(options) && {
        fifoQueue: true,
        contentBasedDeduplication: options.contentBasedDeduplication ?? false,
      }),
      ...(options.highThroughput === true && {
        deduplicationScope: "messageGroup",
        fifoThroughputLimit: "perMessageGroupId",
      }),
      visibilityTimeoutSeconds: visibilityTimeoutOf(options),
      messageRetentionSeconds: options.messageRetention ?? queueDefaults.messageRetention,
      delaySeconds: options.delay ?? 0,
      redrivePolicy: pulumi.jsonStringify({
        deadLetterTargetArn: deadLetters.arn,
        maxReceiveCount: options.maxReceiveCount ?? queueDefaults.maxReceiveCount,
      }),
    },
    { parent: consumer, ...protectionOf(options) },
  );
}

function existingQueues(
  name: string,
  existing: NonNullable<QueueConsumerOptions["queue"]>,
  consumer: pulumi.ComponentResource,
): Queues {
  const queueOf = ({ url, arn, kmsKeyArn }: ExistingDeadLetterQueue): Queue => ({
    url: pulumi.output(url),
    arn: pulumi.output(arn),
    kmsKeyArn: kmsKeyArn === undefined ? undefined : pulumi.output(kmsKeyArn),
  });
  const queue = queueOf(existing);
  return {
    queue,
    deadLetters: queueOf(existing.deadLetterQueue),
    policy: existing.managePolicy === true ? new OwnQueuePolicy(name, queue, consumer) : undefined,
    own: undefined,
  };
}

function createMapping(
  name: string,
  options: QueueConsumerOptions,
  queueArn: pulumi.Output<string>,
  fn: CallbackFunction,
  consumer: pulumi.ComponentResource,
): lambda.EventSourceMapping {
  const { maximumConcurrency, provisionedPollers, filters = [], mappingMetrics } = options;
  return new lambda.EventSourceMapping(
    name,
    {
      ...options.overrides?.mapping,
      eventSourceArn: queueArn,
      functionName: fn.functionName,
      enabled: options.enabled ?? true,
      batchSize: options.batchSize ?? queueDefaults.batchSize,
      ...(!isFifo(options) && {
        maximumBatchingWindowInSeconds: options.maximumBatchingWindow ?? queueDefaults.maximumBatchingWindow,
      }),
      functionResponseTypes: ["ReportBatchItemFailures"],
      ...(maximumConcurrency !== undefined && { scalingConfig: { maximumConcurrency } }),
      ...(provisionedPollers !== undefined && {
        provisionedPollerConfig: {
          minimumPollers: provisionedPollers.minimum ?? 2,
          maximumPollers: provisionedPollers.maximum ?? 200,
        },
      }),
      ...(filters.length > 0 && {
        filterCriteria: { filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
      }),
      ...(mappingMetrics === true && { metricsConfig: { metrics: ["EventCount"] } }),
    },
    { parent: consumer, dependsOn: [fn.nodes.rolePolicy] },
  );
}
