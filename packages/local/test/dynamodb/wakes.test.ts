// Readers of a table's stream are woken after each write, so that they need not ask all the time.
import assert from "node:assert/strict";
import { createDynamoDb } from "../../dynamodb/service";
import { createAsk, type Message } from "../../service/ask";
import { accountId, region, user } from "../support/sqs";

describe("a reader of a table's stream", () => {
  let services: Awaited<ReturnType<typeof createDynamoDb>>;
  let wakes: number;
  const ask = (action: string, input: Message, service = "dynamodb") =>
    createAsk([services.dynamodb, services.dynamodbstreams])(user, service, action, input);
  const create = async (TableName: string) => {
    const { TableDescription } = await ask("CreateTable", {
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    });
    return String((TableDescription as Message).LatestStreamArn);
  };
  let streamArn: string;
  let end: () => void;
  beforeEach(async () => {
    services = await createDynamoDb({ accountId, region, onExit: () => {} });
    streamArn = await create("orders");
    await create("others");
    wakes = 0;
    end = services.onWrite(streamArn, () => {
      wakes += 1;
    });
  });
  afterEach(() => services.dynamodb.close());

  const item = (id: string) => ({ id: { S: id } });
  const writes: readonly [string, Message][] = [
    ["PutItem", { TableName: "orders", Item: item("a") }],
    ["PutItem", { TableName: `arn:aws:dynamodb:${region}:${accountId}:table/orders`, Item: item("a") }],
    ["UpdateItem", { TableName: "orders", Key: item("a") }],
    ["DeleteItem", { TableName: "orders", Key: item("a") }],
    ["BatchWriteItem", { RequestItems: { orders: [{ PutRequest: { Item: item("a") } }] } }],
    ["TransactWriteItems", { TransactItems: [{ Put: { TableName: "orders", Item: item("a") } }] }],
    ["ExecuteStatement", { Statement: `INSERT INTO "orders" VALUE {'id':'a'}` }],
  ];
  for (const [action, input] of writes) {
    it(`is notified of ${action}${String(input.TableName).startsWith("arn:") ? " by ARN" : ""}`, async () => {
      await ask(action, input);
      assert.equal(wakes, 1);
    });
  }

  it("is notified of nothing else, and of nothing after it has stopped", async () => {
    await ask("GetItem", { TableName: "orders", Key: item("a") });
    await ask("PutItem", { TableName: "others", Item: item("a") });
    const refused = { TableName: "orders", Item: item("a"), ConditionExpression: "attribute_exists(id)" };
    await assert.rejects(ask("PutItem", refused), /conditional/);
    assert.equal(wakes, 0);
    end();
    await ask("PutItem", { TableName: "orders", Item: item("a") });
    assert.equal(wakes, 0);
  });

  it("receives iterators that name their stream, as on AWS", async () => {
    const { StreamDescription } = await ask("DescribeStream", { StreamArn: streamArn }, "dynamodbstreams");
    const [shard] = (StreamDescription as { Shards: Message[] }).Shards;
    await ask("PutItem", { TableName: "orders", Item: item("a") });
    const input = { StreamArn: streamArn, ShardId: shard?.ShardId, ShardIteratorType: "TRIM_HORIZON" };
    const { ShardIterator } = await ask("GetShardIterator", input, "dynamodbstreams");
    assert.ok(String(ShardIterator).startsWith(`${streamArn}|1|`));
    const first = await ask("GetRecords", { ShardIterator }, "dynamodbstreams");
    assert.equal((first.Records as unknown[]).length, 1);
    assert.ok(String(first.NextShardIterator).startsWith(`${streamArn}|1|`));
    const next = await ask("GetRecords", { ShardIterator: first.NextShardIterator }, "dynamodbstreams");
    assert.deepEqual(next.Records, []);
    await assert.rejects(ask("GetRecords", { ShardIterator: "x" }, "dynamodbstreams"), /Invalid ShardIterator/);
  });
});
