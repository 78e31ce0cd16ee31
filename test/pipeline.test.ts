// The pipeline as a whole, on this machine: what comes of an event at each of its ends.
import { strict as assert } from "node:assert";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "../index";

const order = (orderId: string, more: object = {}) => ({
  orderId,
  customerId: "c-1",
  items: [{ sku: "book", quantity: 2 }],
  ...more,
});

describe("the pipeline", () => {
  let run: TestRun<Consumers>;
  before(async () => {
    run = await startLocal<Consumers>();
  });
  after(() => run?.stop());

  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const { status, body: answer } = await run.post("/orders", body, { headers });
    return { status, body: answer as Record<string, unknown> };
  };
  const placed = (orderId: string) => run.table("orders").get({ orderId });
  const audited = async (orderId: string) =>
    (await run.table("audit").items()).filter((line) => line.orderId === orderId);

  it("leads an order to its stock, its notification and its audit under one id, once however often it comes", async () => {
    const items = [{ sku: "lamp", quantity: 3 }];
    const { status, body } = await post(order("o-whole", { items }));
    assert.equal(status, 202);
    const all = async () => ({
      order: await placed("o-whole"),
      stock: await run.table("stock").get({ sku: "lamp" }),
      notification: await run.table("notifications").get({ orderId: "o-whole" }),
      audit: await audited("o-whole"),
    });
    await run.settled();
    const found = await all();
    assert.equal(found.order?.status, "reserved");
    assert.deepEqual(found.stock, { sku: "lamp", available: 999_997, reserved: 3 });
    assert.equal(found.notification?.text, "Your order o-whole of 3 pieces has been placed.");
    assert.deepEqual(
      found.audit.map(({ type, eventId, data }) => [type, eventId, data]),
      [["order.placed", "o-whole.order.placed", { customerId: "c-1", items }]],
    );
    assert.deepEqual(
      [found.order, found.notification, ...found.audit].map((item) => item?.correlationId),
      [body.messageId, body.messageId, body.messageId],
    );

    await post(order("o-whole", { items }));
    await run.send("orders", order("o-whole", { items }));
    await run.settled();
    assert.deepEqual(await all(), found);
  });

  it("gives up an order that nobody can fulfil, which leaves the stock as it is, and the other orders go on", async () => {
    const enormous = Array.from({ length: 50 }, () => ({ sku: "star", quantity: 1000 }));
    // More than there ever was, after twenty of them.
    for (let n = 1; n <= 21; n += 1) await run.send("orders", order(`o-star-${n}`, { items: enormous }));
    await run.send("orders", order("o-beside"));
    await run.settled();
    const letters = await run.deadLetters("fulfilment");
    assert.deepEqual(
      letters.map(({ reason }) => [reason.errorType, reason.attempts]),
      [["OutOfStock", 1]],
    );
    assert.deepEqual(await run.table("stock").get({ sku: "star" }), { sku: "star", available: 0, reserved: 1_000_000 });
    assert.equal((await placed("o-beside"))?.status, "reserved");
    const [orderId = ""] = letters.map(({ event }) => (event as { readonly orderId: string }).orderId);
    assert.equal((await placed(orderId))?.status, "placed");

    await run.advance({ hours: 25 });
    await run.tick("sweep-hourly");
    await run.settled();
    assert.equal((await placed(orderId))?.status, "abandoned");
    const types = (await audited(orderId)).map(({ type }) => type);
    assert.deepEqual(types.sort(), ["order.abandoned", "order.placed"]);
  });

  for (const [what, body, says] of [
    ["without items", { orderId: "o-2", customerId: "c" }, '[object has missing required properties (["items"])]'],
    [
      "with an unknown property",
      order("o-2", { vip: true }),
      '[object instance has properties which are not allowed by the schema: ["vip"]]',
    ],
    [
      "with a quantity above 1000",
      order("o-2", { items: [{ sku: "b", quantity: 1001 }] }),
      "[numeric instance is greater than the required maximum (maximum: 1000, found: 1001)]",
    ],
  ] as const) {
    it(`refuses a body ${what} at the gateway, in API Gateway's words`, async () => {
      assert.deepEqual(await post(body), { status: 400, body: { message: "Invalid request body", errors: says } });
    });
  }

  it("refuses other content types, bodies that are too large for SQS, and unknown paths", async () => {
    assert.deepEqual(await post(order("o-2"), { "Content-Type": "text/plain" }), {
      status: 415,
      body: { message: "Unsupported Media Type" },
    });
    const padded = `${JSON.stringify(order("o-2")).slice(0, -1)}${" ".repeat(1_048_576)}}`;
    const tooLarge = await post(padded);
    assert.equal(tooLarge.status, 413);
    assert.match(String(tooLarge.body.message), /larger than 1 MiB/);
    const { status, body } = await run.post("/nothing", {});
    assert.deepEqual([status, body], [403, { message: "Missing Authentication Token" }]);
  });

  it("creates one order from the same order sent a hundred times at once, through the endpoint and the queue", async () => {
    const same = order("o-100");
    const answers = await Promise.all([
      ...Array.from({ length: 50 }, async () => (await post(same)).status),
      ...Array.from({ length: 50 }, () => run.send("orders", same)),
    ]);
    assert.equal(answers.filter((answer) => answer === 202).length, 50);
    await run.settled();
    assert.equal((await run.table("orders").items()).filter(({ orderId }) => orderId === "o-100").length, 1);
    assert.equal((await audited("o-100")).length, 1);
    assert.deepEqual(await run.deadLetters("orders"), []);
  });

  it("dead-letters an invalid order at once, with its body, attributes and reason", async () => {
    const unchecked = true;
    await run.send("orders", order("o-1"));
    await run.settled();
    await run.send("orders", order("o-1", { customerId: "another" }));
    await run.send("orders", "not JSON", { unchecked, attributes: { tenant: "t-1" } });
    await run.send("orders", { orderId: "x y" }, { unchecked });
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`a${n}`, String(n)]));
    await run.send("orders", { hello: "ten" }, { unchecked, attributes: ten });
    await run.settled();
    const letters = await run.deadLetters("orders");
    const by = (body: string) =>
      letters.find((letter) => JSON.stringify(letter.body).includes(body)) ??
      assert.fail(`no dead letter with ${body}`);
    assert.equal(letters.length, 4);
    assert.deepEqual(by("ten").attributes, ten);

    const { errorType, errorMessage, attempts } = by("another").reason;
    assert.deepEqual(
      [errorType, errorMessage, attempts],
      ["OrderConflict", "Order o-1 was placed before with other content.", 1],
    );
    assert.deepEqual([by("not JSON").attributes, by("not JSON").reason.errorType], [{ tenant: "t-1" }, "InvalidEvent"]);
    assert.match(
      by("x y").reason.errorMessage,
      /^orderId: Invalid format.*; customerId: Invalid key.*; items: Invalid key/,
    );
  });

  it("passes characters that SQS refuses through the pipeline, where JSON escapes them, and refuses them unescaped", async () => {
    const odd = order("o-odd", { customerId: "a\uffff\ufffe" });
    const escaped = JSON.stringify(odd).replace("\uffff", "\\uffff").replace("\ufffe", "\\ufffe");
    assert.equal((await post(escaped)).status, 202);
    await run.settled();
    assert.equal((await placed("o-odd"))?.customerId, odd.customerId);
    assert.equal((await run.table("notifications").get({ orderId: "o-odd" }))?.customerId, odd.customerId);
    assert.deepEqual(await post(JSON.stringify(odd)), {
      status: 400,
      body: { message: "The body contains characters that SQS does not allow." },
    });
  });

  it("counts a customer's activity, and dead-letters an invalid one with its payload", async () => {
    type Kind = "viewed" | "added" | "bought";
    const put = (partitionKey: string, kind: string) =>
      run.put(
        "activity",
        { customerId: partitionKey, kind: kind as Kind, sku: "book", at: "2026-01-01T00:00:00Z" },
        { partitionKey, unchecked: true },
      );
    for (let n = 0; n < 20; n += 1) await put("c-1", "viewed");
    await put("c-1", "stolen");
    await put("c-1", "bought");
    await put("c-2", "added");
    await run.settled();
    const countsOf = async (customerId: string) => {
      const { viewed, added, bought } = (await run.table("activity").get({ customerId })) ?? {};
      return [viewed, added, bought];
    };
    assert.deepEqual(await countsOf("c-1"), [20, 0, 1]);
    assert.deepEqual(await countsOf("c-2"), [0, 1, 0]);
    const letters = await run.deadLetters("activity");
    assert.deepEqual(
      letters.map(({ event, reason }) => [(event as { kind?: unknown }).kind, reason.errorType]),
      [["stolen", "InvalidEvent"]],
    );
  });
});
