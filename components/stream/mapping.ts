// The event source mapping of a stream, Kinesis or a table's: its arguments, what Lambda allows for them, and the
// mapping itself.
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmOverrides } from "../alarms/alarms";
import {
  type FunctionAlarm,
  type Retries,
  type StreamFunctionAlarm,
  type StreamTimes,
  streamFunctionAlarms,
} from "../alarms/function-alarms";
import type { ArgumentErrors } from "../base/argument-errors";
import { checkFilters } from "../base/filter-patterns";
import type { Operations } from "../base/operations";
import type { DeadLetterQueue, DeadLetterQueueOverrides } from "../dead-letter-queue";
import type { FunctionOptions, FunctionOverrides } from "../function/args";
import type { CallbackFunction } from "../function/callback-function";
import { functionDefaults } from "../function/defaults";
import { createPayloadAlarm, type PayloadBucket, payloadBucketStatements } from "../function/payload-bucket";
import { checkKey } from "../iam/encryption";
import type { AnyCallback, Callback, WindowCallback } from "../runtime/callback/callback";
import type { FilterContent } from "../syntax/filter-criteria";

/** What consumers of streams take: of a Kinesis stream, or of a table's. */
export interface StreamMappingOptions extends FunctionOptions, Operations, PayloadBucket {
  /**
   * Properties of the children that no argument governs.
   * @default none
   */
  readonly overrides?: StreamOverrides;
  /**
   * Where a new mapping begins. TRIM_HORIZON is the oldest record. With LATEST, records that arrive while the mapping
   * is being created are missed. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
   * @default `TRIM_HORIZON`
   */
  readonly startingPosition?: "TRIM_HORIZON" | "LATEST";
  /**
   * Number of records that one invocation gets at most, 1 to 10,000.
   * @default 100
   */
  readonly batchSize?: number;
  /**
   * Seconds for which Lambda gathers records, 0 to 300.
   * @default 0
   */
  readonly maximumBatchingWindow?: number;
  /**
   * Number of batches of one shard that run at a time, 1 to 10, in order within a partition key.
   * @default 1
   */
  readonly parallelizationFactor?: number;
  /**
   * Whether Lambda halves a batch whose invocation fails as a whole, until the record that causes it is alone.
   * @default true
   */
  readonly bisect?: boolean;
  /**
   * Number of times that a batch is tried again, -1 (until its records expire) or 0 to 10,000. Then what describes it
   * goes to the dead-letter queue, and the shard goes on.
   * @default 10
   */
  readonly maximumRetryAttempts?: number;
  /**
   * Seconds after which a record is given up, -1 (never) or 60 to 604,800; for a table at most 86,400, because DynamoDB
   * keeps changes for a day. What is older when the consumer is created goes to the dead-letter queue, unless this is
   * -1.
   * @default 86400 for Kinesis, but -1 for an existing stream that is read from its oldest record; 43200 for a table
   */
  readonly maximumRecordAge?: number;
  /**
   * Seconds of a tumbling window, 1 to 900, for which a `windowCallback` keeps a state per shard. Not with a
   * `parallelizationFactor` above 1. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
   * @default none
   */
  readonly tumblingWindow?: number;
  /**
   * Which records reach the callback: at most 10 patterns in Lambda's filter rule syntax, joined by or.
   * @default all records
   * @example [{ data: { kind: ["bought"] } }]
   */
  readonly filters?: readonly Readonly<Record<string, unknown>>[];
  /**
   * Publishes the mapping's event counts as CloudWatch metrics.
   * @default false; true with `payloadBucketArn`, for its alarm
   */
  readonly mappingMetrics?: boolean;
  /**
   * Whether the stream is read.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Number of records of a batch that the callback handles at a time, one per partition key, 1 to 10,000.
   * @default 10
   */
  readonly concurrency?: number;
}

