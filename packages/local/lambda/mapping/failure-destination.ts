// Tells a queue, a topic or a bucket of records that a stream's mapping has given up:
// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and services-dynamodb-errors.html
import { randomUUID } from "node:crypto";
import type { Clock } from "../../clock";
import type { Ask, Principal } from "../../service/ask";
import type { MappingDefinition } from "./mapping";
import { principalOf, type StreamRecord, type StreamSource } from "./stream-source";

export interface GivenUp {
  readonly records: readonly StreamRecord[];
  readonly shardId: string;
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  readonly requestId: string;
  readonly invocations: number;
  /** Null: the function answered, and reported the failure. */
  readonly functionError: "Unhandled" | null;
}

/** The record as Lambda sends it. */
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

/** A bucket gets the event as well. */
export const isBucket = (target: string) => target.split(":")[2] === "s3";

/** Where a bucket has it: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
function failureKey({ uuid }: MappingDefinition, shardId: string, now: number): string {
  const [day = "", time = ""] = new Date(now).toISOString().slice(0, 19).split("T");
  return `aws/lambda/${uuid}/${shardId}/${day.replaceAll("-", "/")}/${day}T${time.replaceAll(":", ".")}-${randomUUID()}`;
}

const user: Principal = { kind: "user" };
const longestPause = 60_000;

interface Sending {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly definition: MappingDefinition;
  readonly shardId: string;
  readonly signal: AbortSignal;
}

/** Sends with the role of the function, again and again until it is taken, or until the signal: rejects then. `failed` is told of each failure. */
export async function sendFailure(
  body: string,
  target: string,
  { ask, clock, definition, shardId, signal }: Sending,
  failed: (error: unknown) => void,
): Promise<void> {
  const principal = principalOf(definition.roleArn);
  const key = failureKey(definition, shardId, clock.now());
  const [, , service, , account, name] = target.split(":");
  for (let pause = 1000; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      if (service === "sns") {
        await ask(principal, "sns", "Publish", { TopicArn: target, Message: body });
      } else if (service === "s3") {
        const object = { Bucket: name, Key: key, Body: Buffer.from(body), ContentType: "application/json" };
        await ask(principal, "s3", "PutObject", object);
      } else {
        const queue = { QueueName: name, QueueOwnerAWSAccountId: account };
        const { QueueUrl } = await ask(user, "sqs", "GetQueueUrl", queue);
        await ask(principal, "sqs", "SendMessage", { QueueUrl, MessageBody: body });
      }
      return;
    } catch (error) {
      failed(error);
      await clock.sleep(pause, signal);
      if (signal.aborted) throw error;
    }
  }
}
