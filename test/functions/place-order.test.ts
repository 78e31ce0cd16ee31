import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { WritableTable } from "spillway/callback";
import { InvalidEvent, invoke, isPermanent } from "spillway/callback";
import { OrderConflict, placeOrder } from "../../functions/place-order";

const order = { orderId: "o-1", customerId: "c-1", items: [{ sku: "book", quantity: 2 }] };
const asItem = {
  orderId: { S: "o-1" },
  customerId: { S: "c-1" },
  items: { L: [{ M: { sku: { S: "book" }, quantity: { N: "2" } } }] },
  status: { S: "placed" },
  correlationId: { S: "correlation-1" },
};

describe("placeOrder", () => {
  let dynamodb: Server;
  let answer: { readonly status: number; readonly body: object };
  let asked: Record<string, unknown>[];
  const kept = { ...process.env };

  before(async () => {
    dynamodb = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        asked.push(JSON.parse(body));
        response
          .writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" })
          .end(JSON.stringify(answer.body));
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => dynamodb.once("listening", resolve));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(dynamodb.address() as AddressInfo).port}`,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
  });
  after(() => {
    process.env = kept;
    dynamodb.close();
    dynamodb.closeAllConnections();
  });
  beforeEach(() => {
    asked = [];
    answer = { status: 200, body: {} };
  });

  const place = (event: typeof order, more = {}) =>
    invoke(placeOrder, { bindings: { orders: "orders" as WritableTable }, event, ...more });
  const taken = (item: object) => {
    answer = {
      status: 400,
      body: { __type: "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", message: "no", Item: item },
    };
  };

  it("writes the order to the table, unless its id is taken", async () => {
    await place(order);
    const [{ Item, ...request } = {}] = asked;
    const { createdAt, ...item } = Item as Record<string, { S: string }>;
    assert.deepEqual(item, asItem);
    assert.ok(!Number.isNaN(Date.parse(createdAt?.S ?? "")));
    assert.deepEqual(request, {
      TableName: "orders",
      ConditionExpression: "attribute_not_exists(orderId)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    assert.equal(asked.length, 1);
  });

  it("treats the same order again as a success", async () => {
    taken(asItem);
    await place(order);
    assert.equal(asked.length, 1);
  });

  it("permanently refuses another order under the same id", async () => {
    taken({ ...asItem, customerId: { S: "c-2" } });
    await assert.rejects(place(order), (error) => {
      assert.ok(error instanceof OrderConflict);
      assert.equal(error.message, "Order o-1 was placed before with other content.");
      return isPermanent(error);
    });
  });

  it("leaves other errors of DynamoDB to be retried", async () => {
    answer = {
      status: 400,
      body: { __type: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", message: "no table" },
    };
    await assert.rejects(
      place(order),
      (error) => (error as Error).name === "ResourceNotFoundException" && !isPermanent(error),
    );
  });

  it("is aborted by its signal", async () => {
    await assert.rejects(place(order, { context: { signal: AbortSignal.abort() } }), /abort/i);
    assert.equal(asked.length, 0);
  });

  for (const [what, event] of [
    ["an orderId with a space", { ...order, orderId: "o 1" }],
    ["an orderId of 65 characters", { ...order, orderId: "o".repeat(65) }],
    ["no items", { ...order, items: [] }],
    ["51 items", { ...order, items: Array.from({ length: 51 }, () => order.items[0]) }],
    ["a quantity of 0", { ...order, items: [{ sku: "book", quantity: 0 }] }],
    ["a quantity of 1.5", { ...order, items: [{ sku: "book", quantity: 1.5 }] }],
    ["a property too many", { ...order, vip: true }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(place(event as typeof order), InvalidEvent);
      assert.equal(asked.length, 0);
    });
  }
});
