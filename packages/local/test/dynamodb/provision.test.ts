// The program's tables as they are created on DynamoDB of the local run.
import assert from "node:assert/strict";
import type { Value } from "@spillway/graph";
import { dynamodbProvisioners } from "../../dynamodb/provision";
import { createDynamoDb, type DynamoDb } from "../../dynamodb/service";
import { type Ask, createAsk, type Message } from "../../service/ask";
import { graphResource } from "../support/graph-resource";
import { accountId, region, user } from "../support/sqs";

const type = "aws:dynamodb/table:Table";
const streamArn = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders-dev/stream/2024-01-01T00:00:00.000";

const keyed = {
  attributes: [
    { name: "orderId", type: "S" },
    { name: "customerId", type: "S" },
    { name: "at", type: "N" },
  ],
  hashKey: "orderId",
  rangeKey: "at",
  billingMode: "PAY_PER_REQUEST",
  globalSecondaryIndexes: [{ name: "byCustomer", hashKey: "customerId", rangeKey: "at", projectionType: "KEYS_ONLY" }],
  localSecondaryIndexes: [
    { name: "local", rangeKey: "customerId", projectionType: "INCLUDE", nonKeyAttributes: ["total"] },
  ],
};

describe("tables of the program on the local run", () => {
  let services: DynamoDb;
  let ask: Ask;
  beforeEach(async () => {
    services = await createDynamoDb({ accountId, region, onExit: assert.fail });
    ask = createAsk([services.dynamodb, services.dynamodbstreams]);
  });
  afterEach(() => services.dynamodb.close());

  const provision = async (inputs: Record<string, Value>) => {
    const provisioner = dynamodbProvisioners(ask)[type];
    assert.ok(provisioner);
    await provisioner({
      ...graphResource(type, "orders", inputs, {
        name: "orders-dev",
        ...(inputs.streamEnabled === true && { streamArn }),
      }),
      id: "orders-dev",
    });
  };
  const dynamo = (action: string, more: Message = {}) =>
    ask(user, "dynamodb", action, { TableName: "orders-dev", ...more });
  const describeTable = async () => (await dynamo("DescribeTable")).Table as Record<string, Message & Message[]>;

  it("creates a table with its keys, indexes, time to live and recovery", async () => {
    await provision({
      ...keyed,
      ttl: { enabled: true, attributeName: "expiresAt" },
      pointInTimeRecovery: { enabled: true },
    });
    const created = await describeTable();
    assert.deepEqual(created.KeySchema, [
      { AttributeName: "orderId", KeyType: "HASH" },
      { AttributeName: "at", KeyType: "RANGE" },
    ]);
    assert.equal(created.BillingModeSummary?.BillingMode, "PAY_PER_REQUEST");
    assert.equal(created.GlobalSecondaryIndexes?.[0]?.IndexName, "byCustomer");
    assert.deepEqual(created.LocalSecondaryIndexes?.[0]?.Projection, {
      ProjectionType: "INCLUDE",
      NonKeyAttributes: ["total"],
    });
    assert.equal(created.StreamSpecification, undefined);
    assert.deepEqual((await dynamo("DescribeTimeToLive")).TimeToLiveDescription, {
      TimeToLiveStatus: "ENABLED",
      AttributeName: "expiresAt",
    });
    const backups = (await dynamo("DescribeContinuousBackups")).ContinuousBackupsDescription as Record<string, Message>;
    assert.equal(backups.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus, "ENABLED");
  });

  it("gives the stream the ARN with which the program was evaluated", async () => {
    await provision({ ...keyed, streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" });
    assert.equal((await describeTable()).LatestStreamArn, streamArn);
    await dynamo("PutItem", { Item: { orderId: { S: "o-1" }, at: { N: "1" } } });
    const answer = await ask(user, "dynamodbstreams", "DescribeStream", { StreamArn: streamArn });
    const description = answer.StreamDescription as { StreamArn: string; Shards: Message[] };
    assert.equal(description.StreamArn, streamArn);
    const iterator = await ask(user, "dynamodbstreams", "GetShardIterator", {
      StreamArn: streamArn,
      ShardId: description.Shards[0]?.ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    });
    const { Records } = await ask(user, "dynamodbstreams", "GetRecords", iterator);
    assert.equal((Records as unknown[]).length, 1);
  });

  it("updates a table of an earlier run to the program, and keeps its items", async () => {
    await provision({ ...keyed, tags: { old: "x" }, ttl: { enabled: true, attributeName: "expiresAt" } });
    await dynamo("PutItem", { Item: { orderId: { S: "o-1" }, at: { N: "1" } } });
    const globalSecondaryIndexes = [{ name: "byTime", hashKey: "at", projectionType: "ALL" }];
    const changed = { ...keyed, globalSecondaryIndexes, tags: { new: "y" }, deletionProtectionEnabled: true };
    await provision({ ...changed, streamEnabled: true, streamViewType: "NEW_IMAGE" });
    const now = await describeTable();
    assert.deepEqual(
      now.GlobalSecondaryIndexes?.map((index) => index.IndexName),
      ["byTime"],
    );
    assert.deepEqual(now.StreamSpecification, { StreamEnabled: true, StreamViewType: "NEW_IMAGE" });
    assert.equal(now.LatestStreamArn, streamArn);
    assert.equal(now.DeletionProtectionEnabled, true);
    assert.deepEqual((await dynamo("DescribeTimeToLive")).TimeToLiveDescription, { TimeToLiveStatus: "DISABLED" });
    assert.deepEqual((await dynamo("ListTagsOfResource", { ResourceArn: now.TableArn })).Tags, [
      { Key: "new", Value: "y" },
    ]);
    assert.equal((await dynamo("Scan")).Count, 1);
  });

  it("does not replace a table of an earlier run that has another key", async () => {
    await provision(keyed);
    await assert.rejects(provision({ attributes: [{ name: "id", type: "S" }], hashKey: "id" }), {
      message:
        /^aws:dynamodb\/table:Table "orders": the table of an earlier run has the key .*; remove the data directory to start with empty tables\.$/,
    });
  });

  it("reports which resource DynamoDB refuses, and why", async () => {
    await assert.rejects(provision({ ...keyed, attributes: [] }), {
      message: /^aws:dynamodb\/table:Table "orders": ValidationException: /,
    });
  });
});