/** A window callback needs a window, and no other callback takes one. */
export type StreamCallback<Wire, In, B extends object> =
  | {
      /** The callback that handles each record: exported by a module of its own, or an inline one. */
      readonly callback: Callback<Wire, In, B>;
      /**
       * Only with a `windowCallback`.
       * @default none
       */
      readonly tumblingWindow?: undefined;
    }
  | {
      /** The callback that makes a state of a window's records. */
      readonly callback: WindowCallback<Wire, In, B>;
      /** Seconds of a tumbling window, 1 to 900. */
      readonly tumblingWindow: number;
      /**
       * Not with a window, whose state is made of all its records at once.
       * @default none
       */
      readonly idempotency?: undefined;
    };

/** Properties of the children of a stream's consumer that no argument governs. */
export interface StreamOverrides extends FunctionOverrides {
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
   * Properties of the event source mapping.
   * @default none
   */
  readonly mapping?: Pick<aws.lambda.EventSourceMappingArgs, "kmsKeyArn" | "tags">;
  /**
   * Changes of the alarms of the set `all`.
   * @default none
   */
  readonly alarms?: AlarmOverrides<FunctionAlarm | StreamFunctionAlarm>;
}

export const streamDefaults = {
  batchSize: 100,
  maximumBatchingWindow: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 10,
  concurrency: 10,
} as const;

/** Lambda does not say how soon it tries a batch again: all attempts may fall into one minute. */
export function streamRetriesOf({ maximumRetryAttempts }: StreamMappingOptions, recordAge: number): Retries {
  const retries = maximumRetryAttempts ?? streamDefaults.maximumRetryAttempts;
  return { attempts: retries === -1 ? Infinity : 1 + retries, gap: 0, throttledFor: recordAge };
}

function streamTimesOf(options: StreamMappingOptions, recordAge: number): StreamTimes {
  const { timeout = functionDefaults.timeout, maximumBatchingWindow = streamDefaults.maximumBatchingWindow } = options;
  return { recordAge, interval: timeout + maximumBatchingWindow };
}

interface Checked {
  readonly options: StreamMappingOptions;
  /** Undefined where what was given is none. */
  readonly callback: AnyCallback | undefined;
  /** The member of the records that holds text, for filters; null: there is none. */
  readonly content: FilterContent;
}

export function checkStreamMapping({ options, callback, content }: Checked, errors: ArgumentErrors): void {
  checkKey("payloadBucketKeyArn", options.payloadBucketKeyArn, errors);
  if (options.payloadBucketKeyArn !== undefined && options.payloadBucketArn === undefined) {
    errors.add("payloadBucketKeyArn is given without payloadBucketArn, whose key it is; give both, or leave it out.");
  }
  if (options.payloadBucketArn !== undefined && options.mappingMetrics === false) {
    errors.add(
      "mappingMetrics is false together with payloadBucketArn; the alarm on that bucket counts by them, so leave " +
        "mappingMetrics out.",
    );
  }
  const { maximumRecordAge, filters = [] } = options;
  const rule = "Lambda allows";
  errors.integer("batchSize", options.batchSize, { min: 1, max: 10_000, unit: "records", rule });
  errors.integer("maximumBatchingWindow", options.maximumBatchingWindow, { min: 0, max: 300, unit: "s", rule });
  errors.integer("parallelizationFactor", options.parallelizationFactor, { min: 1, max: 10, rule });
  errors.integer("maximumRetryAttempts", options.maximumRetryAttempts, { min: -1, max: 10_000, rule });
  errors.integer("concurrency", options.concurrency, { min: 1, max: 10_000, rule: "the consumer takes" });
  if (maximumRecordAge !== undefined && maximumRecordAge !== -1) {
    errors.integer("maximumRecordAge", maximumRecordAge, {
      min: 60,
      max: 604_800,
      unit: "s",
      rule: "Lambda allows -1 (never) and",
    });
  }
  if (callback !== undefined) checkTumblingWindow(options, callback, errors);
  checkFilters(filters, content, errors);
}

