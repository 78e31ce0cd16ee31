// What only mappings of streams have, as the local run takes it of a resource; refuses what Lambda refuses, in Lambda's
// words.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
import type { GraphResource } from "@spillway/graph";
import { type Ask, type Principal, ServiceError } from "../../service/ask";
import { booleanIn, firstIn, numberIn, partIn, structureIn, textIn, type Values } from "../../service/values";
import { inRange, invalid, validation } from "../function/errors";
import type { MappingDefinition, StartingPosition, StreamDefinition } from "./mapping";

export const streamServices: ReadonlySet<string> = new Set(["kinesis", "dynamodb"]);

const owner: Principal = { kind: "user" };

/** `now` is the time on the run's clock. */
export function streamOf({ inputs }: GraphResource, eventSourceArn: string, now: number): StreamDefinition {
  const stream: StreamDefinition = {
    startingPosition: startingPositionOf(inputs, eventSourceArn, now),
    parallelizationFactor: numberIn(inputs, "parallelizationFactor") ?? 1,
    bisectBatchOnFunctionError: booleanIn(inputs, "bisectBatchOnFunctionError") ?? false,
    maximumRetryAttempts: numberIn(inputs, "maximumRetryAttempts") ?? -1,
    maximumRecordAgeInSeconds: numberIn(inputs, "maximumRecordAgeInSeconds") ?? -1,
    tumblingWindowInSeconds: numberIn(inputs, "tumblingWindowInSeconds") ?? 0,
    onFailure: destinationOf(inputs),
  };
  const { parallelizationFactor, maximumRecordAgeInSeconds: age, tumblingWindowInSeconds: window } = stream;
  inRange("parallelizationFactor", parallelizationFactor, 1, 10);
  inRange("maximumRetryAttempts", stream.maximumRetryAttempts, -1, 10_000);
  inRange("maximumRecordAgeInSeconds", age, -1, 604_800);
  if (age >= 0 && age < 60) {
    throw invalid(`Maximum record age in seconds must be -1, or between 60 and 604800, ${age} given.`);
  }
  inRange("tumblingWindowInSeconds", window, 0, 900);
  if (window > 0 && parallelizationFactor > 1) {
    throw invalid(
      `Parallelization factor must be 1 when a tumbling window is set, ${parallelizationFactor} given; the state of a window belongs to a shard.`,
    );
  }
  for (const property of ["scalingConfig", "provisionedPollerConfig"]) {
    if (inputs[property] !== undefined && inputs[property] !== null) {
      throw invalid(`Unsupported ${property} parameter for given event source mapping type.`);
    }
  }
  return stream;
}

function startingPositionOf(inputs: Values, eventSourceArn: string, now: number): StartingPosition {
  const type = textIn(inputs, "startingPosition");
  const timestamp = textIn(inputs, "startingPositionTimestamp");
  if (type === undefined) {
    throw invalid(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  }
  if (type !== "AT_TIMESTAMP" && timestamp !== undefined) {
    throw invalid(`StartingPositionTimestamp is only valid for AT_TIMESTAMP, startingPosition is ${type}.`);
  }
  if (type === "TRIM_HORIZON" || type === "LATEST") return { type };
  if (type !== "AT_TIMESTAMP") {
    throw validation(
      type,
      "startingPosition",
      "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
    );
  }
  if (eventSourceArn.split(":")[2] === "dynamodb") {
    throw invalid(`Unsupported starting position for arn type: ${eventSourceArn}`);
  }
  const at = Date.parse(timestamp ?? "");
  if (Number.isNaN(at)) {
    throw invalid(
      `Timestamp must not be null for AT_TIMESTAMP; give startingPositionTimestamp as in RFC 3339${timestamp === undefined ? "" : `, "${timestamp}" given`}.`,
    );
  }
  if (at > now) throw invalid(`Timestamp must be less than the current time, ${timestamp} given.`);
  return { type, at };
}

function destinationOf(inputs: Values): string | undefined {
  const config = structureIn(inputs, "destinationConfig") ?? {};
  if (firstIn(config, "onSuccess") !== undefined) {
    throw invalid("Unsupported DestinationConfig parameter for given event source mapping type.");
  }
  const arn = textIn(partIn(config, "onFailure"), "destinationArn");
  if (arn === undefined) return undefined;
  const service = arn.split(":")[2];
  if (!["sqs", "sns", "s3"].includes(service ?? "") || arn.endsWith(".fifo")) {
    throw invalid(
      `The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=${arn})) is invalid: a standard queue, a standard topic or a bucket is needed.`,
    );
  }
  return arn;
}

/**
 * `second` is another mapping of the same stream to the same function. Lambda refuses it, and it refuses a missing
 * stream.
 */
export async function checkStreamMapping(
  { eventSourceArn, functionName }: MappingDefinition,
  second: MappingDefinition | undefined,
  ask: Ask,
): Promise<void> {
  if (second !== undefined) {
    throw new ServiceError(
      "ResourceConflictException",
      `The event source arn (" ${eventSourceArn} ") and function (" ${functionName} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${second.uuid}`,
      409,
    );
  }
  try {
    await describe(eventSourceArn, ask);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw invalid(`Stream not found: ${eventSourceArn}`);
  }
}

function describe(arn: string, ask: Ask): Promise<unknown> {
  if (arn.split(":")[2] === "dynamodb") return ask(owner, "dynamodbstreams", "DescribeStream", { StreamArn: arn });
  return arn.includes("/consumer/")
    ? ask(owner, "kinesis", "DescribeStreamConsumer", { ConsumerARN: arn })
    : ask(owner, "kinesis", "DescribeStreamSummary", { StreamARN: arn });
}
