// What Kinesis of the local run refuses besides, its limits, and what a faster clock makes of them.
import { strict as assert } from "node:assert";
import { DescribeLimitsCommand, ListShardsCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { Message } from "../../service/ask";
import { createClock } from "../../service/clock";
import { type KinesisUnderTest, shardId, startKinesis, startStill, streamArn } from "../support/kinesis";

const hour = 3_600_000;

describe("limits of Kinesis", () => {
  let kinesis: KinesisUnderTest;
  beforeEach(async () => {
    kinesis = await startStill();
  });
  afterEach(() => kinesis.stop());

  it("require a stream's name or its ARN", async () => {
    const record = { PartitionKey: "k", Data: "YQ==" };
    const inputs: Readonly<Record<string, Message>> = {
      PutRecord: record,
      PutRecords: { Records: [record] },
      GetShardIterator: { ShardId: shardId(0), ShardIteratorType: "LATEST" },
      DescribeStreamSummary: {},
      SplitShard: { ShardToSplit: shardId(0), NewStartingHashKey: "5" },
    };
    for (const [action, input] of Object.entries(inputs)) {
      await assert.rejects(kinesis.call(action, input), {
        code: "InvalidArgumentException",
        message: "Either StreamName or StreamARN should be provided.",
      });
    }
    await assert.rejects(kinesis.call("ListTagsForResource", { ResourceARN: "s" }), {
      code: "ValidationException",
      message: /'s' at 'resourceARN' failed to satisfy constraint/,
    });
  });

  it("count the account's open shards and on-demand streams", async () => {
    await kinesis.stream("s", 3);
    await kinesis.call("SplitShard", { StreamName: "s", ShardToSplit: shardId(0), NewStartingHashKey: "1000" });
    await kinesis.call("CreateStream", { StreamName: "t", StreamModeDetails: { StreamMode: "ON_DEMAND" } });
    const { $metadata: _, ...limits } = await kinesis.client.send(new DescribeLimitsCommand({}));
    assert.deepEqual(limits, {
      ShardLimit: 20_000,
      OpenShardCount: 8,
      OnDemandStreamCount: 1,
      OnDemandStreamCountLimit: 50,
    });
  });

  it("list 1,000 shards at once, and allow writes to more", async () => {
    await kinesis.stream("s", 1001);
    const { Shards = [], NextToken } = await kinesis.client.send(
      new ListShardsCommand({ StreamName: "s", MaxResults: 10_000 }),
    );
    assert.equal(Shards.length, 1000);
    const { Shards: rest } = await kinesis.client.send(new ListShardsCommand({ NextToken }));
    assert.deepEqual(
      rest?.map(({ ShardId }) => ShardId),
      [shardId(1000)],
    );
    const asked = [0, 17, 49, 50, 999].map((index) => Shards[index]);
    const { Records } = await kinesis.client.send(
      new PutRecordsCommand({
        StreamName: "s",
        Records: asked.map((shard) => ({
          PartitionKey: "k",
          ExplicitHashKey: shard?.HashKeyRange?.EndingHashKey,
          Data: Buffer.from("a"),
        })),
      }),
    );
    assert.deepEqual(
      Records?.map(({ ShardId }) => ShardId),
      asked.map((shard) => shard?.ShardId),
    );
  });

  it("allow a retention of 24 to 8,760 hours, and distinguish an increase from a decrease", async () => {
    await kinesis.stream("s");
    const set = (verb: "Increase" | "Decrease", RetentionPeriodHours: number) =>
      kinesis.call(`${verb}StreamRetentionPeriod`, { StreamName: "s", RetentionPeriodHours });
    await set("Increase", 8760);
    await kinesis.put("s", "k", "a");
    await kinesis.clock.pass(8759 * hour);
    assert.deepEqual(await kinesis.texts("s"), ["a"]);
    await assert.rejects(set("Increase", 8761), { code: "ValidationException", message: /at 'retentionPeriodHours'/ });
    await assert.rejects(set("Increase", 48), {
      code: "InvalidArgumentException",
      message:
        "Requested retention period (48 hours) for stream s can not be shorter than existing retention period (8760 hours). Use DecreaseRetentionPeriod API.",
    });
    await set("Decrease", 48);
    assert.deepEqual(await kinesis.texts("s"), []);
    await assert.rejects(set("Decrease", 72), {
      code: "InvalidArgumentException",
      message:
        "Requested retention period (72 hours) for stream s can not be longer than existing retention period (48 hours). Use IncreaseRetentionPeriod API.",
    });
    await assert.rejects(set("Decrease", 23), { code: "InvalidArgumentException", message: /^Minimum allowed/ });
  });

  it("write nothing with DryRun, and report what to do", async () => {
    await kinesis.stream("s");
    await assert.rejects(kinesis.call("PutRecord", { StreamName: "s", PartitionKey: "k", Data: "", DryRun: true }), {
      code: "UnsupportedOperationException",
      message:
        "Kinesis of the local run does not have DryRun (given to PutRecord); leave it out: permissions are checked when the action is performed.",
    });
    assert.deepEqual(await kinesis.texts("s"), []);
    const more = { StreamName: "t", ShardCount: 1 };
    for (const refused of [{ RecordDistributionStrategy: "AUTO" }, { WarmThroughputMiBps: 10 }]) {
      await assert.rejects(kinesis.call("CreateStream", { ...more, ...refused }), {
        code: "UnsupportedOperationException",
        message: /leave it out/,
      });
    }
    await kinesis.call("CreateStream", { ...more, RecordDistributionStrategy: "USER_PARTITION_KEY" });
  });

  it("require a sequence number of the shard for the iterator types that need one", async () => {
    await kinesis.stream("s", 2);
    const half = String(2n ** 127n);
    const { SequenceNumber } = await kinesis.call("PutRecord", {
      StreamName: "s",
      PartitionKey: "k",
      ExplicitHashKey: half,
      Data: "",
    });
    const StartingSequenceNumber = String(SequenceNumber);
    for (const type of ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"] as const) {
      await assert.rejects(kinesis.iterator("s", type), {
        name: "InvalidArgumentException",
        message: new RegExp(`Request specified ${type} and no StartingSequenceNumber`),
      });
      await assert.rejects(kinesis.iterator("s", type, { StartingSequenceNumber }), {
        name: "InvalidArgumentException",
        message: `Invalid StartingSequenceNumber. It encodes ${shardId(1)}, while it was used in a call to a shard with ${shardId(0)}`,
      });
    }
  });

  it("return no shard of a deleted stream, nor one that the next stream of its name does not have", async () => {
    await kinesis.stream("s", 2);
    const second = await kinesis.iterator("s", "TRIM_HORIZON", { ShardId: shardId(1) });
    await kinesis.call("DeleteStream", { StreamARN: streamArn("s") });
    await assert.rejects(kinesis.get(second), { name: "ResourceNotFoundException" });
    await kinesis.stream("s");
    await assert.rejects(kinesis.get(second), {
      name: "ResourceNotFoundException",
      message: `Shard ${shardId(1)} in stream s under account 000000000000 does not exist`,
    });
  });
});

describe("Kinesis on a faster clock", () => {
  it("timestamps records with that clock, and lets iterators expire by it", async () => {
    // An iterator is good for a second, in which a slow machine can use it.
    const clock = createClock(300);
    const kinesis = await startKinesis(clock);
    try {
      await kinesis.stream("s");
      const before = clock.now();
      await kinesis.put("s", "k", "a");
      const { Records } = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON"));
      const arrival = Number(Records?.[0]?.ApproximateArrivalTimestamp);
      assert.ok(before <= arrival && arrival <= clock.now(), `${before} ${arrival} ${clock.now()}`);
      const iterator = await kinesis.iterator("s", "LATEST");
      await clock.sleep(301_000);
      await assert.rejects(kinesis.get(iterator), { name: "ExpiredIteratorException" });
    } finally {
      await kinesis.stop();
    }
  });
});
