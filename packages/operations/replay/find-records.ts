// The records that a description of Lambda's is about: from the object that has them, or read from the stream again.
import { compileFilter } from "spillway/syntax/filter-criteria";
import type { Clients } from "../stack/clients";
import { type BatchDescription, compareSequence } from "./description";
import { kinesisShards } from "./kinesis-shards";
import type { StreamMapping } from "./mapping";
import { readRange } from "./read-range";
import type { StreamRecord } from "./shard-source";
import { tableShards } from "./table-shards";

export interface Found {
  readonly records: readonly StreamRecord[];
  /** Which records are past the stream's retention, in words; undefined: none. */
  readonly expired?: string;
  /** How many of them were not given up: other batches of the same shard ran at the same time. */
  readonly others: number;
}

export async function findRecords(
  clients: Pick<Clients, "kinesis" | "tableStreams">,
  description: BatchDescription,
  mapping: StreamMapping,
  signal: AbortSignal,
): Promise<Found> {
  if (description.payload !== undefined) return { records: recordsIn(description.payload), others: 0 };
  const { source, streamArn, start, end, size } = description;
  refuseOther(streamArn, mapping);
  const shards =
    source === "kinesis"
      ? kinesisShards(clients.kinesis, streamArn, mapping.eventSourceArn)
      : tableShards(clients.tableStreams, streamArn);
  const { records: all, trimmed, reached } = await readRange(shards, description, signal);
  if (!reached && all.length > 0) {
    const last = all.at(-1)?.sequenceNumber;
    throw new Error(`The stream gave its records up to ${last}, and not those up to ${end}. Try again later.`);
  }
  const passes = compileFilter(mapping.filters, source === "kinesis" ? "data" : null);
  const records = all.filter((record) => passes(record.filterable()));
  const others = Math.max(0, records.length - size);
  if (!trimmed) return { records, others };
  const [first] = all;
  const lost = size - records.length;
  // Where several batches of a shard run at a time, the number of those that are left says nothing of the others.
  const count =
    mapping.parallelizationFactor > 1 || lost <= 0 ? "records" : lost === 1 ? "1 record" : `${lost} records`;
  const expired =
    first === undefined
      ? `all ${size} records, ${start} to ${end}`
      : `${count} from ${start} up to, but not with, ${first.sequenceNumber}`;
  return { records, others, expired };
}

/** Anybody who may send to the dead-letter queue may have written the description. */
function refuseOther(streamArn: string, { eventSourceArn }: StreamMapping): void {
  if (streamOrTable(streamArn) === streamOrTable(eventSourceArn)) return;
  throw new Error(`It describes records of ${streamArn}, and the consumer reads ${eventSourceArn}.`);
}

/** Without the consumer of enhanced fan-out, and without the time from which a table has its stream. */
const streamOrTable = (arn: string) => arn.replace(/\/(consumer|stream)\/.*$/, "");

/** The event that the function was invoked with. */
function recordsIn(payload: string): readonly StreamRecord[] {
  const { Records = [] } = JSON.parse(payload) as { readonly Records?: readonly PayloadRecord[] };
  return Records.map((record) => {
    const sequenceNumber = record.kinesis?.sequenceNumber ?? record.dynamodb?.SequenceNumber ?? "";
    return { sequenceNumber, id: record.eventID ?? sequenceNumber, record, filterable: () => record };
  }).sort((a, b) => compareSequence(a.sequenceNumber || "0", b.sequenceNumber || "0"));
}

interface PayloadRecord {
  readonly eventID?: string;
  readonly kinesis?: { readonly sequenceNumber?: string };
  readonly dynamodb?: { readonly SequenceNumber?: string };
}
