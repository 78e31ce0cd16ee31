// The consumer of a DynamoDB table's stream: what Lambda invokes, around a callback.
import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { type Opened, toldOf } from "../batch/envelope";
import { messageJson } from "../batch/message-text";
import type { AnyCallback } from "../callback/callback";
import { type StreamHandler, streamConsumer } from "../stream/stream-batch";
import { earlierOf, type StreamItem } from "../stream/stream-item";
import { plainImage } from "../stream/table-image";

export const tableHandler = (callback: AnyCallback): StreamHandler<DynamoDBStreamEvent> =>
  streamConsumer<DynamoDBStreamEvent>(callback, ({ Records }) => Records.map(itemOf));

function itemOf(record: DynamoDBRecord, position: number): StreamItem {
  const { Keys = {}, SequenceNumber = "" } = record.dynamodb ?? {};
  const keys = JSON.stringify(Keys);
  const id = record.eventID ?? SequenceNumber;
  const earlier = earlierOf(record);
  return {
    id,
    group: keys,
    position,
    sequenceNumber: SequenceNumber,
    earlier,
    open: () => open(record),
    lost: () => {
      const { correlationId = id } = toldOf(() => open(record));
      return {
        body: messageJson({ ...record, deadLetterReason: undefined }),
        attributes: {},
        sourceArn: record.eventSourceARN ?? "",
        correlationId,
        type: record.eventName,
        earlier,
        place: { sequenceNumber: SequenceNumber, partitionKey: keys, encoding: "json" },
      };
    },
  };
}

function open(record: DynamoDBRecord): Opened {
  const { Keys, NewImage, OldImage } = record.dynamodb ?? {};
  const [keys, newImage, oldImage] = [Keys, NewImage, OldImage].map((image) => image && plainImage(image));
  const { type, principalId } =
    (record as { userIdentity?: { type?: string; principalId?: string } }).userIdentity ?? {};
  const event = {
    eventName: record.eventName,
    keys: keys ?? {},
    ...(newImage !== undefined && { newImage }),
    ...(oldImage !== undefined && { oldImage }),
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
    expired: type === "Service" && principalId === "dynamodb.amazonaws.com",
  };
  // A flow goes on through a table when its item keeps the flow's id.
  const correlationId = (newImage ?? oldImage)?.correlationId;
  return {
    event,
    envelope: record,
    type: record.eventName,
    correlationId: typeof correlationId === "string" && correlationId !== "" ? correlationId : undefined,
  };
}
