// What every event source mapping of the local run has in common, whatever its source.

import type { Ask } from "../../service/ask";
import type { Clock } from "../../service/clock";
import type { Invoke } from "../function/definition";

export interface MappingDefinition {
  readonly uuid: string;
  readonly arn: string;
  readonly eventSourceArn: string;
  readonly functionName: string;
  readonly functionArn: string;
  /** The function's role: the mapping reads the source with its permissions. */
  readonly roleArn: string;
  readonly enabled: boolean;
  /** 1 to 10,000; at most 10 for FIFO queues. */
  readonly batchSize: number;
  /** Seconds, 0 to 300. */
  readonly maximumBatchingWindowInSeconds: number;
  /** `ReportBatchItemFailures`, or empty. */
  readonly functionResponseTypes: readonly string[];
  /** The most batches that run at the same time. If undefined, as many run as there is room for. */
  readonly maximumConcurrency: number | undefined;
  /** Filter patterns in JSON. Without any, every record is delivered. */
  readonly filters: readonly string[];
  /** What only mappings of streams have. */
  readonly stream?: StreamDefinition;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html and services-ddb-params.html */
export interface StreamDefinition {
  /** The position in shards that exist when the mapping starts. Later shards are read from their beginning. */
  readonly startingPosition: StartingPosition;
  /** 1 to 10: how many batches of one shard run at the same time. */
  readonly parallelizationFactor: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** -1 (until the records expire) to 10,000. */
  readonly maximumRetryAttempts: number;
  /** Seconds: -1 (until the records expire), or 60 to 604,800. */
  readonly maximumRecordAgeInSeconds: number;
  /** Seconds, 0 (none) to 900. */
  readonly tumblingWindowInSeconds: number;
  /** The ARN of the queue, topic or bucket that is told of batches that were given up. */
  readonly onFailure: string | undefined;
}

export type StartingPosition =
  | { readonly type: "TRIM_HORIZON" | "LATEST" }
  /** Milliseconds since the epoch. Kinesis only. */
  | { readonly type: "AT_TIMESTAMP"; readonly at: number };

/** One batch that has been run, for those who count batches. */
export interface BatchReport {
  readonly functionName: string;
  /** The name of the queue or stream. */
  readonly sourceName: string;
  readonly received: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Milliseconds for which the function ran. */
  readonly milliseconds: number;
  /** The error's type and message, if the function failed as a whole. */
  readonly functionError?: string;
}

export interface MappingSettings {
  readonly ask: Ask;
  readonly invoke: Invoke;
  readonly clock: Clock;
  readonly definition: MappingDefinition;
  readonly onBatch?: ((report: BatchReport) => void) | undefined;
  /** A debugger may pause the function. Its batch is not delivered again in the meantime. Default: false. */
  readonly maybePaused?: boolean;
  /**
   * Calls `wake` after each write to the stream, until the function that it returns is called. With it, a mapping asks
   * an idle shard once in a second of real time instead of ten times.
   */
  onWrite?(streamArn: string, wake: () => void): () => void;
  /** Where the mapping of a stream continues in the next run. Default: each run begins at the starting position. */
  readonly checkpoints?: Checkpoints;
  /**
   * Receives why the mapping cannot continue: the source refuses it, or the function is throttled. The same reason is
   * not repeated.
   */
  readonly onProblem?: ((message: string) => void) | undefined;
}

/** The last sequence number of each shard up to which every record is done. */
export interface Checkpoints {
  get(shardId: string): string | undefined;
  set(shardId: string, sequenceNumber: string): void;
}

export type MappingState = "Enabled" | "Disabling" | "Disabled";

export interface Mapping {
  readonly definition: MappingDefinition;
  readonly state: MappingState;
  /** In Lambda's words: `OK`, `No records processed`, or `PROBLEM: …`. */
  readonly lastProcessingResult: string;
  /** The number of records that were read, and of windows that are open. A queue counts its messages itself. */
  readonly pending: number;
  /** Resolves when everything has been read that was in a stream before, as far as there is room for it. */
  refresh(): Promise<void>;
  /** Resolves when nothing runs any more. Running batches are not interrupted. */
  pause(): Promise<void>;
  resume(): void;
  /**
   * Stops reading at once, and waits for what runs, up to `grace` milliseconds of real time (default 5,000); then kills
   * it. What was received and not run is given back to the source.
   */
  close(grace?: number): Promise<void>;
}

export type StartMapping = (settings: MappingSettings) => Mapping;
