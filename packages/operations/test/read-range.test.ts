// Records that a description is about, where the stream does not give them all.
import { strict as assert } from "node:assert";
import type { BatchDescription } from "../replay/description";
import { findRecords } from "../replay/find-records";
import type { StreamMapping } from "../replay/mapping";
import type { Clients } from "../stack/clients";

const streamArn = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks";
const mapping: StreamMapping = {
  ...{ uuid: "u", eventSourceArn: streamArn, batchSize: 100, filters: [], parallelizationFactor: 1, tumblingWindow: 0 },
};
const description: BatchDescription = {
  ...{ kind: "batch", source: "kinesis", streamArn, shardId: "shardId-0", start: "100", end: "300", size: 3 },
};
const record = (SequenceNumber: string) => ({ SequenceNumber, PartitionKey: "k", Data: Buffer.from("{}") });

/** Kinesis that answers these pages of sequence numbers, and nothing newer after them. */
function kinesis(...pages: readonly (readonly string[])[]): Pick<Clients, "kinesis" | "tableStreams"> {
  let page = 0;
  const send = async (command: object) => {
    if (command.constructor.name === "GetShardIteratorCommand") return { ShardIterator: "first" };
    const Records = (pages[page++] ?? []).map(record);
    return { Records, NextShardIterator: "next", MillisBehindLatest: page < pages.length ? 1000 : 0 };
  };
  return { kinesis: { send } } as unknown as Pick<Clients, "kinesis" | "tableStreams">;
}
const find = (clients: ReturnType<typeof kinesis>, more: Partial<BatchDescription> = {}) =>
  findRecords(clients, { ...description, ...more }, mapping, new AbortController().signal);

describe("the records of a description", () => {
  it("are all from the first to the last, also with empty pages between them", async () => {
    const { records, expired, others } = await find(kinesis(["100"], [], ["200", "300", "400"]));
    assert.deepEqual(
      records.map(({ sequenceNumber }) => sequenceNumber),
      ["100", "200", "300"],
    );
    assert.deepEqual([expired, others], [undefined, 0]);
  });

  it("are not taken for all where the stream ends before the last of them", async () => {
    await assert.rejects(find(kinesis(["100", "200"], [])), /up to 200, and not those up to 300/);
  });

  it("are lost where the stream begins behind them", async () => {
    assert.match((await find(kinesis(["400"]))).expired ?? "", /all 3 records, 100 to 300/);
  });

  it("are not read from a stream that the consumer does not read", async () => {
    const other = "arn:aws:kinesis:eu-west-1:210987654321:stream/other";
    await assert.rejects(find(kinesis(["100"]), { streamArn: other }), /the consumer reads .*stream\/clicks/);
  });
});
