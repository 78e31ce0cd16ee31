// Tells a queue, a topic or a bucket of records that a stream's mapping has given up:
// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and services-dynamodb-errors.html

import { failureKey } from "../../delivery/failure-key";
import { deliver } from "../../delivery/target";
import type { Ask } from "../../service/ask";
import type { Clock } from "../../service/clock";
import type { MappingDefinition } from "./mapping";
import { principalOf, type StreamRecord, type StreamSource } from "./stream-source";

export interface GivenUp {
  readonly records: readonly StreamRecord[];
  readonly shardId: string;
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  readonly requestId: string;
  readonly invocations: number;
  /** Null if the function answered and reported the failure. */
  readonly functionError: "Unhandled" | null;
}

/** The record that Lambda sends. */
export function failureRecord(givenUp: GivenUp, definition: MappingDefinition, source: StreamSource, now: number) {
  const { records, condition } = givenUp;
  const [first, last] = [records[0], records.at(-1)];
  return {
    requestContext: {
      requestId: givenUp.requestId,
      functionArn: definition.functionArn,
      condition,
      approximateInvokeCount: givenUp.invocations,
    },
    ...(condition === "RetryAttemptsExhausted" && {
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: givenUp.functionError },
    }),
    version: "1.0",
    timestamp: new Date(now).toISOString(),
    [source.batchInfo]: {
      shardId: givenUp.shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: source.timestamp(first?.at ?? now),
      approximateArrivalOfLastRecord: source.timestamp(last?.at ?? now),
      batchSize: records.length,
      streamArn: source.streamArn,
    },
  };
}

/** A bucket also gets the event itself. */
export const isBucket = (target: string) => target.split(":")[2] === "s3";

const longestPause = 60_000;

interface Sending {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly definition: MappingDefinition;
  readonly shardId: string;
  readonly signal: AbortSignal;
}

/**
 * Sends with the role of the function, and repeats this until the destination accepts it. Rejects when the signal
 * aborts. `failed` receives each failure.
 */
export async function sendFailure(
  body: string,
  target: string,
  { ask, clock, definition, shardId, signal }: Sending,
  failed: (error: unknown) => void,
): Promise<void> {
  const principal = principalOf(definition.roleArn);
  const objectKey = failureKey(`${definition.uuid}/${shardId}`, clock.now());
  for (let pause = 1000; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      await deliver(ask, principal, { arn: target }, { body, objectKey });
      return;
    } catch (error) {
      failed(error);
      await clock.sleep(pause, signal);
      if (signal.aborted) throw error;
    }
  }
}
