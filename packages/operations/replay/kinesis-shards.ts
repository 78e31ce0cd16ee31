// The shards of a Kinesis stream, whose records are read again.
import { type _Record, GetRecordsCommand, GetShardIteratorCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { nameOf, recordsPerRequest, type ShardSource, type StreamRecord } from "./shard-source";

/** `eventSourceArn`: the source that the function is told. */
export function kinesisShards(client: KinesisClient, streamArn: string, eventSourceArn: string): ShardSource {
  let shardId = "";
  const iterator = async (shard: string, position: object) => {
    shardId = shard;
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamARN: streamArn,
        ShardId: shard,
        ShardIteratorType: "TRIM_HORIZON",
        ...position,
      }),
    );
    return ShardIterator;
  };
  return {
    iteratorAt: (shard, StartingSequenceNumber) =>
      iterator(shard, { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber }),
    iteratorAtHorizon: (shard) => iterator(shard, {}),
    async read(ShardIterator) {
      const answer = await client.send(
        new GetRecordsCommand({ StreamARN: streamArn, ShardIterator, Limit: recordsPerRequest }),
      );
      const { Records = [], NextShardIterator: next, MillisBehindLatest } = answer;
      return {
        records: Records.map((record) => recordOf(record, shardId, eventSourceArn)),
        next,
        isLast: next === undefined || (Records.length === 0 && MillisBehindLatest === 0),
      };
    },
    refusal(error) {
      switch (nameOf(error)) {
        case "ResourceNotFoundException":
          return "gone";
        case "ProvisionedThroughputExceededException":
        case "LimitExceededException":
        case "KMSThrottlingException":
          return "throttled";
        default:
          return undefined;
      }
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
function recordOf(record: _Record, shardId: string, eventSourceArn: string): StreamRecord {
  const { SequenceNumber: sequenceNumber = "", PartitionKey: partitionKey, Data = new Uint8Array() } = record;
  const bytes = Buffer.from(Data);
  const id = `${shardId}:${sequenceNumber}`;
  const kinesis = {
    kinesisSchemaVersion: "1.0",
    partitionKey,
    sequenceNumber,
    data: bytes.toString("base64"),
    approximateArrivalTimestamp: (record.ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
  };
  return {
    sequenceNumber,
    id,
    record: {
      kinesis,
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: id,
      eventName: "aws:kinesis:record",
      invokeIdentityArn: "",
      awsRegion: eventSourceArn.split(":")[3] ?? "",
      eventSourceARN: eventSourceArn,
    },
    filterable: () => ({ ...kinesis, data: bytes.toString() }),
  };
}
