// Shards of Kinesis: split, merged, counted and listed, with what becomes of their readers.
import { strict as assert } from "node:assert";
import {
  ListShardsCommand,
  type ListShardsCommandInput,
  MergeShardsCommand,
  type Shard,
  SplitShardCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { type KinesisUnderTest, shardId, startStill, streamArn, textsOf } from "../support/kinesis";

const half = 2n ** 127n;
const hour = 3_600_000;

describe("shards of Kinesis", () => {
  let kinesis: KinesisUnderTest;
  beforeEach(async () => {
    kinesis = await startStill();
  });
  afterEach(() => kinesis.stop());

  const split = (index = 0, at: bigint = half) =>
    kinesis.client.send(
      new SplitShardCommand({ StreamName: "s", ShardToSplit: shardId(index), NewStartingHashKey: String(at) }),
    );
  const merge = (first: number, second: number) =>
    kinesis.client.send(
      new MergeShardsCommand({
        StreamARN: streamArn("s"),
        ShardToMerge: shardId(first),
        AdjacentShardToMerge: shardId(second),
      }),
    );
  const idsOf = (shards: readonly Shard[] = []) => shards.map(({ ShardId = "" }) => Number(ShardId.split("-")[1]));
  const listed = async (ShardFilter: ListShardsCommandInput["ShardFilter"]) =>
    idsOf((await kinesis.client.send(new ListShardsCommand({ StreamName: "s", ShardFilter }))).Shards);
  const openRanges = async () =>
    (await kinesis.shards("s"))
      .filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined)
      .map(({ HashKeyRange }) => [BigInt(HashKeyRange?.StartingHashKey ?? 0), BigInt(HashKeyRange?.EndingHashKey ?? 0)])
      .sort(([a = 0n], [b = 0n]) => (a < b ? -1 : 1));

  it("split one into two, to which its readers move on", async () => {
    await kinesis.stream("s");
    const latest = await kinesis.iterator("s", "LATEST");
    await kinesis.put("s", "k", "before");
    await split();
    const { ShardId: after = "" } = await kinesis.put("s", "k", "after");
    assert.ok([shardId(1), shardId(2)].includes(after), after);
    const { NextShardIterator, ChildShards, ...page } = await kinesis.get(latest);
    assert.deepEqual(textsOf({ ...page, ChildShards, NextShardIterator }), ["before"]);
    assert.equal(NextShardIterator, undefined);
    assert.deepEqual(ChildShards, [
      {
        ShardId: shardId(1),
        ParentShards: [shardId(0)],
        HashKeyRange: { StartingHashKey: "0", EndingHashKey: String(half - 1n) },
      },
      {
        ShardId: shardId(2),
        ParentShards: [shardId(0)],
        HashKeyRange: { StartingHashKey: String(half), EndingHashKey: String(2n * half - 1n) },
      },
    ]);
    assert.deepEqual(await kinesis.texts("s", after), ["after"]);
  });

  it("merge two into one, which names both parents to its reader", async () => {
    await kinesis.stream("s", 2);
    await kinesis.put("s", "k", "before");
    await merge(0, 1);
    await kinesis.put("s", "k", "after");
    assert.deepEqual(await kinesis.texts("s", shardId(2)), ["after"]);
    const ends = await Promise.all(
      [0, 1].map(async (index) =>
        kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON", { ShardId: shardId(index) })),
      ),
    );
    assert.deepEqual(ends.flatMap(textsOf), ["before"]);
    for (const { NextShardIterator, ChildShards } of ends) {
      assert.equal(NextShardIterator, undefined);
      assert.deepEqual(
        ChildShards?.map(({ ShardId, ParentShards }) => [ShardId, ParentShards]),
        [[shardId(2), [shardId(0), shardId(1)]]],
      );
    }
  });

  it("return the remaining records of a closed shard page by page", async () => {
    await kinesis.stream("s");
    await kinesis.putAll("s", ["k", "a"], ["k", "b"]);
    await split();
    const first = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON"), 1);
    assert.deepEqual([textsOf(first), first.ChildShards], [["a"], undefined]);
    const second = await kinesis.get(first.NextShardIterator, 1);
    assert.deepEqual([textsOf(second), second.ChildShards?.length], [["b"], 2]);
  });

  it("end for a reader when the records of a closed shard have expired", async () => {
    await kinesis.stream("s");
    await kinesis.put("s", "k", "a");
    await split();
    await kinesis.clock.pass(23 * hour);
    const iterator = await kinesis.iterator("s", "TRIM_HORIZON");
    await kinesis.get(iterator, 1);
    await kinesis.clock.pass(2 * hour);
    const { Records, ChildShards } = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON"));
    assert.deepEqual([Records, ChildShards?.length], [[], 2]);
    assert.deepEqual(idsOf(await kinesis.shards("s")), [1, 2], "closed for longer than the retention");
  });

  it("are listed by each kind of filter", async () => {
    await kinesis.stream("s");
    await kinesis.clock.pass(60_300);
    const before = new Date(kinesis.clock.now());
    await kinesis.clock.pass(60_300);
    await split();
    const at = new Date(kinesis.clock.now());
    await kinesis.clock.pass(60_300);
    const after = new Date(kinesis.clock.now());
    assert.deepEqual(await listed({ Type: "AT_LATEST" }), [1, 2]);
    assert.deepEqual(await listed({ Type: "AT_TRIM_HORIZON" }), [0]);
    assert.deepEqual(await listed({ Type: "FROM_TRIM_HORIZON" }), [0, 1, 2]);
    assert.deepEqual(await listed({ Type: "AFTER_SHARD_ID", ShardId: shardId(1) }), [2]);
    assert.deepEqual(await listed({ Type: "AT_TIMESTAMP", Timestamp: before }), [0]);
    assert.deepEqual(await listed({ Type: "AT_TIMESTAMP", Timestamp: after }), [1, 2]);
    assert.deepEqual(await listed({ Type: "AT_TIMESTAMP", Timestamp: at }), [0, 1, 2], "at the very moment");
    assert.deepEqual(await listed({ Type: "AT_TIMESTAMP", Timestamp: new Date(0) }), [0]);
    assert.deepEqual(await listed({ Type: "FROM_TIMESTAMP", Timestamp: before }), [0, 1, 2]);
    assert.deepEqual(await listed({ Type: "FROM_TIMESTAMP", Timestamp: after }), [1, 2]);
    await assert.rejects(listed({ Type: "AT_TIMESTAMP" }), { name: "InvalidArgumentException" });
    await assert.rejects(listed({ Type: "AFTER_SHARD_ID" }), { name: "InvalidArgumentException" });
  });

  it("are listed in pages, whose tokens expire", async () => {
    await kinesis.stream("s", 5);
    const first = await kinesis.client.send(new ListShardsCommand({ StreamARN: streamArn("s"), MaxResults: 2 }));
    const { NextToken } = first;
    const second = await kinesis.client.send(new ListShardsCommand({ NextToken, MaxResults: 2 }));
    const third = await kinesis.client.send(new ListShardsCommand({ NextToken: second.NextToken, MaxResults: 2 }));
    assert.deepEqual(
      [first, second, third].map(({ Shards }) => idsOf(Shards)),
      [[0, 1], [2, 3], [4]],
    );
    assert.equal(third.NextToken, undefined);
    for (const [member, more] of [
      ["StreamName", { StreamName: "s" }],
      ["StreamARN", { StreamARN: streamArn("s") }],
      ["ExclusiveStartShardId", { ExclusiveStartShardId: shardId(1) }],
    ] as const) {
      await assert.rejects(kinesis.client.send(new ListShardsCommand({ NextToken, ...more })), {
        name: "InvalidArgumentException",
        message: `NextToken and ${member} cannot be provided together.`,
      });
    }
    await kinesis.clock.pass(300_001);
    await assert.rejects(kinesis.client.send(new ListShardsCommand({ NextToken })), {
      name: "ExpiredNextTokenException",
    });
  });

  it("are created as UpdateShardCount says, of equal size, and keep the written records", async () => {
    await kinesis.stream("s", 2);
    await kinesis.put("s", "k", "a");
    const count = (TargetShardCount: number) =>
      kinesis.client.send(
        new UpdateShardCountCommand({ StreamName: "s", TargetShardCount, ScalingType: "UNIFORM_SCALING" }),
      );
    for (const target of [4, 3, 6, 4, 2, 1]) {
      const before = (await openRanges()).length;
      const { $metadata: _, ...answer } = await count(target);
      assert.deepEqual(answer, {
        StreamName: "s",
        StreamARN: streamArn("s"),
        CurrentShardCount: before,
        TargetShardCount: target,
      });
      const ranges = await openRanges();
      assert.equal(ranges.length, target);
      for (const [index, [start, end]] of ranges.entries()) {
        const off = Number((start ?? 0n) - (2n * half * BigInt(index)) / BigInt(target));
        assert.ok(Math.abs(off) < 65_536, `${index} of ${target} is off by ${off}`);
        assert.equal(end, (ranges[index + 1]?.[0] ?? 2n * half) - 1n);
      }
    }
    const texts = await Promise.all((await kinesis.shards("s")).map(({ ShardId }) => kinesis.texts("s", ShardId)));
    assert.deepEqual(texts.flat(), ["a"]);
    await assert.rejects(count(3), {
      name: "InvalidArgumentException",
      message:
        "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 1 Target shard count: 3",
    });
    for (const target of [2, 1, 2, 1]) await count(target);
    await assert.rejects(count(2), { name: "LimitExceededException" });
    await kinesis.clock.pass(24 * hour);
    await count(2);
  });

  it("refuse an invalid change, in Kinesis's words", async () => {
    await kinesis.stream("s", 3);
    await split(0, 1000n);
    const eligible = `Shard ${shardId(0)} in stream s under account 000000000000 has already been merged or split, and thus is not eligible for merging or splitting.`;
    await assert.rejects(split(0, 2000n), { name: "InvalidArgumentException", message: eligible });
    await assert.rejects(merge(0, 1), { name: "InvalidArgumentException", message: eligible });
    await assert.rejects(merge(3, 2), {
      name: "InvalidArgumentException",
      message: `Shards ${shardId(3)} and ${shardId(2)} in stream s under account 000000000000 are not an adjacent pair of shards eligible for merging`,
    });
    await assert.rejects(split(2, 5n), { name: "InvalidArgumentException", message: /NewStartingHashKey 5 used/ });
    await assert.rejects(split(9, 5n), {
      name: "ResourceNotFoundException",
      message: `Could not find shard ${shardId(9)} in stream s under account 000000000000.`,
    });
  });

  it("of an on-demand stream are four, and only Kinesis may change them", async () => {
    await kinesis.call("CreateStream", { StreamName: "s", StreamModeDetails: { StreamMode: "ON_DEMAND" } });
    assert.deepEqual(idsOf(await kinesis.shards("s")), [0, 1, 2, 3]);
    await assert.rejects(split(0, 5n), { name: "ValidationException", message: /ON_DEMAND/ });
    await assert.rejects(merge(0, 1), { name: "ValidationException" });
  });

  it("notify the readers of the stream when they change", async () => {
    await kinesis.stream("s");
    let woken = 0;
    kinesis.kinesis.onWrite(streamArn("s"), () => woken++);
    await split();
    await merge(1, 2);
    assert.equal(woken, 2);
  });
});
