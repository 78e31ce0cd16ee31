// The actions that write and read records.
import type { Message } from "../service/ask";
import { type Actions, type Context, childrenOf, shardsOf } from "./actions";
import * as errors from "./errors";
import { optionalNumber, text } from "./input";
import { positionOf } from "./iterator";
import { maximumRecordBytes } from "./rules";
import type { StreamState } from "./state";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const mostRecords = 10_000;
const mostBytes = 10 * 1024 * 1024;
const hour = 60 * 60 * 1000;

interface Entry {
  readonly PartitionKey: string;
  readonly ExplicitHashKey?: string;
  /** Base64. */
  readonly Data: string;
}

interface Place {
  readonly ShardId: string;
  readonly SequenceNumber: string;
}

interface StoredRecord extends Omit<Entry, "ExplicitHashKey"> {
  readonly SequenceNumber: string;
  /** Seconds since the epoch. */
  readonly ApproximateArrivalTimestamp: number;
}

export function recordActions({ engine, streams }: Context): Actions {
  /** What was written, and where. */
  const note = (state: StreamState, places: readonly Place[], bytes: number) => {
    for (const { ShardId, SequenceNumber } of places) {
      const latest = state.latest.get(ShardId);
      if (latest === undefined || latest.sequenceNumber < SequenceNumber) {
        state.latest.set(ShardId, { sequenceNumber: SequenceNumber, arrival: engine.now });
      }
    }
    const { written } = state;
    state.written = { records: written.records + places.length, bytes: written.bytes + bytes };
  };

  const iteratorOf = async (input: Message): Promise<string> =>
    String((await engine.call("GetShardIterator", input)).ShardIterator);

  const since = async (StreamName: string, ShardId: string, seconds: number): Promise<string> => {
    // The end comes first: what is written meanwhile is behind it.
    const end = await iteratorOf({ StreamName, ShardId, ShardIteratorType: "LATEST" });
    const first = await engine.firstSince(StreamName, ShardId, seconds);
    if (first === undefined) return end;
    const from = { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: first };
    return iteratorOf({ StreamName, ShardId, ...from });
  };

  /** Whether nothing that is kept lies behind the iterator. */
  const isAtTip = async (state: StreamState, shardId: string, next: string | undefined): Promise<boolean> => {
    const latest = state.latest.get(shardId);
    const sequenceNumber = next === undefined ? undefined : positionOf(next)?.sequenceNumber;
    // Sequence numbers have the same number of digits.
    if (latest === undefined || sequenceNumber === undefined || sequenceNumber > latest.sequenceNumber) return true;
    const description = await engine.describe(state.name);
    return latest.arrival < engine.now - Number(description?.RetentionPeriodHours) * hour;
  };

  return {
    PutRecord: async (input) => {
      const state = streams.of(input);
      const bytes = sizeOf(input as unknown as Entry);
      checkRecord(state, input as unknown as Entry, "data");
      const { StreamARN: _arn, ...record } = input;
      const place = await engine.call("PutRecord", { ...record, StreamName: state.name });
      note(state, [place as unknown as Place], bytes);
      return { ...place, ...encryptionOf(state) };
    },
    PutRecords: async (input) => {
      const state = streams.of(input);
      const entries = input.Records as readonly Entry[];
      let bytes = 0;
      for (const [index, entry] of entries.entries()) {
        checkRecord(state, entry, `records.${index + 1}.member.data`);
        bytes += sizeOf(entry);
      }
      if (bytes > maximumRecordBytes) throw errors.invalidArgument("Records size exceeds 10 MB limit");
      const answer = await engine.call("PutRecords", { StreamName: state.name, Records: entries });
      note(state, answer.Records as readonly Place[], bytes);
      return { ...answer, ...encryptionOf(state) };
    },
    GetShardIterator: async (input) => {
      const { name } = streams.of(input);
      const { StreamARN: _arn, ...rest } = input;
      const { ShardIteratorType: type, StartingSequenceNumber, ShardId } = rest;
      const timestamp = optionalNumber(rest, "Timestamp");
      if (type === "AT_TIMESTAMP" && StartingSequenceNumber !== undefined) {
        throw errors.invalidArgument(
          "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified AT_TIMESTAMP and also a StartingSequenceNumber.",
        );
      }
      // A missing or future timestamp is refused by kinesalite.
      if (type === "AT_TIMESTAMP" && timestamp !== undefined && timestamp * 1000 <= engine.now) {
        return { ShardIterator: await since(name, String(ShardId), timestamp) };
      }
      return { ShardIterator: await iteratorOf({ ...rest, StreamName: name }) };
    },
    GetRecords: async (input) => {
      const iterator = text(input, "ShardIterator");
      const position = positionOf(iterator);
      if (position === undefined) throw errors.invalidArgument("Invalid ShardIterator.");
      const { streamName: name, shardId } = position;
      if (input.StreamARN !== undefined && streams.of(input).name !== name) {
        throw errors.invalidArgument(`Invalid ShardIterator: it is not one of stream ${streams.of(input).name}.`);
      }
      const state = streams.find(name);
      const Limit = Math.min(optionalNumber(input, "Limit") ?? mostRecords, roomFor(state));
      const answer = await engine.call("GetRecords", { ShardIterator: iterator, Limit });
      const all = answer.Records as readonly StoredRecord[];
      const records = fitting(all);
      const last = records.at(-1);
      const after = { StreamName: name, ShardId: shardId, ShardIteratorType: "AFTER_SEQUENCE_NUMBER" };
      const next =
        records.length < all.length
          ? await iteratorOf({ ...after, StartingSequenceNumber: last?.SequenceNumber })
          : (answer.NextShardIterator as string | undefined);
      const isAtEnd = await isAtTip(state, shardId, next);
      const behind = last === undefined ? engine.parse(position.sequenceNumber).seqTime : arrivalOf(last);
      const hasEnded = isAtEnd && (next === undefined || state.closed.has(shardId));
      return {
        Records: records.map((record) => ({ ...record, ...encryptionOf(state) })),
        ...(hasEnded
          ? { ChildShards: childrenOf(shardsOf((await engine.describe(name)) ?? {}), shardId) }
          : { NextShardIterator: next }),
        MillisBehindLatest: isAtEnd ? 0 : Math.max(0, engine.now - behind),
      };
    },
  };
}

