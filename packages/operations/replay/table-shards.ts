// The shards of a table's stream, whose changes are read again.
import {
  type _Record,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { nameOf, recordsPerRequest, type ShardSource, type StreamRecord } from "./shard-source";

export function tableShards(client: DynamoDBStreamsClient, streamArn: string): ShardSource {
  const iterator = async (ShardId: string, SequenceNumber?: string) => {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId,
        ShardIteratorType: SequenceNumber === undefined ? "TRIM_HORIZON" : "AT_SEQUENCE_NUMBER",
        ...(SequenceNumber !== undefined && { SequenceNumber }),
      }),
    );
    return ShardIterator;
  };
  return {
    iteratorAt: (shard, sequenceNumber) => iterator(shard, sequenceNumber),
    iteratorAtHorizon: (shard) => iterator(shard),
    async read(ShardIterator) {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator, Limit: recordsPerRequest }));
      const { Records = [], NextShardIterator: next } = answer;
      const isLast = next === undefined ? true : undefined;
      return { records: Records.map((record) => recordOf(record, streamArn)), next, isLast };
    },
    refusal(error) {
      switch (nameOf(error)) {
        case "TrimmedDataAccessException":
          return "trimmed";
        case "ResourceNotFoundException":
          return "gone";
        case "LimitExceededException":
          return "throttled";
        default:
          return undefined;
      }
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
function recordOf({ userIdentity, dynamodb = {}, ...record }: _Record, eventSourceARN: string): StreamRecord {
  const { ApproximateCreationDateTime: created, ...change } = dynamodb;
  const sequenceNumber = change.SequenceNumber ?? "";
  const event = {
    ...record,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor((created?.getTime() ?? 0) / 1000),
      ...(asJson(change) as object),
    },
    ...(userIdentity && { userIdentity: { principalId: userIdentity.PrincipalId, type: userIdentity.Type } }),
    eventSourceARN,
  };
  return { sequenceNumber, id: record.eventID ?? sequenceNumber, record: event, filterable: () => event };
}

/** In JSON, bytes are base64. */
function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asJson(member)]));
}
