// The program's streams and consumers as they are created on Kinesis of the local run, and who may use them.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Graph } from "@spillway/graph";
import { recordProgram } from "@spillway/graph/record";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import { kinesisProvisioners } from "../../kinesis/provision";
import type { Message, Principal } from "../../service/ask";
import { type KinesisUnderTest, shardId, startStill, streamArn } from "../support/kinesis";
import { accountId, region } from "../support/sqs";

describe("streams of the program on the local run", () => {
  let kinesis: KinesisUnderTest;
  beforeEach(async () => {
    kinesis = await startStill();
  });
  afterEach(() => kinesis.stop());

  /** Evaluates the program, and creates each of its resources. */
  const start = async (program: () => void): Promise<Graph> => {
    const graph = await recordProgram(async () => program(), { config: { "aws:region": region } });
    const provisioners = kinesisProvisioners(kinesis.ask);
    for (const resource of graph.resources) await provisioners[resource.type]?.(resource);
    return graph;
  };
  const stream = (args: aws.kinesis.StreamArgs, opts?: pulumi.CustomResourceOptions) =>
    start(() => {
      new aws.kinesis.Stream("s", { name: "s", ...args }, opts);
    });
  const summary = async () => {
    const answer = await kinesis.call("DescribeStreamSummary", { StreamName: "s" });
    return answer.StreamDescriptionSummary as Message;
  };

  it("have all settings of the program", async () => {
    await stream({
      shardCount: 3,
      retentionPeriod: 168,
      encryptionType: "KMS",
      kmsKeyId: "alias/aws/kinesis",
      shardLevelMetrics: ["IncomingBytes"],
      maxRecordSizeInKib: 4096,
      enforceConsumerDeletion: true,
      tags: { team: "a" },
    });
    const { StreamCreationTimestamp: _, ...found } = await summary();
    assert.deepEqual(found, {
      ConsumerCount: 0,
      EncryptionType: "KMS",
      EnhancedMonitoring: [{ ShardLevelMetrics: ["IncomingBytes"] }],
      KeyId: "alias/aws/kinesis",
      MaxRecordSizeInKiB: 4096,
      OpenShardCount: 3,
      RetentionPeriodHours: 168,
      StreamARN: streamArn("s"),
      StreamModeDetails: { StreamMode: "PROVISIONED" },
      StreamName: "s",
      StreamStatus: "ACTIVE",
    });
    const { Tags } = await kinesis.call("ListTagsForStream", { StreamName: "s" });
    assert.deepEqual(Tags, [{ Key: "team", Value: "a" }]);
  });

  it("have four shards on demand", async () => {
    await stream({ streamModeDetails: { streamMode: "ON_DEMAND" } });
    const { OpenShardCount, StreamModeDetails, RetentionPeriodHours } = await summary();
    assert.deepEqual([OpenShardCount, StreamModeDetails, RetentionPeriodHours], [4, { StreamMode: "ON_DEMAND" }, 24]);
  });

  it("have consumers with the ARN that the program knows", async () => {
    const graph = await start(() => {
      const { arn } = new aws.kinesis.Stream("s", { name: "s", shardCount: 1 });
      new aws.kinesis.StreamConsumer("c", { streamArn: arn, tags: { of: "c" } });
    });
    const { outputs } = graph.resources.find(({ name }) => name === "c") ?? assert.fail("no consumer");
    const { ConsumerDescription } = await kinesis.call("DescribeStreamConsumer", { ConsumerARN: outputs.arn });
    const { ConsumerName, ConsumerARN, ConsumerCreationTimestamp } = ConsumerDescription as Message;
    assert.deepEqual([ConsumerName, ConsumerARN], [outputs.name, outputs.arn]);
    assert.equal(Number(ConsumerCreationTimestamp) * 1000, Date.parse(String(outputs.creationTimestamp)));
    const { Tags } = await kinesis.call("ListTagsForResource", { ResourceARN: outputs.arn });
    assert.deepEqual(Tags, [{ Key: "of", Value: "c" }]);
  });

  it("are refused by name, with the reason", async () => {
    const refused = (args: aws.kinesis.StreamArgs, message: RegExp) => assert.rejects(stream(args), { message });
    await refused({}, /^aws:kinesis\/stream:Stream "s": InvalidArgumentException: ShardCount must be specified/);
    await refused(
      { shardCount: 2, streamModeDetails: { streamMode: "ON_DEMAND" } },
      /ShardCount must not be specified for a stream in ON_DEMAND mode, 2 given/,
    );
    await refused({ shardCount: 1, retentionPeriod: 12 }, /retentionPeriod must be 24 to 8760 hours, 12 given/);
    await refused({ shardCount: 1, encryptionType: "KMS" }, /encryptionType KMS needs kmsKeyId/);
    await refused({ shardCount: 1, encryptionType: "AES" }, /encryptionType must be NONE or KMS, "AES" given/);
    await refused({ shardCount: 1, maxRecordSizeInKib: 512 }, /'maxRecordSizeInKiB' failed to satisfy constraint/);
    await assert.rejects(stream({ shardCount: 1 }, { import: "s" }), { message: /run it without the import/ });
    const orphan = start(() => {
      new aws.kinesis.StreamConsumer("c", { streamArn: streamArn("none") });
    });
    await assert.rejects(orphan, {
      message: /streamConsumer:StreamConsumer "c": ResourceNotFoundException: Stream none under account/,
    });
  });

  describe("called by a function", () => {
    let may: (action: string, input: Message) => string;
    beforeEach(async () => {
      const graph = await start(() => {
        const { arn } = new aws.kinesis.Stream("s", { name: "s", shardCount: 2 });
        new aws.kinesis.Stream("other", { name: "other", shardCount: 1 });
        const consumer = new aws.kinesis.StreamConsumer("c", { name: "c", streamArn: arn });
        const role = new aws.iam.Role("r", { name: "r", assumeRolePolicy: '{"Statement":[]}' });
        const Effect = "Allow" as const;
        const policy = {
          Version: "2012-10-17" as const,
          Statement: [
            { Effect, Action: ["kinesis:PutRecords", "kinesis:GetRecords", "kinesis:ListShards"], Resource: arn },
            { Effect, Action: ["kinesis:DescribeStreamConsumer"], Resource: consumer.arn },
          ],
        };
        new aws.iam.RolePolicy("p", { role: role.name, policy });
      });
      const permissions = createPermissions(new Iam(graph, { accountId, region }), {
        accountId,
        region,
        streamOf: kinesis.kinesis.streamOf,
      });
      const roleArn = `arn:aws:iam::${accountId}:role/r`;
      const principal: Principal = { kind: "function", functionName: "f", roleArn };
      may = (action, input) => {
        try {
          permissions.before?.(principal, "kinesis", action, input);
          return "allowed";
        } catch (error) {
          return (error as Error).message;
        }
      };
    });

    it("are authorised by name, by ARN, by iterator, by token and by consumer", async () => {
      assert.equal(may("PutRecords", { StreamName: "s" }), "allowed");
      assert.equal(may("PutRecords", { StreamARN: streamArn("s") }), "allowed");
      assert.equal(
        may("PutRecord", { StreamName: "s" }),
        `User: arn:aws:sts::${accountId}:assumed-role/r/f is not authorized to perform: kinesis:PutRecord on resource: ${streamArn("s")} because no identity-based policy allows the kinesis:PutRecord action`,
      );
      assert.match(may("PutRecords", { StreamName: "other" }), /not authorized/);
      assert.match(may("ListStreams", {}), /on resource: \* because/);
      const at = { ShardId: shardId(0), ShardIteratorType: "LATEST" };
      const { ShardIterator: own } = await kinesis.call("GetShardIterator", { StreamName: "s", ...at });
      const { ShardIterator: foreign } = await kinesis.call("GetShardIterator", { StreamName: "other", ...at });
      assert.equal(may("GetRecords", { ShardIterator: own }), "allowed");
      assert.match(may("GetRecords", { ShardIterator: foreign }), /on resource: .*:stream\/other because/);
      assert.match(may("GetRecords", { ShardIterator: foreign, StreamARN: streamArn("s") }), /stream\/other because/);
      const { NextToken } = await kinesis.call("ListShards", { StreamName: "s", MaxResults: 1 });
      assert.equal(may("ListShards", { NextToken }), "allowed");
      const consumer = `${streamArn("s")}/consumer/c:1767225600`;
      assert.equal(may("DescribeStreamConsumer", { ConsumerARN: consumer }), "allowed");
      assert.match(
        may("SubscribeToShard", { ConsumerARN: consumer }),
        /on resource: .*\/consumer\/c:1767225600 because/,
      );
    });
  });
});
