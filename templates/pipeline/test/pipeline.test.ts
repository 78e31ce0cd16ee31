// Runs the whole program on this machine, and posts orders to its endpoint.
import { strict as assert } from "node:assert";
import { after, before, describe, it } from "node:test";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "../index";

describe("the pipeline", () => {
  let run: TestRun<Consumers>;
  before(async () => {
    run = await startLocal<Consumers>();
  });
  after(() => run?.stop());

  it("confirms an order that is posted", async () => {
    const { status } = await run.post("/orders", { orderId: "o-1", sku: "book", quantity: 2 });
    assert.equal(status, 202);
    await run.settled();
    const item = await run.table("confirmations").get({ orderId: "o-1" });
    assert.deepEqual(item, { orderId: "o-1", text: "We send you 2 × book." });
  });

  it("rejects an order without a quantity at the endpoint", async () => {
    const { status } = await run.post("/orders", { orderId: "o-2", sku: "book" });
    assert.equal(status, 400);
  });

  it("gives up an order for a sku that is not sold, with its reason", async () => {
    await run.send("orders", { orderId: "o-3", sku: "sample-book", quantity: 1 });
    await run.settled();
    const [letter, ...others] = await run.deadLetters("confirmations");
    assert.equal(others.length, 0);
    assert.equal(letter?.reason?.errorType, "NotSold");
    assert.equal(await run.table("confirmations").get({ orderId: "o-3" }), undefined);
  });
});
