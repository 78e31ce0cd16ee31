// DynamoDB Streams: turns the server's answers into AWS's answers.
import { createHash } from "node:crypto";
import { type Message, ServiceError } from "../service/ask";
import type { TableRecords } from "./records";

/** AWS's sequence numbers have 21 digits or more. At that length they can also be sorted as text. */
const outwardSequence = (number: string) => `1${number.padStart(20, "0")}`;
const inwardSequence = (number: string) => number.replace(/^10*(?=\d)/, "");

/**
 * AWS's shard ids have 28 characters or more, which botocore checks. The server's ids are `shardId-00000001-<table>`.
 */
function outwardShard(id: string, table: string): string {
  const number = /^shardId-(\d+)-/.exec(id)?.[1];
  if (number === undefined) throw new Error("DynamoDB's server has shard ids of an unknown form.");
  return `shardId-${number.padStart(20, "0")}-${createHash("md5").update(table).digest("hex").slice(0, 8)}`;
}
const inwardShard = (id: string, table: string) =>
  id.replace(/^shardId-\d*(\d{8})-[0-9a-f]{8}$/, (_whole, number) => `shardId-${number}-${table}`);

interface Image {
  readonly [attribute: string]: unknown;
}

interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys: Image;
    readonly NewImage?: Image;
    readonly OldImage?: Image;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
  };
}

interface Shard {
  readonly ShardId: string;
  readonly SequenceNumberRange?: { readonly StartingSequenceNumber?: string; readonly EndingSequenceNumber?: string };
}

/** `keySchema` is that of the table. AWS's answer includes it. */
export function description(answer: Message, records: TableRecords, keySchema: unknown): Message {
  const stream = answer.StreamDescription as Message & { readonly Shards?: readonly Shard[] };
  const table = String(stream.TableName);
  const { streamLabel, streamViewType } = records.get(table);
  const open = stream.StreamStatus === "ENABLED";
  return {
    StreamDescription: {
      ...stream,
      StreamLabel: streamLabel,
      StreamViewType: streamViewType ?? stream.StreamViewType,
      KeySchema: keySchema,
      Shards: (stream.Shards ?? []).map((shard) => {
        const { StartingSequenceNumber, EndingSequenceNumber } = shard.SequenceNumberRange ?? {};
        return {
          ...shard,
          ShardId: outwardShard(shard.ShardId, table),
          SequenceNumberRange: {
            StartingSequenceNumber: outwardSequence(StartingSequenceNumber ?? "0"),
            // An ending sequence number tells readers that the shard is closed.
            ...(!open &&
              EndingSequenceNumber !== undefined && { EndingSequenceNumber: outwardSequence(EndingSequenceNumber) }),
          },
        };
      }),
    },
  };
}

/** A request about a shard, as the server expects it. `streamArn` is the server's ARN of the stream. */
export function shardInput(input: Message, streamArn: string): Message {
  const table = /:table\/([^/]+)\//.exec(streamArn)?.[1] ?? "";
  const { ShardId, ExclusiveStartShardId, SequenceNumber } = input;
  return {
    ...input,
    StreamArn: streamArn,
    ...(typeof ShardId === "string" && { ShardId: inwardShard(ShardId, table) }),
    ...(typeof ExclusiveStartShardId === "string" && {
      ExclusiveStartShardId: inwardShard(ExclusiveStartShardId, table),
    }),
    ...(typeof SequenceNumber === "string" && { SequenceNumber: inwardSequence(SequenceNumber) }),
  };
}

/** Leaves out the writes that changed nothing, because AWS has no records of them. */
export function recordsAnswer(answer: Message, iterator: string, records: TableRecords, region: string): Message {
  const table = tableOf(iterator);
  const viewType = records.get(table).streamViewType ?? "NEW_AND_OLD_IMAGES";
  const given = (answer.Records ?? []) as readonly StreamRecord[];
  return {
    ...answer,
    Records: given.filter(changesSomething).map((record) => {
      const { NewImage, OldImage, ...change } = record.dynamodb;
      const newImage = viewType === "NEW_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? NewImage : undefined;
      const oldImage = viewType === "OLD_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? OldImage : undefined;
      return {
        ...record,
        eventID: createHash("md5").update(`${table}/${change.SequenceNumber}`).digest("hex"),
        awsRegion: region,
        dynamodb: {
          ...change,
          ...(newImage !== undefined && { NewImage: newImage }),
          ...(oldImage !== undefined && { OldImage: oldImage }),
          SequenceNumber: outwardSequence(change.SequenceNumber),
          StreamViewType: viewType,
        },
      };
    }),
  };
}

function changesSomething({ eventName, dynamodb }: StreamRecord): boolean {
  return eventName !== "MODIFY" || !isSame(dynamodb.OldImage, dynamodb.NewImage);
}

const sets = new Set(["SS", "NS", "BS"]);

/** Whether two attributes, or two images, have one value. The order in a set does not count. */
function isSame(one: unknown, other: unknown, inOrder = true): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    const [ones, others] = inOrder ? [one, other] : [[...one].sort(), [...other].sort()];
    return ones.length === others.length && ones.every((each, index) => isSame(each, others[index]));
  }
  if (!isImage(one) || !isImage(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name], !sets.has(name)))
  );
}

const isImage = (value: unknown): value is Image =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** AWS's iterators begin with the ARN of their stream. */
export const outwardIterator = (streamArn: string, iterator: unknown) => `${streamArn}|1|${String(iterator)}`;

export function inwardIterator(iterator: string): { readonly streamArn: string; readonly iterator: string } {
  const [streamArn = "", , inner] = iterator.split("|");
  if (inner === undefined) {
    throw new ServiceError("com.amazon.coral.validate#ValidationException", "Invalid ShardIterator");
  }
  return { streamArn, iterator: inner };
}

/** The server's iterators are JSON in base64. */
function tableOf(iterator: string): string {
  const { table_name: table } = JSON.parse(Buffer.from(iterator, "base64").toString("utf8"));
  if (typeof table !== "string") throw new Error("DynamoDB's server has shard iterators of an unknown form.");
  return table;
}
