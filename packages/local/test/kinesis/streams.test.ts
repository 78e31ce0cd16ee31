// Streams of Kinesis as a whole: their settings, tags and consumers, and what is refused of them.
import { strict as assert } from "node:assert";
import {
  CreateStreamCommand,
  type CreateStreamCommandInput,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  ListStreamConsumersCommand,
  ListStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
} from "@aws-sdk/client-kinesis";
import { type KinesisUnderTest, shardId, startStill, streamArn } from "../support/kinesis";

describe("streams of Kinesis", () => {
  let kinesis: KinesisUnderTest;
  beforeEach(async () => {
    kinesis = await startStill();
  });
  afterEach(() => kinesis.stop());

  const create = (StreamName: string, more: Partial<CreateStreamCommandInput> = {}) =>
    kinesis.client.send(new CreateStreamCommand({ StreamName, ShardCount: 1, ...more }));
  const summary = async (StreamName: string) =>
    (await kinesis.client.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;
  const register = (ConsumerName: string, StreamARN = streamArn("s")) =>
    kinesis.client.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }));

  it("are described as AWS does, by name and by ARN", async () => {
    await create("s", { ShardCount: 2 });
    const { StreamDescription: byName } = await kinesis.client.send(new DescribeStreamCommand({ StreamName: "s" }));
    const { StreamDescription: byArn } = await kinesis.client.send(
      new DescribeStreamCommand({ StreamARN: streamArn("s") }),
    );
    assert.deepEqual(byName, byArn);
    const { Shards = [], StreamCreationTimestamp, ...description } = byName ?? {};
    assert.deepEqual(description, {
      EncryptionType: "NONE",
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
      HasMoreShards: false,
      RetentionPeriodHours: 24,
      StreamARN: streamArn("s"),
      StreamModeDetails: { StreamMode: "PROVISIONED" },
      StreamName: "s",
      StreamStatus: "ACTIVE",
    });
    assert.ok(StreamCreationTimestamp instanceof Date);
    assert.deepEqual(
      Shards.map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange?.StartingHashKey, HashKeyRange?.EndingHashKey]),
      [
        [shardId(0), "0", String(2n ** 127n - 1n)],
        [shardId(1), String(2n ** 127n), String(2n ** 128n - 1n)],
      ],
    );
    const { OpenShardCount, ConsumerCount, MaxRecordSizeInKiB } = (await summary("s")) ?? {};
    assert.deepEqual([OpenShardCount, ConsumerCount, MaxRecordSizeInKiB], [2, 0, 1024]);
  });

  it("are listed in pages, by name", async () => {
    for (const name of ["c", "a", "b"]) await create(name);
    const first = await kinesis.client.send(new ListStreamsCommand({ Limit: 2 }));
    assert.deepEqual([first.StreamNames, first.HasMoreStreams], [["a", "b"], true]);
    assert.equal(first.StreamSummaries?.[1]?.StreamARN, streamArn("b"));
    const second = await kinesis.client.send(new ListStreamsCommand({ NextToken: first.NextToken }));
    assert.deepEqual([second.StreamNames, second.HasMoreStreams], [["c"], false]);
  });

  it("keep the settings that they are given", async () => {
    await create("s", { MaxRecordSizeInKiB: 2048 });
    await kinesis.call("IncreaseStreamRetentionPeriod", { StreamARN: streamArn("s"), RetentionPeriodHours: 168 });
    await kinesis.call("StartStreamEncryption", { StreamName: "s", EncryptionType: "KMS", KeyId: "alias/aws/kinesis" });
    await kinesis.call("EnableEnhancedMonitoring", { StreamName: "s", ShardLevelMetrics: ["ALL"] });
    await kinesis.call("DisableEnhancedMonitoring", { StreamName: "s", ShardLevelMetrics: ["OutgoingBytes"] });
    const { RetentionPeriodHours, EncryptionType, KeyId, EnhancedMonitoring, MaxRecordSizeInKiB } =
      (await summary("s")) ?? {};
    assert.deepEqual(
      [RetentionPeriodHours, EncryptionType, KeyId, MaxRecordSizeInKiB],
      [168, "KMS", "alias/aws/kinesis", 2048],
    );
    assert.equal(EnhancedMonitoring?.[0]?.ShardLevelMetrics?.length, 6);
    assert.equal((await kinesis.put("s", "k", "a")).EncryptionType, "KMS");
    const { Records } = await kinesis.get(await kinesis.iterator("s", "TRIM_HORIZON"));
    assert.equal(Records?.[0]?.EncryptionType, "KMS");
    await kinesis.call("StopStreamEncryption", {
      StreamName: "s",
      EncryptionType: "KMS",
      KeyId: "alias/aws/kinesis",
    });
    await kinesis.call("DecreaseStreamRetentionPeriod", { StreamName: "s", RetentionPeriodHours: 24 });
    const after = await summary("s");
    assert.deepEqual([after?.EncryptionType, after?.RetentionPeriodHours], ["NONE", 24]);
  });

  it("can switch their mode twice a day", async () => {
    await create("s");
    const to = (StreamMode: string) =>
      kinesis.call("UpdateStreamMode", { StreamARN: streamArn("s"), StreamModeDetails: { StreamMode } });
    await to("ON_DEMAND");
    await to("PROVISIONED");
    await assert.rejects(to("ON_DEMAND"), { code: "LimitExceededException" });
    await kinesis.clock.pass(24 * 3_600_000 + 1);
    await to("ON_DEMAND");
    assert.equal((await summary("s"))?.StreamModeDetails?.StreamMode, "ON_DEMAND");
  });

  it("are refused in Kinesis's words", async () => {
    await create("s");
    await assert.rejects(create("s"), {
      name: "ResourceInUseException",
      message: "Stream s under account 000000000000 already exists.",
    });
    await assert.rejects(create("a b"), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value 'a b' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    });
    await assert.rejects(create("t", { ShardCount: undefined }), { name: "InvalidArgumentException" });
    await assert.rejects(create("t", { StreamModeDetails: { StreamMode: "ON_DEMAND" } }), {
      name: "InvalidArgumentException",
      message: "ShardCount must not be specified for a stream in ON_DEMAND mode, 1 given.",
    });
    await assert.rejects(kinesis.call("IncreaseStreamRetentionPeriod", { StreamName: "s", RetentionPeriodHours: 23 }), {
      code: "InvalidArgumentException",
      message: "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.",
    });
    await assert.rejects(summary("none"), {
      name: "ResourceNotFoundException",
      message: "Stream none under account 000000000000 not found.",
    });
    const elsewhere = streamArn("s").replace("000000000000", "111111111111");
    await assert.rejects(kinesis.client.send(new DescribeStreamCommand({ StreamARN: elsewhere })), {
      name: "ResourceNotFoundException",
    });
    await assert.rejects(
      kinesis.client.send(new DescribeStreamCommand({ StreamARN: streamArn("s"), StreamName: "other" })),
      { name: "InvalidArgumentException" },
    );
    await assert.rejects(kinesis.call("PutResourcePolicy", {}), { code: "UnsupportedOperationException" });
    await assert.rejects(kinesis.call("PutNothing", {}), { code: "UnknownOperationException" });
  });

  it("can be deleted, with their records, and created again", async () => {
    await create("s");
    await kinesis.put("s", "k", "a");
    await kinesis.client.send(new DeleteStreamCommand({ StreamARN: streamArn("s") }));
    await assert.rejects(summary("s"), { name: "ResourceNotFoundException" });
    await create("s");
    assert.deepEqual(await kinesis.texts("s"), []);
  });

  it("have tags, and so have their consumers", async () => {
    await create("s", { Tags: { team: "a" } });
    await kinesis.call("AddTagsToStream", { StreamName: "s", Tags: { stage: "dev", more: "1" } });
    await kinesis.call("RemoveTagsFromStream", { StreamName: "s", TagKeys: ["more"] });
    const expected = [
      { Key: "stage", Value: "dev" },
      { Key: "team", Value: "a" },
    ];
    const byName = await kinesis.client.send(new ListTagsForStreamCommand({ StreamName: "s" }));
    assert.deepEqual([byName.Tags, byName.HasMoreTags], [expected, false]);
    const { Consumer } = await register("c");
    await kinesis.call("TagResource", { ResourceARN: Consumer?.ConsumerARN, Tags: { of: "consumer" } });
    for (const [ResourceARN, tags] of [
      [streamArn("s"), expected],
      [Consumer?.ConsumerARN, [{ Key: "of", Value: "consumer" }]],
    ] as const) {
      assert.deepEqual((await kinesis.client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags, tags);
    }
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`t${index}`, ""]));
    await assert.rejects(kinesis.call("TagResource", { ResourceARN: streamArn("s"), Tags: many }), {
      code: "LimitExceededException",
    });
  });

  it("have consumers, which are registered, described, listed and deregistered", async () => {
    await create("s");
    const { Consumer } = await register("c2");
    await register("c1");
    const arn = `${streamArn("s")}/consumer/c2:${Math.floor(kinesis.clock.now() / 1000)}`;
    assert.deepEqual([Consumer?.ConsumerARN, Consumer?.ConsumerStatus], [arn, "CREATING"]);
    const { ConsumerDescription } = await kinesis.client.send(new DescribeStreamConsumerCommand({ ConsumerARN: arn }));
    assert.deepEqual(
      [ConsumerDescription?.ConsumerName, ConsumerDescription?.ConsumerStatus, ConsumerDescription?.StreamARN],
      ["c2", "ACTIVE", streamArn("s")],
    );
    const list = async (MaxResults?: number, NextToken?: string) =>
      kinesis.client.send(new ListStreamConsumersCommand({ StreamARN: streamArn("s"), MaxResults, NextToken }));
    const first = await list(1);
    const second = await list(1, first.NextToken);
    assert.deepEqual(
      [...(first.Consumers ?? []), ...(second.Consumers ?? [])].map(({ ConsumerName }) => ConsumerName),
      ["c1", "c2"],
    );
    await assert.rejects(register("c1"), { name: "ResourceInUseException" });
    await assert.rejects(kinesis.client.send(new DeleteStreamCommand({ StreamName: "s" })), {
      name: "ResourceInUseException",
    });
    await kinesis.client.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }));
    await assert.rejects(kinesis.client.send(new DescribeStreamConsumerCommand({ ConsumerARN: arn })), {
      name: "ResourceNotFoundException",
    });
    await kinesis.client.send(new DeleteStreamCommand({ StreamName: "s", EnforceConsumerDeletion: true }));
    await create("s");
    for (let index = 0; index < 20; index++) await register(`c${index}`);
    await assert.rejects(register("one-more"), { name: "LimitExceededException" });
  });

  it("refuse SubscribeToShard and say what to use instead", async () => {
    await create("s");
    const { Consumer } = await register("c");
    const subscribe = new SubscribeToShardCommand({
      ConsumerARN: Consumer?.ConsumerARN,
      ShardId: shardId(0),
      StartingPosition: { Type: "LATEST" },
    });
    await assert.rejects(kinesis.client.send(subscribe), {
      name: "UnsupportedOperationException",
      message:
        "Kinesis of the local run does not have SubscribeToShard; read with GetRecords, or with an event source mapping: one for a consumer's ARN reads the consumer's stream.",
    });
  });

  it("are gone once the run is closed", async () => {
    await create("s");
    await kinesis.kinesis.close();
    await kinesis.kinesis.close();
    await assert.rejects(kinesis.call("ListStreams", {}), { code: "ServiceUnavailable" });
  });
});
