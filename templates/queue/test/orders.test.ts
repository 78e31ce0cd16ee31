// Runs the whole program on this machine, and sends orders through it.
import { strict as assert } from "node:assert";
import { after, before, describe, it } from "node:test";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "../index";

describe("the orders queue", () => {
  let run: TestRun<Consumers>;
  before(async () => {
    run = await startLocal<Consumers>();
  });
  after(() => run?.stop());

  it("writes an order to the table", async () => {
    await run.send("orders", { orderId: "o-1", sku: "book", quantity: 2 });
    await run.settled();
    const item = await run.table("orders").get({ orderId: "o-1" });
    assert.deepEqual(item, { orderId: "o-1", sku: "book", quantity: 2, status: "placed" });
  });

  it("gives up an order for too many pieces, with its reason", async () => {
    await run.send("orders", { orderId: "o-2", sku: "book", quantity: 1000 });
    await run.settled();
    const [letter, ...others] = await run.deadLetters("orders");
    assert.equal(others.length, 0);
    assert.equal(letter?.reason?.errorType, "TooMany");
    assert.equal(await run.table("orders").get({ orderId: "o-2" }), undefined);
  });
});
