// The actions on records: written to shards by their keys, read with iterators.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
import type { Message } from "../service";
import { type Actions, type Context, type Shard, shardsOf } from "./actions";
import * as errors from "./errors";
import { optionalNumber, optionalText, text } from "./input";
import { maximumRecordBytes } from "./rules";
import type { StreamState } from "./state";

interface NewRecord {
  readonly PartitionKey: string;
  /** Base64. */
  readonly Data: string;
}

interface StoredRecord {
  readonly SequenceNumber: string;
  /** Seconds since the epoch. */
  readonly ApproximateArrivalTimestamp: number;
}

interface Placed {
  readonly ShardId: string;
  readonly SequenceNumber: string;
}

/** What one GetRecords answers at the most. */
const maximumReadBytes = 10 * 1024 * 1024;
const maximumReadRecords = 10_000;

/** `written` is told of the stream after each write. */
export function recordActions({ engine, streams }: Context, written: (streamArn: string) => void): Actions {
  const encrypted = ({ keyId }: StreamState) => (keyId === undefined ? {} : { EncryptionType: "KMS" });

  const note = (state: StreamState, records: readonly NewRecord[], placed: readonly Placed[]) => {
    for (const record of records) state.largestRecord = Math.max(state.largestRecord, bytesOf(record));
    for (const { ShardId, SequenceNumber } of placed) {
      const before = state.latest.get(ShardId)?.sequenceNumber;
      if (before === undefined || BigInt(before) < BigInt(SequenceNumber)) {
        state.latest.set(ShardId, { sequenceNumber: SequenceNumber, arrival: engine.now });
      }
    }
    written(state.arn);
  };

  const iteratorAt = async (input: Message): Promise<string> =>
    String((await engine.call("GetShardIterator", input)).ShardIterator);

  /** kinesalite has no answer where nothing came since; the search begins after the end has been noted, so that nothing slips through. */
  const iteratorSince = async (input: Message, seconds: number): Promise<string> => {
    const { StreamName, ShardId } = input;
    if (seconds * 1000 > engine.now) {
      throw errors.invalidArgument(
        `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${seconds * 1000}, currentTimestampInMillis: ${engine.now}`,
      );
    }
    const end = await iteratorAt({ StreamName, ShardId, ShardIteratorType: "LATEST" });
    let next: string | undefined = await iteratorAt({ StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" });
    while (next !== undefined) {
      const answer: Message = await engine.call("GetRecords", { ShardIterator: next, Limit: maximumReadRecords });
      const records = answer.Records as readonly StoredRecord[];
      const found = records.find(({ ApproximateArrivalTimestamp }) => ApproximateArrivalTimestamp >= seconds);
      if (found !== undefined) {
        const { SequenceNumber: StartingSequenceNumber } = found;
        return iteratorAt({ StreamName, ShardId, ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber });
      }
      next = records.length === 0 ? undefined : optionalText(answer, "NextShardIterator");
    }
    return end;
  };

  const childrenOf = async (streamName: string, shardId: string) => {
    const shards = shardsOf((await engine.describe(streamName)) ?? { Shards: [] });
    return shards.flatMap((shard) => {
      const parents = parentsOf(shard);
      return parents.includes(shardId)
        ? [{ ShardId: shard.ShardId, ParentShards: parents, HashKeyRange: shard.HashKeyRange }]
        : [];
    });
  };

  return {
    PutRecord: async (input) => {
      const state = streams.of(input);
      const record = input as unknown as NewRecord;
      checkSize(record, state, "data");
      const answer = await engine.call("PutRecord", { ...input, StreamName: state.name });
      note(state, [record], [answer as unknown as Placed]);
      return { ...answer, ...encrypted(state) };
    },
    PutRecords: async (input) => {
      const state = streams.of(input);
      const records = input.Records as readonly NewRecord[];
      for (const [index, record] of records.entries()) checkSize(record, state, `records.${index + 1}.member.data`);
      const total = records.reduce((sum, record) => sum + bytesOf(record), 0);
      if (total > maximumRecordBytes) throw errors.invalidArgument("Records size exceeds 10 MB limit");
      const answer = await engine.call("PutRecords", { StreamName: state.name, Records: records });
      note(state, records, answer.Records as readonly Placed[]);
      return { ...answer, ...encrypted(state) };
    },
    GetShardIterator: async (input) => {
      const { name: StreamName } = streams.of(input);
      const { StreamARN: _arn, Timestamp, ...asked } = input;
      const named = { ...asked, StreamName };
      if (input.ShardIteratorType !== "AT_TIMESTAMP") return { ShardIterator: await iteratorAt(named) };
      if (Timestamp === undefined) {
        throw errors.invalidArgument(
          "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.",
        );
      }
      return { ShardIterator: await iteratorSince(named, Number(Timestamp)) };
    },
    GetRecords: async (input) => {
      const ShardIterator = text(input, "ShardIterator");
      const position = engine.position(ShardIterator);
      if (position === undefined) throw errors.invalidArgument("Invalid ShardIterator.");
      const state = streams.find(position.streamName);
      if (input.StreamARN !== undefined && input.StreamARN !== state.arn) {
        throw errors.invalidArgument(`The ShardIterator is of ${state.arn}, and not of ${input.StreamARN}.`);
      }
      const fits = Math.max(1, Math.floor(maximumReadBytes / state.largestRecord));
      const Limit = Math.min(optionalNumber(input, "Limit") ?? maximumReadRecords, fits);
      const answer = await engine.call("GetRecords", { ShardIterator, Limit });
      const records = answer.Records as readonly StoredRecord[];
      const last = records.at(-1);
      const latest = state.latest.get(position.shardId);
      const isBehind =
        records.length === Limit && latest !== undefined && latest.sequenceNumber !== last?.SequenceNumber;
      return {
        ...answer,
        Records: state.keyId === undefined ? records : records.map((each) => ({ ...each, ...encrypted(state) })),
        MillisBehindLatest: isBehind
          ? Math.max(0, engine.now - Math.round((last?.ApproximateArrivalTimestamp ?? 0) * 1000))
          : answer.MillisBehindLatest,
        ...(answer.NextShardIterator === undefined && {
          ChildShards: await childrenOf(state.name, position.shardId),
        }),
      };
    },
  };
}

const parentsOf = ({ ParentShardId, AdjacentParentShardId }: Shard) =>
  [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);

/** As Kinesis counts: the data before base64, and the partition key. */
const bytesOf = ({ Data, PartitionKey }: NewRecord) =>
  Buffer.byteLength(Data, "base64") + Buffer.byteLength(PartitionKey);

function checkSize(record: NewRecord, { maxRecordSizeInKiB }: StreamState, member: string): void {
  const most = maxRecordSizeInKiB * 1024;
  if (bytesOf(record) <= most) return;
  throw errors.validation(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  );
}
