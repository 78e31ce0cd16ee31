// Functions and event source mappings as Lambda's API describes them.
import { createHash } from "node:crypto";
import type { Message } from "../service/ask";
import type { Code } from "./function/code";
import type { FunctionDefinition } from "./function/definition";
import { logLevelOf } from "./function/log-level";
import type { Mapping, StreamDefinition } from "./mapping/mapping";

export interface DeployedFunction {
  readonly definition: FunctionDefinition;
  readonly code: Code;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export function describeFunction({ definition, code, modifiedAt }: DeployedFunction, qualified = false): Message {
  const { environment, deadLetterArn } = definition;
  const logLevel = logLevelOf(definition);
  return {
    FunctionName: definition.functionName,
    FunctionArn: qualified ? `${definition.arn}:$LATEST` : definition.arn,
    Runtime: definition.runtime,
    Role: definition.roleArn,
    Handler: definition.handler,
    CodeSize: code.size,
    Description: definition.description,
    Timeout: definition.timeout,
    MemorySize: definition.memorySize,
    // Lambda writes the time zone as +0000, not as Z.
    LastModified: new Date(modifiedAt).toISOString().replace("Z", "+0000"),
    CodeSha256: code.sha256,
    Version: "$LATEST",
    ...(Object.keys(environment).length > 0 && { Environment: { Variables: environment } }),
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: deadLetterArn } }),
    TracingConfig: { Mode: definition.tracing },
    RevisionId: revision(definition),
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: "Zip",
    Architectures: [definition.architecture],
    EphemeralStorage: { Size: 512 },
    LoggingConfig: {
      LogFormat: definition.logFormat,
      LogGroup: definition.logGroup,
      ...(logLevel !== undefined && { ApplicationLogLevel: logLevel }),
    },
  };
}

export function describeMapping({ definition, state, lastProcessingResult }: Mapping, modifiedAt: number): Message {
  const { maximumConcurrency, filters, stream } = definition;
  return {
    UUID: definition.uuid,
    EventSourceMappingArn: definition.arn,
    EventSourceArn: definition.eventSourceArn,
    FunctionArn: definition.functionArn,
    BatchSize: definition.batchSize,
    MaximumBatchingWindowInSeconds: definition.maximumBatchingWindowInSeconds,
    FunctionResponseTypes: definition.functionResponseTypes,
    ...(stream !== undefined && describeStream(stream)),
    ...(maximumConcurrency !== undefined && { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }),
    ...(filters.length > 0 && { FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) } }),
    State: state,
    StateTransitionReason: "USER_INITIATED",
    LastProcessingResult: lastProcessingResult,
    // Seconds since the epoch, unlike a function's LastModified.
    LastModified: modifiedAt / 1000,
  };
}

function describeStream({ startingPosition, onFailure, ...stream }: StreamDefinition): Message {
  return {
    StartingPosition: startingPosition.type,
    // Seconds since the epoch.
    ...(startingPosition.type === "AT_TIMESTAMP" && { StartingPositionTimestamp: startingPosition.at / 1000 }),
    ParallelizationFactor: stream.parallelizationFactor,
    BisectBatchOnFunctionError: stream.bisectBatchOnFunctionError,
    MaximumRetryAttempts: stream.maximumRetryAttempts,
    MaximumRecordAgeInSeconds: stream.maximumRecordAgeInSeconds,
    TumblingWindowInSeconds: stream.tumblingWindowInSeconds,
    DestinationConfig: { OnFailure: onFailure === undefined ? {} : { Destination: onFailure } },
  };
}

/** An id in the form of a UUID, which changes with the configuration. */
export function revision(of: object): string {
  const hex = createHash("sha256").update(JSON.stringify(of)).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
