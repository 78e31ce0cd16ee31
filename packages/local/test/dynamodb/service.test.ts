// DynamoDB of the local run, through the front with AWS's own clients.
// Longer than 250 lines because all actions and the life of the server share one server here.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBackupCommand,
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTagsOfResourceCommand,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { loadTypeScript } from "../../../../test/support/load-typescript";
import { until } from "../../../../test/support/until";
import { createDynamoDb } from "../../dynamodb/service";
import { startFront } from "../../http/front";
import { createAsk, type Message } from "../../service/ask";
import { placeForDatabases } from "../../service/temporary-folder";
import { accountId, region, user } from "../support/sqs";

async function start(dataDir?: string) {
  const exits: string[] = [];
  const services = await createDynamoDb({ accountId, region, dataDir, onExit: (message) => exits.push(message) });
  const ask = createAsk([services.dynamodb, services.dynamodbstreams]);
  const front = await startFront({ port: 0, ask, identify: () => user, routes: [], region, accountId });
  const client = new DynamoDBClient({
    endpoint: front.address,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  const close = async () => {
    client.destroy();
    await front.close();
    await services.dynamodb.close();
    await services.dynamodbstreams.close();
  };
  return { ask, client, items: DynamoDBDocumentClient.from(client), exits, close };
}

const orders = (StreamViewType: "NEW_AND_OLD_IMAGES" | "NEW_IMAGE" | "KEYS_ONLY" = "NEW_AND_OLD_IMAGES") =>
  new CreateTableCommand({
    TableName: "orders",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "orderId", AttributeType: "S" },
      { AttributeName: "customerId", AttributeType: "S" },
    ],
    KeySchema: [{ AttributeName: "orderId", KeyType: "HASH" }],
    GlobalSecondaryIndexes: [
      {
        IndexName: "byCustomer",
        KeySchema: [{ AttributeName: "customerId", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType },
    Tags: [{ Key: "team", Value: "a" }],
  });

describe("DynamoDB of the local run", () => {
  let run: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    run = await start();
  });
  afterEach(() => run.close());

  async function records(streamArn: unknown, more: Message = { ShardIteratorType: "TRIM_HORIZON" }) {
    const streams = (action: string, input: Message) => run.ask(user, "dynamodbstreams", action, input);
    const { StreamDescription } = await streams("DescribeStream", { StreamArn: streamArn });
    const [shard] = (StreamDescription as { Shards: Message[] }).Shards;
    const iterator = await streams("GetShardIterator", { StreamArn: streamArn, ShardId: shard?.ShardId, ...more });
    const answer = await streams("GetRecords", { ShardIterator: iterator.ShardIterator });
    return answer.Records as readonly { eventName: string; awsRegion: string; eventID: string; dynamodb: Message }[];
  }

  it("names tables and streams with the run's region and account", async () => {
    const { TableDescription } = await run.client.send(orders());
    assert.equal(TableDescription?.TableArn, "arn:aws:dynamodb:eu-west-1:000000000000:table/orders");
    const label = TableDescription?.LatestStreamLabel ?? "";
    assert.match(label, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
    assert.equal(
      TableDescription?.LatestStreamArn,
      `arn:aws:dynamodb:eu-west-1:000000000000:table/orders/stream/${label}`,
    );
    const ResourceArn = TableDescription?.TableArn;
    const { Tags } = await run.client.send(new ListTagsOfResourceCommand({ ResourceArn }));
    assert.deepEqual(Tags, [{ Key: "team", Value: "a" }]);
    const { Streams } = await run.ask(user, "dynamodbstreams", "ListStreams", { TableName: "orders" });
    assert.deepEqual(Streams, [
      { StreamArn: TableDescription?.LatestStreamArn, TableName: "orders", StreamLabel: label },
    ]);
  });

  it("keeps items, with conditions, indexes, transactions and tables named by ARN", async () => {
    const { TableDescription } = await run.client.send(orders());
    const Item = { orderId: "o-1", customerId: "c-1", total: 12.5, tags: new Set(["a"]) };
    await run.items.send(new PutCommand({ TableName: TableDescription?.TableArn, Item }));
    const again = new PutCommand({ TableName: "orders", Item, ConditionExpression: "attribute_not_exists(orderId)" });
    await assert.rejects(run.items.send(again), { name: "ConditionalCheckFailedException" });
    const { Items } = await run.items.send(
      new QueryCommand({
        TableName: "orders",
        IndexName: "byCustomer",
        KeyConditionExpression: "customerId = :c",
        ExpressionAttributeValues: { ":c": "c-1" },
      }),
    );
    assert.deepEqual(Items, [Item]);
    const TableName = TableDescription?.TableArn;
    const key = { orderId: { S: "o-1" } };
    const cancelled = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: { orderId: { S: "o-2" } } } },
        { ConditionCheck: { TableName, Key: key, ConditionExpression: "attribute_not_exists(orderId)" } },
      ],
    });
    await assert.rejects(run.client.send(cancelled), (error: Error & { CancellationReasons?: { Code?: string }[] }) => {
      assert.equal(error.name, "TransactionCanceledException");
      assert.deepEqual(
        error.CancellationReasons?.map((reason) => reason.Code),
        ["None", "ConditionalCheckFailed"],
      );
      return true;
    });
    const none = await run.items.send(new GetCommand({ TableName: "orders", Key: { orderId: "o-2" } }));
    assert.equal(none.Item, undefined);
  });

  it("leaves user data that looks like the server's ARNs unchanged", async () => {
    await run.client.send(orders());
    const Item = { orderId: "arn:aws:dynamodb:dynoxide:000000000000:table/orders" };
    await run.items.send(new PutCommand({ TableName: "orders", Item }));
    const found = await run.items.send(new GetCommand({ TableName: "orders", Key: Item }));
    assert.deepEqual(found.Item, Item);
  });

  it("writes a stream record for each change, and none for a write that changes nothing", async () => {
    const { TableDescription } = await run.client.send(orders());
    const put = (Item: Record<string, unknown>) => run.items.send(new PutCommand({ TableName: "orders", Item }));
    await put({ orderId: "o-1", sizes: new Set(["s", "m"]), nested: { a: 1, b: [2] } });
    await put({ nested: { b: [2], a: 1 }, sizes: new Set(["m", "s"]), orderId: "o-1" });
    await run.items.send(
      new UpdateCommand({
        TableName: "orders",
        Key: { orderId: "o-1" },
        UpdateExpression: "SET nested.a = :one",
        ExpressionAttributeValues: { ":one": 1 },
      }),
    );
    await put({ orderId: "o-1", sizes: new Set(["s"]) });
    const found = await records(TableDescription?.LatestStreamArn);
    assert.deepEqual(
      found.map((record) => record.eventName),
      ["INSERT", "MODIFY"],
    );
    const [insert, modify] = found;
    assert.equal(insert?.awsRegion, "eu-west-1");
    assert.deepEqual(modify?.dynamodb.NewImage, { orderId: { S: "o-1" }, sizes: { SS: ["s"] } });
    assert.ok(modify?.dynamodb.OldImage);
    const sequence = String(insert?.dynamodb.SequenceNumber);
    assert.match(sequence, /^\d{21}$/);
    assert.ok(String(modify?.dynamodb.SequenceNumber) > sequence);
    const after = { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: sequence };
    assert.deepEqual(
      (await records(TableDescription?.LatestStreamArn, after)).map((record) => record.eventID),
      [modify?.eventID],
    );
  });

  it("takes a list in another order, a member more and a member of another name for changes", async () => {
    const { TableDescription } = await run.client.send(orders());
    // An attribute may have the name by which DynamoDB calls a set of strings.
    const items = [
      { SS: ["a", "b"] },
      { SS: ["b", "a"] },
      { SS: ["b", "a"], more: null },
      { SS: ["b", "a"], other: null },
    ];
    for (const item of items) {
      await run.items.send(new PutCommand({ TableName: "orders", Item: { orderId: "o-1", ...item } }));
    }
    assert.deepEqual(
      (await records(TableDescription?.LatestStreamArn)).map((record) => record.eventName),
      ["INSERT", "MODIFY", "MODIFY", "MODIFY"],
    );
  });

  it("includes in a stream record what the stream's view type selects", async () => {
    const { TableDescription } = await run.client.send(orders("KEYS_ONLY"));
    assert.equal(TableDescription?.StreamSpecification?.StreamViewType, "KEYS_ONLY");
    const put = (Item: Record<string, unknown>) => run.items.send(new PutCommand({ TableName: "orders", Item }));
    await put({ orderId: "o-1", a: 1 });
    await put({ orderId: "o-1", a: 1 });
    await put({ orderId: "o-1", a: 2 });
    const found = await records(TableDescription?.LatestStreamArn);
    assert.deepEqual(
      found.map((record) => record.eventName),
      ["INSERT", "MODIFY"],
    );
    for (const { dynamodb } of found) {
      assert.equal(dynamodb.StreamViewType, "KEYS_ONLY");
      assert.deepEqual(dynamodb.Keys, { orderId: { S: "o-1" } });
      assert.equal("NewImage" in dynamodb || "OldImage" in dynamodb, false);
    }
  });

  it("describes an open shard without an end", async () => {
    const { TableDescription } = await run.client.send(orders());
    await run.items.send(new PutCommand({ TableName: "orders", Item: { orderId: "o-1" } }));
    const StreamArn = TableDescription?.LatestStreamArn;
    const answer = await run.ask(user, "dynamodbstreams", "DescribeStream", { StreamArn });
    const stream = answer.StreamDescription as {
      Shards: { ShardId: string; SequenceNumberRange: object }[];
      KeySchema: unknown;
    };
    assert.match(stream.Shards[0]?.ShardId ?? "", /^shardId-\d{20}-[0-9a-f]{8}$/);
    assert.deepEqual(Object.keys(stream.Shards[0]?.SequenceNumberRange ?? {}), ["StartingSequenceNumber"]);
    assert.deepEqual(stream.KeySchema, [{ AttributeName: "orderId", KeyType: "HASH" }]);
    const unknown = `${StreamArn?.replace(/stream\/.*/, "stream/2020-01-01T00:00:00.000")}`;
    await assert.rejects(run.ask(user, "dynamodbstreams", "DescribeStream", { StreamArn: unknown }), {
      code: /ResourceNotFoundException$/,
    });
  });

  it("stores time to live and point-in-time recovery, and refuses backups by name", async () => {
    await run.client.send(orders());
    const TableName = "orders";
    const recovery = async () =>
      (await run.client.send(new DescribeContinuousBackupsCommand({ TableName }))).ContinuousBackupsDescription
        ?.PointInTimeRecoveryDescription;
    assert.equal((await recovery())?.PointInTimeRecoveryStatus, "DISABLED");
    await run.client.send(
      new UpdateContinuousBackupsCommand({
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      }),
    );
    const enabled = await recovery();
    assert.equal(enabled?.PointInTimeRecoveryStatus, "ENABLED");
    assert.equal(enabled?.RecoveryPeriodInDays, 7);
    assert.ok(enabled?.LatestRestorableDateTime instanceof Date);
    const TimeToLiveSpecification = { AttributeName: "expiresAt", Enabled: true };
    await run.client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const { TimeToLiveDescription } = await run.client.send(new DescribeTimeToLiveCommand({ TableName }));
    assert.deepEqual(TimeToLiveDescription, { AttributeName: "expiresAt", TimeToLiveStatus: "ENABLED" });
    await assert.rejects(run.client.send(new CreateBackupCommand({ TableName, BackupName: "b" })), {
      message: "DynamoDB of the local run does not have CreateBackup.",
    });
    const elsewhere = new DescribeContinuousBackupsCommand({ TableName: "nowhere" });
    await assert.rejects(run.client.send(elsewhere), { name: "ResourceNotFoundException" });
  });
});

