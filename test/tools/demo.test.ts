import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import { drawUpActivity, makeActivity } from "../../tools/demo/activity";
import { type Balance, drawUpBalance } from "../../tools/demo/balance";
import { makeOrders, type Orders } from "../../tools/demo/orders";
import { loadTypeScript } from "../support/load-typescript";

const root = path.resolve(__dirname, "..", "..");
const shares = { poison: 0.01, transient: 0.05, duplicates: 0.02 };

describe("the events that the demo sends", () => {
  it("have the given share of each kind, spread over the whole", () => {
    const { messages, refusedAtFirst } = makeOrders(1000, shares);
    const count = (kind: string) => messages.filter((message) => message.kind === kind).length;
    assert.deepEqual(["order", "duplicate", "not JSON", "no order", "conflict"].map(count), [970, 20, 4, 3, 3]);
    assert.equal(refusedAtFirst.size, 50);
    const others = messages.flatMap(({ kind }, index) => (kind === "order" ? [] : [index]));
    assert.ok((others[0] ?? 0) < 100 && (others.at(-1) ?? 0) > 900);
  });

  it("have no conflict with an order that is also sent twice", () => {
    const { messages } = makeOrders(10_000, shares);
    const idsOf = (kind: string) => messages.filter((message) => message.kind === kind).map(({ orderId }) => orderId);
    const twice = new Set(idsOf("duplicate"));
    assert.deepEqual(
      idsOf("conflict").filter((orderId) => twice.has(orderId)),
      [],
    );
  });
});

describe("the demo's balance", () => {
  const orders = makeOrders(1000, shares);
  const outputs = {
    ...Object.fromEntries(["orders", "notifications", "audit", "stock"].map((name) => [`${name}TableName`, name])),
    ordersDeadLetterQueueUrl: "dead",
    deadLetters: { orders: { url: "dead" }, audit: { url: "other" } },
  };

  /** As it is when everything has gone well. */
  function world({ messages }: Orders) {
    const stored = messages.filter(({ kind }) => kind === "order").map(({ body }) => JSON.parse(body));
    const pieces = stored.flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0);
    const dead = messages.filter(({ kind }) => kind !== "order" && kind !== "duplicate");
    return {
      tables: {
        orders: stored.map((order) => ({ ...order, status: "reserved" })),
        notifications: stored.map(({ orderId }) => ({ orderId })),
        audit: stored.map(({ orderId }) => ({ orderId, type: "order.placed" })),
        stock: [{ sku: "all", reserved: pieces }],
      } as Record<string, Record<string, unknown>[]>,
      dead: dead.map(({ body, kind }) => ({
        Body: body,
        reason: { errorType: kind === "conflict" ? "OrderConflict" : "InvalidEvent" } as object | undefined,
      })),
      elsewhere: 0,
    };
  }
  const balanceOf = ({ tables, dead, elsewhere }: ReturnType<typeof world>): Promise<Balance> =>
    drawUpBalance(
      orders,
      {
        items: async (name) => tables[name] ?? [],
        messages: async () =>
          dead.map(({ Body, reason }) => ({
            Body,
            ...(reason && {
              MessageAttributes: { DeadLetterReason: { DataType: "String", StringValue: JSON.stringify(reason) } },
            }),
          })),
        depth: async () => elsewhere,
      },
      outputs,
    );
  const offIn = async (changed: ReturnType<typeof world>) =>
    (await balanceOf(changed)).entries
      .filter(({ expected, found }) => expected !== found)
      .map(({ what }) => what.trim());

  it("is even when everything succeeded", async () => {
    assert.deepEqual(await offIn(world(orders)), []);
  });

  it("is off when an order is missing", async () => {
    const less = world(orders);
    less.tables.orders?.pop();
    const off = await offIn(less);
    assert.ok(off.includes("messages in no place, or in two") && off.includes("orders in the table"));
  });

  it("is off when an order is stored and a dead letter", async () => {
    const more = world(orders);
    const [first] = orders.messages;
    more.dead.push({ Body: first?.body ?? "", reason: { errorType: "Error" } });
    assert.ok((await offIn(more)).includes("messages in no place, or in two"));
  });

  it("is off when a dead letter has no reason, is elsewhere, or stock was reserved twice", async () => {
    const without = world(orders);
    without.dead[0] = { Body: without.dead[0]?.Body ?? "", reason: undefined };
    assert.ok((await offIn(without)).includes("without a reason"));
    assert.deepEqual(await offIn({ ...world(orders), elsewhere: 1 }), ["dead letters elsewhere"]);
    const twice = world(orders);
    twice.tables.stock?.push({ sku: "more", reserved: 1 });
    assert.deepEqual(await offIn(twice), ["pieces reserved, by stock"]);
  });

  it("is off when activity was counted twice, or a payload is lost", async () => {
    const activity = makeActivity(5000, 0.001);
    const items = [...activity.expected].map(([customerId, counts]) => ({ customerId, ...counts }));
    const letters = activity.poison.map((data) => ({ Body: Buffer.from(data).toString("base64") }));
    const offWith = async (found: Record<string, unknown>[], messages: { Body: string }[]) =>
      (
        await drawUpActivity(
          activity,
          { items: async () => found, messages: async () => messages, depth: async () => 0 },
          { deadLetters: {} },
        )
      )
        .filter((entry) => entry.expected !== entry.found)
        .map(({ what }) => what.trim());
    assert.deepEqual(await offWith(items, letters), []);
    const [one, ...others] = items;
    assert.deepEqual(await offWith([{ ...one, viewed: (one?.viewed ?? 0) + 1 }, ...others], letters), [
      "customers with exact counts",
    ]);
    assert.deepEqual(await offWith(items, [{ Body: "" }, ...letters.slice(1)]), ["with the payload, each once"]);
  });
});

describe("npm run demo", () => {
  const picture = path.join(root, ".spillway", `demo-test-${process.pid}.svg`);
  after(() => rmSync(picture, { force: true }));

  const demo = async (...args: string[]) => {
    const child = spawn(process.execPath, [...loadTypeScript, "tools/demo/run.ts", ...args], {
      cwd: root,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    return { code, stdout, stderr };
  };

  it("prints an even balance and draws a diagram", async () => {
    const { code, stdout, stderr } = await demo("--orders", "200", "--activity", "2000", "--picture", picture);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^activity +2000 +1998 +0 +2 +0$/m);
    assert.match(stdout, /^orders in the table +194 +194 {2}/m);
    const svg = readFileSync(picture, "utf8");
    assert.ok(/<svg\s+viewBox=/.test(svg));
    for (const text of ["placeOrder", "194 orders", "events topic", "InvalidEvent"]) {
      assert.ok(svg.includes(text), text);
    }
  });

  it("prints its usage when it is called incorrectly", async () => {
    const { code, stderr } = await demo("--orders", "many");
    assert.equal(code, 2);
    assert.match(stderr, /^--orders is "many"; allowed are whole numbers from 100 to 1000000\./);
  });
});
