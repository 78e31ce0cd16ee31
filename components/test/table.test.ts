import { strict as assert } from "node:assert";
import { note, reading } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { readTable, sendTo } from "../binding";
import { QueueConsumer } from "../queue-consumer";
import { Table } from "../table";

const tableType = "aws:dynamodb/table:Table";

describe("Table", () => {
  it("is on demand, with point-in-time recovery, when given its keys alone", async () => {
    const graph = await Recorded.of(
      () => void new Table("orders", { hashKey: "orderId", rangeKey: "at", types: { at: "N" } }),
    );
    assert.deepEqual(graph.one(tableType).inputs, {
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      hashKey: "orderId",
      rangeKey: "at",
      attributes: [
        { name: "orderId", type: "S" },
        { name: "at", type: "N" },
      ],
      deletionProtectionEnabled: false,
    });
    assert.equal(graph.one(tableType).options.protect, false);
  });

  it("has its stream, time to live and indexes, and declares each key attribute once", async () => {
    const graph = await Recorded.of(
      () =>
        void new Table("orders", {
          hashKey: "orderId",
          stream: true,
          timeToLive: "expiresAt",
          indexes: {
            "by-status": { hashKey: "status", rangeKey: "orderId", projection: "KEYS_ONLY" },
            "by-customer": { hashKey: "customerId", projection: ["total"] },
          },
        }),
    );
    const { inputs, outputs } = graph.one(tableType);
    assert.deepEqual([inputs.streamEnabled, inputs.streamViewType], [true, "NEW_AND_OLD_IMAGES"]);
    assert.match(String(outputs.streamArn), /:table\/orders-.*\/stream\//);
    assert.deepEqual(inputs.ttl, { attributeName: "expiresAt", enabled: true });
    assert.deepEqual(
      (inputs.attributes as { name: string }[]).map(({ name }) => name),
      ["orderId", "status", "customerId"],
    );
    assert.deepEqual(inputs.globalSecondaryIndexes, [
      {
        name: "by-status",
        keySchemas: [
          { attributeName: "status", keyType: "HASH" },
          { attributeName: "orderId", keyType: "RANGE" },
        ],
        projectionType: "KEYS_ONLY",
      },
      {
        name: "by-customer",
        keySchemas: [{ attributeName: "customerId", keyType: "HASH" }],
        projectionType: "INCLUDE",
        nonKeyAttributes: ["total"],
      },
    ]);
  });

  it("cannot be deleted, by Pulumi or by DynamoDB, where it is protected", async () => {
    const graph = await Recorded.of(() => void new Table("orders", { hashKey: "orderId", protect: true }));
    const { inputs, options } = graph.one(tableType);
    assert.deepEqual([inputs.deletionProtectionEnabled, options.protect], [true, true]);
  });

  it("lets its readers query its own indexes, and no others", async () => {
    const graph = await Recorded.of(() => {
      const indexes = { "by-customer": { hashKey: "customerId" }, "by-status": { hashKey: "status" } };
      const table = readTable(new Table("orders", { hashKey: "orderId", indexes }));
      const next = sendTo(new QueueConsumer("next", { callback: note }));
      new QueueConsumer("jobs", { callback: reading, bindings: { table, next } });
      const plain = readTable(new Table("plain", { hashKey: "id" }));
      new QueueConsumer("others", { callback: reading, bindings: { table: plain, next } });
    });
    const queried = (name: string) =>
      (
        graph.json("aws:iam/rolePolicy:RolePolicy", name, "policy").Statement as {
          Action: string[];
          Resource: string[];
        }[]
      )
        .filter(({ Action }) => Action.includes("dynamodb:Query"))
        .flatMap(({ Resource }) => Resource);
    const arn = (name: string) => String(graph.one(tableType, name).outputs.arn);
    const orders = arn("orders");
    assert.deepEqual(queried("jobs"), [orders, `${orders}/index/by-customer`, `${orders}/index/by-status`]);
    assert.deepEqual(queried("others"), [arn("plain")]);
  });

  it("takes over a table that the program had declared without it", async () => {
    const graph = await Recorded.of(() => void new Table("orders", { hashKey: "orderId" }));
    assert.match(JSON.stringify(graph.one(tableType).options.aliases), /"noparent":true/);
  });

  it("reports everything that DynamoDB would refuse together", async () => {
    const says = await refusal(
      () =>
        void new Table("orders", {
          hashKey: "id",
          rangeKey: "id",
          types: { total: "N" },
          indexes: { x: { hashKey: "a", rangeKey: "a" }, ok: { hashKey: "" } },
        }),
    );
    for (const part of [
      'hashKey and rangeKey are both "id"',
      'types names "total", which is not a key',
      'indexes has "x"; DynamoDB allows 3 to 255',
      'index "x" has "a" as both keys',
      'a key names the attribute ""',
    ]) {
      assert.ok(says.includes(part), `${part} in ${says}`);
    }
  });
});
