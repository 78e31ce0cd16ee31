// What a Kinesis stream and a table's have in common as sources: the event source mapping, and what the handler is
// told.
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";
import { streamFunctionAlarms } from "../alarms/function-alarms";
import type { DeadLetterQueue } from "../dead-letter-queue";
import type { CallbackFunction } from "../function/callback-function";
import { createPayloadAlarm, payloadBucketStatements } from "../function/payload-bucket";
import { type StreamMappingOptions, streamDefaults, streamTimesOf } from "./args";

/** The child resources that every consumer of a stream has beside those of its function. */
export interface StreamMappingNodes {
  /** What Lambda polls the stream by. */
  readonly mapping: lambda.EventSourceMapping;
  /** The alarm on what reaches the bucket for payloads; undefined without `payloadBucketArn`. */
  readonly payloadAlarm: cloudwatch.MetricAlarm | undefined;
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
  const mapping = new lambda.EventSourceMapping(
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
    // Lambda refuses a second mapping of the same stream and function.
    { parent: consumer, dependsOn: [fn.nodes.rolePolicy], deleteBeforeReplace: true },
  );
  const payloadAlarm =
    payloadBucketArn === undefined ? undefined : createPayloadAlarm(name, mapping, options, consumer);
  return { mapping, payloadAlarm };
}