const encryptionOf = ({ keyId }: StreamState) => (keyId === undefined ? {} : { EncryptionType: "KMS" });

const arrivalOf = (record: StoredRecord) => Math.round(record.ApproximateArrivalTimestamp * 1000);

const sizeOf = ({ Data, PartitionKey }: Entry) => Buffer.byteLength(Data, "base64") + Buffer.byteLength(PartitionKey);

/** https://docs.aws.amazon.com/streams/latest/dev/large-records.html */
function checkRecord({ maxRecordSizeInKiB }: StreamState, entry: Entry, member: string): void {
  const most = maxRecordSizeInKiB * 1024;
  const data = Buffer.byteLength(entry.Data, "base64");
  if (data > most) {
    throw errors.validation(
      `1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=${data} cap=${data}]' at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    );
  }
  if (sizeOf(entry) > most) {
    throw errors.invalidArgument(
      `The data and the partition key of a record have ${sizeOf(entry)} bytes together; the stream takes at most ${most}.`,
    );
  }
}

/** How many records to read for one answer, which ends at `mostBytes`: a few more than fit on average. */
function roomFor({ written: { records, bytes } }: StreamState): number {
  if (records === 0) return mostRecords;
  return Math.min(mostRecords, Math.max(1, Math.ceil((1.5 * mostBytes * records) / bytes)));
}

/** At least one. */
function fitting(records: readonly StoredRecord[]): readonly StoredRecord[] {
  let bytes = 0;
  const end = records.findIndex((record) => {
    bytes += sizeOf(record);
    return bytes > mostBytes;
  });
  return end < 0 ? records : records.slice(0, Math.max(1, end));
}