describe("DynamoDB of the local run, from start to end", () => {
  const temporary = () =>
    readdirSync(placeForDatabases()).filter((name) => name.startsWith(`spillway-${process.pid}-`));
  /** The servers whose database is in the directory. */
  const servers = (directory: string) =>
    execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes("--db-path") && line.includes(directory))
      .map((line) => Number.parseInt(line, 10));

  it("keeps tables, items, streams and settings over a restart", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "spillway-test-"));
    try {
      let run = await start(dataDir);
      const { TableDescription } = await run.client.send(orders("NEW_IMAGE"));
      await run.items.send(new PutCommand({ TableName: "orders", Item: { orderId: "o-1" } }));
      await run.close();
      run = await start(dataDir);
      const { Table } = await run.client.send(new DescribeTableCommand({ TableName: "orders" }));
      assert.equal(Table?.LatestStreamArn, TableDescription?.LatestStreamArn);
      assert.equal(Table?.StreamSpecification?.StreamViewType, "NEW_IMAGE");
      const { Item } = await run.items.send(new GetCommand({ TableName: "orders", Key: { orderId: "o-1" } }));
      assert.deepEqual(Item, { orderId: "o-1" });
      await run.close();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it("leaves no server and no file behind when it is closed", async () => {
    const before = temporary();
    const run = await start();
    const [directory] = temporary().filter((name) => !before.includes(name));
    assert.ok(directory);
    assert.notEqual(servers(directory).length, 0);
    await run.close();
    assert.deepEqual(servers(directory), []);
    assert.equal(existsSync(join(placeForDatabases(), directory)), false);
    assert.deepEqual(run.exits, []);
  });

  it("runs its server, which would answer any web page, at an address that pages do not know", async function () {
    if (process.platform === "darwin") this.skip();
    const dataDir = mkdtempSync(join(tmpdir(), "spillway-test-"));
    const run = await start(dataDir);
    try {
      const [pid] = servers(dataDir);
      const command = execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
      const [, host, port] = /--host (\S+) --port (\d+)/.exec(command) ?? [];
      assert.match(host ?? "", /^127\.\d+\.\d+\.\d+$/);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
      await fetch(`http://${host}:${port}/`);
    } finally {
      await run.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it("reports when its server exits unexpectedly", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "spillway-test-"));
    const message = new Promise<string>((resolve, reject) => {
      createDynamoDb({ accountId, region, dataDir, onExit: resolve }).then(() => {
        for (const pid of servers(dataDir)) process.kill(pid, "SIGKILL");
      }, reject);
    });
    assert.match(await message, /^DynamoDB of the local run has ended \(dynoxide, .*\); start the local run again\.$/);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("ends its server and removes its files when its process is killed", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "spillway-test-"));
    const program = `
      process.env.TMPDIR = ${JSON.stringify(dataDir)};
      require(${JSON.stringify(join(__dirname, "../../dynamodb/service"))})
        .createDynamoDb({ accountId: "000000000000", region: "eu-west-1", onExit: () => undefined })
        .then(() => process.send("started"));`;
    const child = spawn(process.execPath, [...loadTypeScript, "-e", program], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => child.once("message", resolve));
    assert.notEqual(servers(dataDir).length, 0);
    child.kill("SIGKILL");
    await ended;
    await until(() => readdirSync(dataDir).length === 0, "its files are removed");
    await until(() => servers(dataDir).length === 0, "its server has ended");
    rmSync(dataDir, { recursive: true, force: true });
  });
});
