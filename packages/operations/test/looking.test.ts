// Looking at dead letters leaves the queues as they were, whoever looks, and however it ends.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import * as path from "node:path";
import { mock } from "node:test";
import { loadTypeScript } from "../../../test/support/load-typescript";
import { until } from "../../../test/support/until";
import { listLetters } from "../letters/list";
import { openReader, type Reader } from "../letters/reader";
import { showLetters } from "../letters/show";
import { Shop } from "./support/shop";

const never = new AbortController().signal;

async function readAll(reader: Reader): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const wave of reader.waves()) ids.push(...wave.map(({ id }) => id));
  return ids;
}

describe("looking at dead letters", () => {
  let shop: Shop;
  before(async () => {
    shop = await Shop.start();
  });
  after(() => shop?.stop());
  const open = (name: string, more: { signal?: AbortSignal; limit?: number } = {}) =>
    openReader(shop.stack, { consumer: shop.consumer(name), signal: never, ...more });
  const list = (name: string) =>
    listLetters(shop.stack, { consumers: [shop.consumer(name)], by: "reason", filter: {}, limit: 1000, signal: never });
  const show = (name: string, limit = 10) =>
    showLetters(shop.stack, { consumer: shop.consumer(name), filter: {}, limit, log: false, signal: never });

  it("leaves every message where it is, visible, with all that it had", async () => {
    const ids = await shop.fill("orders", 25, (index) => ({ group: `tenant-${index % 3}` }));
    const [{ total, read, complete } = assert.fail()] = (await list("orders")).queues;
    assert.deepEqual([total, read, complete], [25, 25, true]);
    assert.equal((await show("orders")).letters.length, 10);
    assert.deepEqual(await shop.counts("orders"), [25, 0]);
    const messages = await shop.drain("orders");
    assert.deepEqual(messages.map(({ MessageId }) => MessageId).sort(), [...ids].sort());
    for (const { MessageId, Body, MessageAttributes, Attributes } of messages) {
      const index = ids.indexOf(MessageId ?? "");
      assert.deepEqual(JSON.parse(Body ?? ""), { id: `o-${index}` });
      assert.equal(MessageAttributes?.source?.StringValue, "fill");
      assert.equal(Attributes?.MessageGroupId, `tenant-${index % 3}`);
      // Once by the list, perhaps once by the show, and once here.
      assert.ok(["2", "3"].includes(Attributes?.ApproximateReceiveCount ?? ""));
    }
  });

  it("keeps the order of a FIFO queue, and says when a group hides its rest", async () => {
    const ids = await shop.fill("ledger", 40, (index) => ({ group: index < 25 ? "long" : `short-${index % 3}` }));
    const [{ total, read, complete } = assert.fail()] = (await list("ledger")).queues;
    assert.deepEqual([total, complete], [40, false]);
    // Ten of the long group, and all of the short ones.
    assert.equal(read, 25);
    assert.equal((await show("ledger", 3)).letters.length, 3);
    assert.deepEqual(await shop.counts("ledger"), [40, 0]);
    const drained = await shop.drain("ledger");
    assert.equal(drained.length, 40);
    for (const group of ["long", "short-0", "short-1", "short-2"]) {
      const own = drained.filter(({ Attributes }) => Attributes?.MessageGroupId === group);
      const order = own.map(({ MessageId }) => ids.indexOf(MessageId ?? ""));
      assert.deepEqual(
        order,
        [...order].sort((one, other) => one - other),
        group,
      );
    }
  });

  it("reads message groups of less than ten whole, wherever SQS cuts them", async () => {
    const groups = ["a", "b", "c", "d", "e"];
    const ids = await shop.fill("ledger", 40, (index) => ({ group: groups[Math.floor(index / 8)] ?? "" }));
    const reader = await open("ledger");
    const read = await readAll(reader);
    assert.deepEqual([reader.complete, reader.unread], [true, undefined]);
    assert.equal(read.length, 40);
    for (let from = 0; from < 40; from += 8) {
      const own = ids.slice(from, from + 8);
      assert.deepEqual(
        read.filter((id) => own.includes(id)),
        own,
        "in the order of the group",
      );
    }
    await reader.close();
    assert.deepEqual(await shop.counts("ledger"), [40, 0]);
    await shop.drain("ledger");
  });

  it("gives two who look at once a part each, and says so", async () => {
    const ids = await shop.fill("orders", 30);
    const one = await open("orders", { limit: 12 });
    const first = await readAll(one);
    const other = await open("orders");
    assert.deepEqual([other.total, other.held], [18, 12]);
    const second = await readAll(other);
    assert.equal(other.complete, false);
    assert.deepEqual([...first, ...second].sort(), [...ids].sort());
    await Promise.all([one.close(), other.close()]);
    assert.deepEqual(await shop.counts("orders"), [30, 0]);
    await shop.drain("orders");
  });

  it("gives everything back when it is interrupted", async () => {
    await shop.fill("orders", 30);
    const stop = new AbortController();
    const reader = await open("orders", { signal: stop.signal });
    const reading = (async () => {
      for await (const _ of reader.waves()) stop.abort();
    })();
    await assert.rejects(reading, { name: "AbortError" });
    assert.equal((await shop.counts("orders"))[1] > 0, true);
    await reader.close();
    await reader.close();
    assert.deepEqual(await shop.counts("orders"), [30, 0]);
    await assert.rejects(
      listLetters(shop.stack, {
        ...{ consumers: [shop.consumer("orders")], by: "reason", filter: {}, limit: 10 },
        signal: stop.signal,
      }),
      { name: "AbortError" },
    );
    assert.deepEqual(await shop.counts("orders"), [30, 0]);
    await shop.drain("orders");
  });

  it("has given back all of several queues when an interrupted list ends", async () => {
    await shop.fill("orders", 40);
    await shop.fill("clicks", 40);
    const stop = new AbortController();
    const { sqs } = shop.clients;
    let received = 0;
    sqs.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName === "ReceiveMessageCommand" && ++received === 4) stop.abort();
          return answer;
        },
      { step: "initialize", name: "interrupt" },
    );
    const consumers = ["orders", "clicks"].map((name) => shop.consumer(name));
    const listing = listLetters(shop.stack, { consumers, by: "reason", filter: {}, limit: 100, signal: stop.signal });
    await assert.rejects(listing, { name: "AbortError" });
    sqs.middlewareStack.remove("interrupt");
    assert.ok(received < 8, `${received} receives`);
    for (const name of ["orders", "clicks"]) {
      assert.deepEqual(await shop.counts(name), [40, 0], name);
      await shop.drain(name);
    }
  });

  it("hides what it reads for as long as it is open, and no longer", async () => {
    await shop.fill("orders", 12);
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const asked: (number | undefined)[] = [];
      const { sqs } = shop.clients;
      sqs.middlewareStack.add(
        (next, { commandName }) =>
          async (args) => {
            const { Entries = [] } = args.input as { Entries?: readonly { VisibilityTimeout?: number }[] };
            const answer = await next(args);
            if (commandName === "ChangeMessageVisibilityBatchCommand") {
              asked.push(...Entries.map(({ VisibilityTimeout }) => VisibilityTimeout));
            }
            return answer;
          },
        { step: "initialize", name: "count" },
      );
      const reader = await open("orders");
      assert.equal((await readAll(reader)).length, 12);
      mock.timers.tick(20_000);
      await until(() => asked.length === 12);
      assert.deepEqual(new Set(asked), new Set([60]));
      await reader.close();
      sqs.middlewareStack.remove("count");
      assert.deepEqual(asked.slice(12), Array(12).fill(0));
    } finally {
      mock.timers.reset();
    }
    assert.deepEqual(await shop.counts("orders"), [12, 0]);
    await shop.drain("orders");
  });

  it("does not read a queue whose messages a look could move on", async () => {
    const [id] = await shop.fill("onward", 1);
    await assert.rejects(list("onward"), /"?onward"? has a redrive policy itself \(maxReceiveCount 1, to arn:aws:sqs:/);
    const consumers = ["onward", "orders"].map((name) => shop.consumer(name));
    const { queues } = await listLetters(shop.stack, { consumers, by: "reason", filter: {}, limit: 10, signal: never });
    assert.match(queues[0]?.fault ?? "", /has a redrive policy itself/);
    assert.deepEqual([queues[1]?.fault, queues[1]?.complete], [undefined, true]);
    await assert.rejects(show("onward"), /Each look counts as a receive/);
    assert.deepEqual(await shop.counts("onward"), [1, 0]);
    assert.deepEqual(await shop.countsOf(shop.run.output("lastUrl")), [0, 0]);
    const [message] = await shop.drain("onward");
    assert.deepEqual([message?.MessageId, message?.Attributes?.ApproximateReceiveCount], [id, "1"]);
  });
});

describe("looking at dead letters, killed", () => {
  let shop: Shop;
  before(async () => {
    // A minute is a second.
    shop = await Shop.start({ speed: 60 });
  });
  after(() => shop?.stop());

  it("leaves all messages visible after a minute", async () => {
    const ids = await shop.fill("orders", 10);
    const register = ["--disable-warning=ExperimentalWarning", ...loadTypeScript];
    const script = path.join(__dirname, "fixtures", "holder.ts");
    const { url } = shop.consumer("orders");
    const holder = spawn(process.execPath, [...register, script, shop.run.local.address, url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      let said = "";
      holder.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      await until(() => said.includes("\n") || holder.exitCode !== null, "the holder has read");
      assert.equal(said, "10\n");
    } finally {
      holder.kill("SIGKILL");
    }
    await until(async () => (await shop.counts("orders")).join() === "10,0");
    assert.deepEqual((await shop.drain("orders")).map(({ MessageId }) => MessageId).sort(), [...ids].sort());
  });
});
