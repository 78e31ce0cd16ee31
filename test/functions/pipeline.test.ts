// Longer than 250 lines because all callbacks share the tables of one run here.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import type { RecordContext } from "spillway/callback";
import { InvalidEvent, isPermanent } from "spillway/callback";
import { invoke, startLocal, type TestRun } from "spillway/testing";
import { prepare } from "../../components/runtime/batch/prepare";
import { aggregateActivity } from "../../functions/aggregate-activity";
import { appendAudit } from "../../functions/append-audit";
import type { OrderEvent } from "../../functions/contracts/order-event";
import { notifyCustomer } from "../../functions/notify-customer";
import { OutOfStock, reserveStock } from "../../functions/reserve-stock";
import { sweepAbandonedOrders } from "../../functions/sweep-abandoned-orders";

const items = [{ sku: "book", quantity: 2 }];
const placed = (orderId: string, more = {}) =>
  ({ type: "order.placed", orderId, customerId: "c-1", items, ...more }) as const;

describe("the callbacks of the pipeline, on real tables", () => {
  let run: TestRun;
  const kept = { ...process.env };
  before(async () => {
    run = await startLocal({ program: path.join(__dirname, "../support/programs/tables.ts") });
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: run.address,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
  });
  after(async () => {
    process.env = kept;
    await run?.stop();
  });

  const bindings = <K extends string>(...names: K[]) =>
    Object.fromEntries(names.map((name) => [name, run.outputs[name]])) as Record<K, string>;
  const putOrder = (orderId: string, status: string, createdAt = new Date().toISOString()) =>
    run.table("orders").put({ orderId, customerId: "c-1", items, status, createdAt, correlationId: "f-1" });

  describe("reserveStock", () => {
    const reserve = (event: ReturnType<typeof placed>, initialStock = "10") =>
      invoke(reserveStock, { bindings: { ...bindings("orders", "stock"), initialStock }, event });

    it("starts an unknown sku with the initial stock, and reserves once however often the event arrives", async () => {
      await putOrder("r-1", "placed");
      for (let time = 0; time < 3; time += 1) await reserve(placed("r-1"));
      assert.deepEqual(await run.table("stock").get({ sku: "book" }), { sku: "book", available: 8, reserved: 2 });
      assert.equal((await run.table("orders").get({ orderId: "r-1" }))?.status, "reserved");
    });

    it("reserves once when the same event arrives ten times at once", async () => {
      await putOrder("r-2", "placed");
      const event = placed("r-2", { items: [{ sku: "pen", quantity: 3 }] });
      // One that is in another's way fails for now, and is tried again.
      await Promise.allSettled(Array.from({ length: 10 }, () => reserve(event)));
      await reserve(event);
      assert.deepEqual(await run.table("stock").get({ sku: "pen" }), { sku: "pen", available: 7, reserved: 3 });
    });

    it("adds the quantities of a sku that an order contains twice", async () => {
      await putOrder("r-3", "placed");
      const twice = [2, 3].map((quantity) => ({ sku: "cup", quantity }));
      await reserve(placed("r-3", { items: twice }));
      assert.deepEqual(await run.table("stock").get({ sku: "cup" }), { sku: "cup", available: 5, reserved: 5 });
    });

    it("permanently refuses an order of missing stock, and changes nothing then", async () => {
      await putOrder("r-4", "placed");
      const more = [
        { sku: "lamp", quantity: 1 },
        { sku: "desk", quantity: 11 },
      ];
      await assert.rejects(reserve(placed("r-4", { items: more })), (error) => {
        assert.ok(error instanceof OutOfStock);
        assert.equal(error.message, "Order r-4: too few of desk.");
        return isPermanent(error);
      });
      assert.equal(await run.table("stock").get({ sku: "lamp" }), undefined);
      assert.equal((await run.table("orders").get({ orderId: "r-4" }))?.status, "placed");
    });

    it("does not change an abandoned order", async () => {
      await putOrder("r-5", "abandoned");
      await reserve(placed("r-5", { items: [{ sku: "hat", quantity: 1 }] }));
      assert.equal(await run.table("stock").get({ sku: "hat" }), undefined);
    });
  });

  it("notifyCustomer notifies once per order", async () => {
    const notify = (correlationId: string) =>
      invoke(notifyCustomer, {
        bindings: bindings("notifications"),
        event: placed("n-1"),
        context: { correlationId },
      });
    await notify("f-1");
    await notify("f-2");
    const { sentAt, ...row } = (await run.table("notifications").get({ orderId: "n-1" })) ?? {};
    assert.ok(!Number.isNaN(Date.parse(String(sentAt))));
    assert.deepEqual(row, {
      orderId: "n-1",
      customerId: "c-1",
      text: "Your order n-1 of 2 pieces has been placed.",
      correlationId: "f-1",
    });
  });

  it("appendAudit writes one line per event", async () => {
    const envelope = { id: "a-1.order.placed", time: "2026-01-01T00:00:00.000Z" };
    const append = (type: OrderEvent["type"], id: string, time = envelope.time) => {
      const event = { type, orderId: "a-1", customerId: "c-1", ...(type === "order.placed" && { items }) };
      const context = { event: { ...envelope, id, time }, correlationId: "f-1" };
      return invoke(appendAudit, { bindings: bindings("audit"), event: event as OrderEvent, context });
    };
    await append("order.placed", envelope.id);
    await append("order.placed", envelope.id, "2026-01-02T00:00:00.000Z");
    await append("order.abandoned", "a-1.order.abandoned");
    const lines = (await run.table("audit").items()).filter(({ orderId }) => orderId === "a-1");
    assert.deepEqual(
      lines.sort((a, b) => String(a.type).localeCompare(String(b.type))),
      [
        {
          orderId: "a-1",
          type: "order.abandoned",
          eventId: "a-1.order.abandoned",
          at: envelope.time,
          data: { customerId: "c-1" },
          correlationId: "f-1",
        },
        {
          orderId: "a-1",
          type: "order.placed",
          eventId: "a-1.order.placed",
          at: envelope.time,
          data: { customerId: "c-1", items },
          correlationId: "f-1",
        },
      ],
    );
  });

  describe("sweepAbandonedOrders", () => {
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    const sweep = (context: Partial<RecordContext> = {}) =>
      invoke(sweepAbandonedOrders, { bindings: bindings("orders"), event: { olderThanHours: 24 }, context });
    const statusOf = async (orderId: string) => (await run.table("orders").get({ orderId }))?.status;

    it("marks orders that were placed long ago, and no others", async () => {
      await putOrder("s-old", "placed", hoursAgo(25));
      await putOrder("s-new", "placed", hoursAgo(23));
      await putOrder("s-reserved", "reserved", hoursAgo(25));
      await sweep();
      await sweep();
      assert.deepEqual(await Promise.all(["s-old", "s-new", "s-reserved"].map(statusOf)), [
        "abandoned",
        "placed",
        "reserved",
      ]);
    });

    it("continues in the next sweep when its time is over", async () => {
      await putOrder("s-late", "placed", hoursAgo(30));
      await assert.rejects(sweep({ signal: AbortSignal.abort() }), /abort/i);
      assert.equal(await statusOf("s-late"), "placed");
      await sweep();
      assert.equal(await statusOf("s-late"), "abandoned");
    });
  });

  describe("aggregateActivity", () => {
    type Kind = "viewed" | "added" | "bought";
    const shard = "shardId-000000000000";
    type Counted = readonly [sequence: number, customerId: string, kind: Kind, partitionKey?: string];
    const aggregate = async (records: readonly Counted[]) => {
      const prepared = prepare(aggregateActivity as never, bindings("activity"));
      assert.ok(prepared.kind === "batch");
      const { signal } = new AbortController();
      return prepared.run(
        records.map(([sequence, customerId, kind, partitionKey = customerId]) => {
          const event = { customerId, kind, sku: "book", at: "2026-01-01T00:00:00Z" };
          const id = `${shard}:${sequence}`;
          return { id, event, context: { id, signal, partitionKey } as RecordContext };
        }),
      );
    };
    const countsOf = async (customerId: string) => {
      const { viewed, added, bought } = (await run.table("activity").get({ customerId })) ?? {};
      return [viewed, added, bought];
    };

    it("counts by customer and kind", async () => {
      const failures = await aggregate([
        [1, "c-1", "viewed"],
        [2, "c-2", "bought"],
        [3, "c-1", "viewed"],
        [4, "c-1", "added"],
      ]);
      assert.deepEqual(failures, []);
      assert.deepEqual(await countsOf("c-1"), [2, 1, 0]);
      assert.deepEqual(await countsOf("c-2"), [0, 0, 1]);
    });

    it("counts a record once when it is delivered again, alone or with later ones", async () => {
      await aggregate([
        [5, "c-3", "viewed"],
        [9, "c-3", "viewed"],
      ]);
      await aggregate([
        [5, "c-3", "viewed"],
        [9, "c-3", "viewed"],
      ]);
      // Longer numbers are later ones.
      await aggregate([
        [9, "c-3", "viewed"],
        [10, "c-3", "bought"],
      ]);
      assert.deepEqual(await countsOf("c-3"), [2, 0, 1]);
    });

    it("gives up a record with another partition key, whose order is not guaranteed, instead of dropping its count", async () => {
      const failures = [
        ...((await aggregate([
          [35, "c-6", "viewed", "session-2"],
          [36, "c-6", "bought"],
        ])) ?? []),
        ...((await aggregate([[33, "c-6", "viewed", "session-1"]])) ?? []),
      ];
      assert.deepEqual(await countsOf("c-6"), [0, 0, 1]);
      assert.deepEqual(
        failures.map(({ id, error }) => [id, isPermanent(error), String(error)]),
        [
          ["35", "session-2"],
          ["33", "session-1"],
        ].map(([sequence, key]) => [
          `${shard}:${sequence}`,
          true,
          `PartitionKeyMismatch: The partition key is "${key}", and the customer "c-6". Put it with the customer as its key.`,
        ]),
      );
    });

    it("reports the failed records, and only those", async () => {
      // A counter that is no number cannot be added to.
      await run.table("activity").put({ customerId: "c-4", viewed: "many" });
      const failures = await aggregate([
        [20, "c-4", "viewed"],
        [21, "c-5", "viewed"],
      ]);
      assert.deepEqual(
        failures.map(({ id }) => id),
        [`${shard}:20`],
      );
      assert.deepEqual(await countsOf("c-5"), [1, 0, 0]);
    });
  });

  it("refuse events that do not match their schemas", async () => {
    const other = { type: "order.lost", orderId: "x" } as never;
    await assert.rejects(invoke(appendAudit, { bindings: bindings("audit"), event: other }), InvalidEvent);
  });
});
