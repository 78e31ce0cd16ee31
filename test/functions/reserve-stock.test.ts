import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { WritableTable } from "spillway/callback";
import { invoke, isPermanent } from "spillway/callback";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { OutOfStock, reserveStock, UnknownOrder } from "../../functions/reserve-stock";

const event = {
  type: "order.placed",
  orderId: "o-1",
  customerId: "c-1",
  items: [{ sku: "book", quantity: 2 }],
} satisfies OrderEvent;
const bindings = { orders: "orders" as WritableTable, stock: "stock" as WritableTable, initialStock: "10" };

/** What only the timing of several requests brings about on a real table. */
describe("reserveStock, given the cancellation reasons of its transaction", () => {
  let dynamodb: Server;
  let reasons: readonly object[];
  let found: object;
  let asked: string[];
  const kept = { ...process.env };

  before(async () => {
    dynamodb = createServer((request, response) => {
      const action = String(request.headers["x-amz-target"]).replace("DynamoDB_20120810.", "");
      const json = { "content-type": "application/x-amz-json-1.0" };
      request.resume().on("end", () => {
        asked.push(action);
        if (action === "GetItem") response.writeHead(200, json).end(JSON.stringify(found));
        else {
          response.writeHead(400, json).end(
            JSON.stringify({
              __type: "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
              Message: "Transaction cancelled",
              CancellationReasons: reasons,
            }),
          );
        }
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
  });

  const outcomeOf = async (...given: readonly object[]): Promise<unknown> => {
    reasons = given;
    asked = [];
    return invoke(reserveStock, { bindings, event }).then(
      () => "succeeded",
      (error: unknown) => error,
    );
  };
  const refused = { Code: "ConditionalCheckFailed" };

  it("succeeds for an order that is not open any more", async () => {
    found = { Item: { orderId: { S: "o-1" } } };
    assert.equal(await outcomeOf(refused, { Code: "None" }), "succeeded");
    assert.deepEqual(asked, ["TransactWriteItems", "GetItem"]);
  });

  it("does not treat an order that has not been placed as closed: its event would be lost without a trace", async () => {
    found = {};
    const outcome = await outcomeOf(refused, { Code: "None" });
    assert.ok(outcome instanceof UnknownOrder, String(outcome));
    assert.ok(isPermanent(outcome));
    assert.equal(outcome.message, "Order o-1 is not in the orders table.");
  });

  it("retries while another delivery of the same event takes the last of the stock", async () => {
    const outcome = await outcomeOf({ Code: "TransactionConflict" }, refused);
    assert.equal((outcome as Error).name, "TransactionCanceledException");
    assert.ok(!isPermanent(outcome));
  });

  it("retries while another order of the same sku conflicts with it", async () => {
    const outcome = await outcomeOf({ Code: "None" }, { Code: "TransactionConflict" });
    assert.ok(!isPermanent(outcome));
  });

  it("gives up an open order whose stock is missing", async () => {
    assert.ok((await outcomeOf({ Code: "None" }, refused)) instanceof OutOfStock);
  });
});
