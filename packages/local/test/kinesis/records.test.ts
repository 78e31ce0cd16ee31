// Records of Kinesis: written to shards by their keys, read back with iterators of every type.
// Longer than 250 lines because every type of iterator and every limit of a record has its case here.
import { strict as assert } from "node:assert";
import { GetRecordsCommand, PutRecordCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { type KinesisUnderTest, shardId, startStill, streamArn, textsOf } from "../support/kinesis";

const minute = 60_000;
const hour = 60 * minute;

describe("records of Kinesis", () => {
  let kinesis: KinesisUnderTest;
  beforeEach(async () => {
    kinesis = await startStill();
  });
  afterEach(() => kinesis.stop());

  it("are placed by their key, and each key's records are read in the order of their writes", async () => {
    await kinesis.stream("s", 4);
    const expected = new Map<string, string[]>();
    for (let round = 0; round < 10; round++) {
      const records = Array.from({ length: 30 }, (_, index) => [`key-${index % 7}`, `${round}/${index}`] as const);
      for (const [key, data] of records) expected.set(key, [...(expected.get(key) ?? []), data]);
      const { FailedRecordCount, Records = [] } = await kinesis.putAll("s", ...records);
      assert.equal(FailedRecordCount, 0);
      assert.equal(Records.length, 30);
      assert.equal(new Set(Records.slice(0, 8).map((each) => each.ShardId)).size > 1, true);
      assert.equal(Records[0]?.ShardId, Records[7]?.ShardId, "the same key, the same shard");
    }
    const read = new Map<string, string[]>();
    const seenIn = new Map<string, Set<string>>();
    for (const { ShardId = "" } of await kinesis.shards("s")) {
      const { Records = [] } = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON", { ShardId }));
      const numbers = Records.map(({ SequenceNumber }) => BigInt(SequenceNumber ?? 0));
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => (a < b ? -1 : 1)),
      );
      for (const { PartitionKey: key = "", Data } of Records) {
        read.set(key, [...(read.get(key) ?? []), Buffer.from(Data ?? "").toString()]);
        seenIn.set(key, (seenIn.get(key) ?? new Set()).add(ShardId));
      }
    }
    assert.deepEqual(Object.fromEntries(read), Object.fromEntries(expected));
    assert.deepEqual(
      [...seenIn.values()].map(({ size }) => size),
      Array(7).fill(1),
    );
  });

  it("are answered by PutRecords in the order of the request, and placed by their hash key", async () => {
    await kinesis.stream("s", 2);
    const half = 2n ** 127n;
    const { Records = [] } = await kinesis.client.send(
      new PutRecordsCommand({
        StreamARN: streamArn("s"),
        Records: [half, 0n, half - 1n, half * 2n - 1n].map((hash) => ({
          PartitionKey: "the same",
          ExplicitHashKey: String(hash),
          Data: Buffer.from(String(hash)),
        })),
      }),
    );
    assert.deepEqual(
      Records.map(({ ShardId }) => ShardId),
      [shardId(1), shardId(0), shardId(0), shardId(1)],
    );
    assert.deepEqual(await kinesis.texts("s", shardId(1)), [String(half), String(half * 2n - 1n)]);
  });

  it("have timestamps of the run's clock", async () => {
    await kinesis.stream("s");
    await kinesis.clock.pass(90_500);
    await kinesis.put("s", "k", "a");
    const { Records } = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON"));
    assert.equal(Records?.[0]?.ApproximateArrivalTimestamp?.getTime(), kinesis.clock.now());
  });

  it("are read from the position of each type of iterator", async () => {
    await kinesis.stream("s");
    await kinesis.put("s", "k", "a");
    await kinesis.clock.pass(10_000);
    const { SequenceNumber: StartingSequenceNumber } = await kinesis.put("s", "k", "b");
    const [Timestamp] = [new Date(kinesis.clock.now())];
    const latest = await kinesis.iterator("s", "LATEST");
    await kinesis.put("s", "k", "c");
    const read = async (iterator: Promise<string>) => textsOf(await kinesis.get(await iterator)).join("");
    assert.equal(await read(kinesis.iterator("s", "TRIM_HORIZON")), "abc");
    assert.equal(await read(kinesis.iterator("s", "LATEST")), "");
    assert.equal(await read(kinesis.iterator("s", "AT_SEQUENCE_NUMBER", { StartingSequenceNumber })), "bc");
    assert.equal(await read(kinesis.iterator("s", "AFTER_SEQUENCE_NUMBER", { StartingSequenceNumber })), "c");
    assert.equal(await read(kinesis.iterator("s", "AT_TIMESTAMP", { Timestamp })), "bc");
    assert.equal(await read(kinesis.iterator("s", "AT_TIMESTAMP", { Timestamp: new Date(0) })), "abc");
    assert.equal(textsOf(await kinesis.get(latest)).join(""), "c");
  });

  it("are read from a time onwards, also where all of them arrive later", async () => {
    await kinesis.stream("s");
    await kinesis.put("s", "k", "before");
    await kinesis.clock.pass(5000);
    const iterator = await kinesis.iterator("s", "AT_TIMESTAMP", { Timestamp: new Date(kinesis.clock.now()) });
    const { NextShardIterator, ...first } = await kinesis.get(iterator);
    assert.deepEqual(first.Records, []);
    await kinesis.put("s", "k", "after");
    assert.deepEqual(textsOf(await kinesis.get(iterator)), ["after"]);
    assert.deepEqual(textsOf(await kinesis.get(NextShardIterator)), ["after"]);
  });

  it("are continued by the next iterator, and each answer reports its delay", async () => {
    await kinesis.stream("s");
    for (const text of ["a", "b", "c"]) {
      await kinesis.put("s", "k", text);
      await kinesis.clock.pass(2000);
    }
    const first = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON"), 1);
    const second = await kinesis.get(first.NextShardIterator, 1);
    const third = await kinesis.get(second.NextShardIterator, 1);
    const fourth = await kinesis.get(third.NextShardIterator, 1);
    assert.deepEqual([first, second, third, fourth].map(textsOf), [["a"], ["b"], ["c"], []]);
    assert.deepEqual(
      [first, second, third, fourth].map(({ MillisBehindLatest }) => MillisBehindLatest),
      [6000, 4000, 0, 0],
    );
    await kinesis.put("s", "k", "d");
    assert.deepEqual(textsOf(await kinesis.get(fourth.NextShardIterator)), ["d"]);
  });

  it("fill an answer up to 10 MiB, whatever the size of the records before", async () => {
    await kinesis.stream("s");
    await kinesis.putAll("s", ...Array.from({ length: 500 }, () => ["k", "small"] as const));
    const megabyte = Buffer.alloc(1024 * 1024 - 1, "x");
    for (let count = 0; count < 12; count++) {
      await kinesis.client.send(new PutRecordCommand({ StreamName: "s", PartitionKey: "k", Data: megabyte }));
    }
    const counts: number[] = [];
    let iterator: string | undefined = await kinesis.iterator("s", "TRIM_HORIZON");
    for (let behind = 1; behind !== 0 || counts.length === 0; ) {
      await kinesis.clock.pass(1000);
      const { Records = [], ...more }: Awaited<ReturnType<typeof kinesis.get>> = await kinesis.get(iterator);
      const bytes = Records.reduce(
        (sum, { Data, PartitionKey }) => sum + (Data?.length ?? 0) + Number(PartitionKey?.length),
        0,
      );
      assert.ok(bytes <= 10 * 1024 * 1024, `${bytes} bytes`);
      counts.push(Records.length);
      behind = more.MillisBehindLatest ?? 0;
      iterator = more.NextShardIterator;
    }
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      512,
    );
    assert.ok(counts.length > 1);
  });

  it("expire when their retention ends", async () => {
    await kinesis.stream("s");
    await kinesis.put("s", "k", "old");
    await kinesis.clock.pass(23 * hour);
    await kinesis.put("s", "k", "young");
    assert.deepEqual(await kinesis.texts("s"), ["old", "young"]);
    await kinesis.clock.pass(2 * hour);
    assert.deepEqual(await kinesis.texts("s"), ["young"]);
    await kinesis.clock.pass(24 * hour);
    const { Records, MillisBehindLatest } = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON"));
    assert.deepEqual([Records, MillisBehindLatest], [[], 0]);
  });

  it("have iterators that expire after five minutes", async () => {
    await kinesis.stream("s");
    const iterator = await kinesis.iterator("s", "TRIM_HORIZON");
    await kinesis.clock.pass(5 * minute);
    await kinesis.get(iterator);
    await kinesis.clock.pass(1);
    await assert.rejects(kinesis.get(iterator), {
      name: "ExpiredIteratorException",
      message:
        "Iterator expired. The iterator was created at time Thu Jan 01 00:00:00 UTC 2026 while right now it is Thu Jan 01 00:05:00 UTC 2026 which is further in the future than the tolerated delay of 300000 milliseconds.",
    });
  });

  it("are accepted up to the stream's maximum size, including the key", async () => {
    await kinesis.stream("s");
    const put = (bytes: number, PartitionKey = "k") =>
      kinesis.client.send(
        new PutRecordCommand({ StreamARN: streamArn("s"), PartitionKey, Data: Buffer.alloc(bytes, "x") }),
      );
    const most = 1024 * 1024;
    await put(most - 1);
    await assert.rejects(put(most), {
      name: "InvalidArgumentException",
      message: `The data and the partition key of a record have ${most + 1} bytes together; the stream takes at most ${most}.`,
    });
    await assert.rejects(put(most + 1), {
      name: "ValidationException",
      message: `1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=${most + 1} cap=${most + 1}]' at 'data' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    });
    await kinesis.call("UpdateMaxRecordSize", { StreamARN: streamArn("s"), MaxRecordSizeInKiB: 10_240 });
    await put(10 * most - 1);
    const { Records } = await kinesis.get(await kinesis.iterator("s", "LATEST"));
    assert.deepEqual(Records, []);
    const many = { PartitionKey: "k", Data: Buffer.alloc(most - 1, "x") };
    await assert.rejects(
      kinesis.client.send(new PutRecordsCommand({ StreamName: "s", Records: Array(11).fill(many) })),
      { name: "InvalidArgumentException", message: "Records size exceeds 10 MB limit" },
    );
  });

  it("are refused in Kinesis's words", async () => {
    await kinesis.stream("s");
    const at = (type: "AT_TIMESTAMP" | "AT_SEQUENCE_NUMBER", more: object) => kinesis.iterator("s", type, more);
    await assert.rejects(kinesis.put("none", "k", "a"), {
      name: "ResourceNotFoundException",
      message: "Stream none under account 000000000000 not found.",
    });
    await assert.rejects(kinesis.put("s", "", "a"), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value '' at 'partitionKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
    });
    await assert.rejects(kinesis.putAll("s"), { name: "ValidationException", message: /'\[\]' at 'records'/ });
    await assert.rejects(kinesis.iterator("s", "LATEST", { ShardId: shardId(1) }), {
      name: "ResourceNotFoundException",
      message: `Shard ${shardId(1)} in stream s under account 000000000000 does not exist`,
    });
    await assert.rejects(at("AT_TIMESTAMP", {}), { message: /^Must specify timestampInMillis parameter/ });
    await assert.rejects(at("AT_TIMESTAMP", { Timestamp: new Date(kinesis.clock.now() + 1000) }), {
      name: "InvalidArgumentException",
      message: /cannot be greater than the currentTimestampInMillis/,
    });
    await assert.rejects(at("AT_TIMESTAMP", { Timestamp: new Date(0), StartingSequenceNumber: "0" }), {
      message: /Request specified AT_TIMESTAMP and also a StartingSequenceNumber/,
    });
    await assert.rejects(at("AT_SEQUENCE_NUMBER", { StartingSequenceNumber: "49" }), {
      name: "InvalidArgumentException",
    });
    await assert.rejects(kinesis.get("bm90aGluZw=="), {
      name: "InvalidArgumentException",
      message: "Invalid ShardIterator.",
    });
    await kinesis.stream("other");
    await assert.rejects(
      kinesis.client.send(
        new GetRecordsCommand({
          StreamARN: streamArn("other"),
          ShardIterator: await kinesis.iterator("s", "LATEST"),
        }),
      ),
      { name: "InvalidArgumentException", message: /Invalid ShardIterator/ },
    );
  });

  it("notify the readers of a stream and of its consumers after each write, until they stop", async () => {
    await kinesis.stream("s");
    await kinesis.stream("other");
    const woken: string[] = [];
    const stop = kinesis.kinesis.onWrite(streamArn("s"), () => woken.push("stream"));
    kinesis.kinesis.onWrite(`${streamArn("s")}/consumer/c:1767225600`, () => woken.push("consumer"));
    await kinesis.put("other", "k", "a");
    assert.deepEqual(woken, []);
    await kinesis.put("s", "k", "a");
    assert.deepEqual(woken, ["stream", "consumer"]);
    stop();
    await kinesis.putAll("s", ["k", "b"]);
    assert.deepEqual(woken, ["stream", "consumer", "consumer"]);
  });
});
