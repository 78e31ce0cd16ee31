// The consumer of a Kinesis stream: what Lambda invokes, around a callback.
import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { parseJson } from "../batch/decode";
import { openEnvelope, toldOf } from "../batch/envelope";
import type { AnyCallback } from "../callback/callback";
import { type StreamHandler, streamConsumer } from "../stream/stream-batch";
import { earlierOf, type StreamItem } from "../stream/stream-item";

export const kinesisHandler = (callback: AnyCallback): StreamHandler<KinesisStreamEvent> =>
  streamConsumer<KinesisStreamEvent>(callback, ({ Records }) => Records.map(itemOf));

function itemOf(record: KinesisStreamRecord, position: number): StreamItem {
  const { data, partitionKey, sequenceNumber } = record.kinesis;
  const open = () => openEnvelope(parseJson(Buffer.from(data, "base64").toString()));
  const earlier = earlierOf(record);
  return {
    id: record.eventID,
    group: partitionKey,
    position,
    sequenceNumber,
    partitionKey,
    earlier,
    open,
    lost: () => {
      const { correlationId = record.eventID, type } = toldOf(open);
      return {
        // SQS takes no empty body, and a space is nothing in base64.
        body: data === "" ? " " : data,
        attributes: {},
        sourceArn: record.eventSourceARN,
        correlationId,
        type,
        earlier,
        place: {
          // `shardId-000000000000:49590338271490256608559692538361571095921575989136588898`
          shardId: record.eventID.split(":")[0] ?? "",
          sequenceNumber,
          partitionKey,
          encoding: "base64",
        },
      };
    },
  };
}