function checkTumblingWindow(
  { tumblingWindow, parallelizationFactor = 1 }: StreamMappingOptions,
  callback: AnyCallback,
  errors: ArgumentErrors,
): void {
  errors.integer("tumblingWindow", tumblingWindow, { min: 1, max: 900, unit: "s", rule: "Lambda allows" });
  if (callback.kind === "window" && tumblingWindow === undefined) {
    errors.add(
      "a window callback needs a tumblingWindow; give its length in seconds, or make it a callback or batchCallback.",
    );
  }
  if (tumblingWindow === undefined) return;
  if (callback.kind !== "window") {
    errors.add(`tumblingWindow ${tumblingWindow} s needs a windowCallback, which returns the window's next state.`);
  }
  if (parallelizationFactor > 1) {
    errors.add(
      `parallelizationFactor ${parallelizationFactor} is given together with tumblingWindow, whose state belongs ` +
        "to a shard: Lambda does not " +
        "say what it becomes when several batches of a shard run at a time. Leave parallelizationFactor out, and " +
        "give the stream more shards.",
    );
  }
}

/** The child resources that every consumer of a stream has beside those of its function. */
export interface StreamMappingNodes {
  /** What Lambda polls the stream by. */
  readonly mapping: aws.lambda.EventSourceMapping;
  /** The alarm on what reaches the bucket for payloads; undefined without `payloadBucketArn`. */
  readonly payloadAlarm: aws.cloudwatch.MetricAlarm | undefined;
}

interface ReadStream {
  readonly options: StreamMappingOptions;
  /** Of the stream, or of its consumer with enhanced fan-out. */
  readonly eventSourceArn: pulumi.Input<string>;
  /** Seconds, unless the options say otherwise. */
  readonly maximumRecordAge: number;
  /** Seconds after which a record is given up, by the mapping or by its stream. */
  readonly recordAge: number;
  readonly deadLetterQueue: DeadLetterQueue;
  readonly consumer: pulumi.Resource;
}

/** What the consumers of a Kinesis stream and of a table's have in common. */
export function createStreamSource(name: string, stream: ReadStream) {
  const { options, recordAge, deadLetterQueue } = stream;
  return {
    deadLetters: deadLetterQueue,
    deadLetterQueue,
    destinations: payloadBucketStatements(options),
    settings: {
      kind: "stream",
      deadLetterQueueUrl: deadLetterQueue.url,
      concurrency: options.concurrency ?? streamDefaults.concurrency,
    },
    connect: (fn: CallbackFunction): StreamMappingNodes => createStreamMapping(name, stream, fn),
    alarms: (functionName: pulumi.Output<string>) =>
      streamFunctionAlarms({ name, functionName }, streamTimesOf(options, recordAge)),
  } as const;
}

function createStreamMapping(name: string, stream: ReadStream, fn: CallbackFunction): StreamMappingNodes {
  const { eventSourceArn, options, deadLetterQueue, consumer } = stream;
  const { filters = [], payloadBucketArn, mappingMetrics = payloadBucketArn !== undefined } = options;
  const mapping = new aws.lambda.EventSourceMapping(
    name,
    {
      ...options.overrides?.mapping,
      eventSourceArn,
      functionName: fn.functionName,
      enabled: options.enabled ?? true,
      startingPosition: options.startingPosition ?? "TRIM_HORIZON",
      batchSize: options.batchSize ?? streamDefaults.batchSize,
      maximumBatchingWindowInSeconds: options.maximumBatchingWindow ?? streamDefaults.maximumBatchingWindow,
      parallelizationFactor: options.parallelizationFactor ?? streamDefaults.parallelizationFactor,
      bisectBatchOnFunctionError: options.bisect ?? true,
      maximumRetryAttempts: options.maximumRetryAttempts ?? streamDefaults.maximumRetryAttempts,
      maximumRecordAgeInSeconds: options.maximumRecordAge ?? stream.maximumRecordAge,
      ...(options.tumblingWindow !== undefined && { tumblingWindowInSeconds: options.tumblingWindow }),
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: payloadBucketArn ?? deadLetterQueue.arn } },
      ...(filters.length > 0 && {
        filterCriteria: { filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
      }),
      ...(mappingMetrics && { metricsConfig: { metrics: ["EventCount"] } }),
    },
    { parent: consumer, dependsOn: [fn.nodes.rolePolicy] },
  );
  const payloadAlarm =
    payloadBucketArn === undefined ? undefined : createPayloadAlarm(name, mapping, options, consumer);
  return { mapping, payloadAlarm };
}
