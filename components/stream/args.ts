// The arguments of the consumers of streams, Kinesis or a table's, and what Lambda allows for them.
import type * as lambda from "@pulumi/aws/lambda";
import type { AlarmOverrides } from "../alarms/alarms";
import type { FunctionAlarm, Retries, StreamFunctionAlarm, StreamTimes } from "../alarms/function-alarms";
import type { ArgumentErrors } from "../base/argument-errors";
import { checkFilters } from "../base/filter-patterns";
import type { Operations } from "../base/operations";
import type { DeadLetterQueueOverrides } from "../dead-letter-queue";
import type { FunctionOptions, FunctionOverrides } from "../function/args";
import { functionDefaults } from "../function/defaults";
import type { PayloadBucket } from "../function/payload-bucket";
import { checkKey } from "../iam/encryption";
import type { AnyCallback, Callback, WindowCallback } from "../runtime/callback/callback";
import type { FilterContent } from "../syntax/filter-criteria";

/** What consumers of streams take: of a Kinesis stream, or of a table's. */
export interface StreamMappingOptions extends FunctionOptions, Operations, PayloadBucket {
  /**
   * Properties of the child resources that no argument sets.
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
   * Number of batches of one shard that run at the same time, 1 to 10, in order within a partition key.
   * @default 1
   */
  readonly parallelizationFactor?: number;
  /**
   * Whether Lambda halves a batch whose invocation fails as a whole, until the record that causes it is alone.
   * @default true
   */
  readonly bisect?: boolean;
  /**
   * Number of times that a batch is tried again, -1 (until its records expire) or 0 to 10,000. After that, a
   * description of the batch goes to the dead-letter queue, and the shard goes on. By Lambda's own default, it tries
   * until the records expire, and the shard waits.
   * @default 10
   */
  readonly maximumRetryAttempts?: number;
  /**
   * Seconds after which a record is given up, -1 (never) or 60 to 604,800, and at most the `retention`. For a table it
   * is at most 86,400, because DynamoDB keeps changes for a day. Records that are older when the consumer is created go
   * to the dead-letter queue, unless the value is -1.
   * @default 86400 for Kinesis; 43200 for a table; -1 for an existing stream that is read from its oldest record
   */
  readonly maximumRecordAge?: number;
  /**
   * Seconds of a tumbling window, 1 to 900, for which a `windowCallback` keeps a state per shard. The
   * `parallelizationFactor` must then be 1. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
   * @default none
   */
  readonly tumblingWindow?: number;
  /**
   * Which records reach the callback: at most 10 patterns in Lambda's filter rule syntax, of which one must match.
   * They see the event of a Kinesis stream in `data`, and `eventName` and `dynamodb` of a table's change.
   * @default all records
   * @example [{ data: { kind: ["bought"] } }]
   * @example [{ eventName: ["INSERT"] }]
   */
  readonly filters?: readonly Readonly<Record<string, unknown>>[];
  /**
   * Whether the mapping publishes its event counts as CloudWatch metrics.
   * @default false; true with `payloadBucketArn`, for its alarm
   */
  readonly mappingMetrics?: boolean;
  /**
   * Whether the stream is read.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * Number of records of a batch that the callback processes at the same time, one per partition key, 1 to 10,000.
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
      /** With `tumblingWindow` it is a `windowCallback`, which computes one state from all records of a window. */
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
  readonly mapping?: Pick<lambda.EventSourceMappingArgs, "kmsKeyArn" | "tags">;
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

export function streamTimesOf(options: StreamMappingOptions, recordAge: number): StreamTimes {
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
