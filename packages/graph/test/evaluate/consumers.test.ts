// What a program tells of its consumers beside its graph.
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { unzipSync } from "fflate";
import { type ConsumerOfProgram, checkEvents, consumersOf } from "../../evaluate/consumers";
import { evaluateProgram } from "../../evaluate/evaluate";
import { openProgram } from "../../evaluate/open-program";

const repository = path.resolve(__dirname, "..", "..", "..", "..");

const callbacks = `import { callback, tableChange } from "spillway/callback";
import * as v from "valibot";

const Order = v.object({
  id: v.pipe(v.string(), v.minLength(3)),
  items: v.array(v.object({ sku: v.string(), quantity: v.pipe(v.number(), v.integer(), v.maxValue(9)) })),
});
const Numbered = v.object({ type: v.literal("numbered"), code: v.pipe(v.string(), v.regex(/^[0-9]{20}$/)) });
const Named = v.object({ type: v.literal("named"), name: v.string() });
/** A library of its own, without a JSON Schema. */
const own = (validate: (value: unknown) => unknown) =>
  ({ "~standard": { version: 1, vendor: "own", validate } }) as never;

export const order = callback(Order, () => () => {});
export const event = callback(v.variant("type", [Numbered, Named]), () => () => {});
export const activity = callback(v.intersect([v.object({ id: v.string() }), v.object({ at: v.pipe(v.string(), v.isoTimestamp()) })]), () => () => {});
export const change = callback(tableChange(v.variant("type", [Numbered, v.object({ ...Named.entries, shop: v.string(), no: v.string() })])), () => () => {});
export const numbered = callback(Numbered, () => () => {});
export const odd = callback(v.pipe(v.string(), v.check((text) => text.includes("odd"))), () => () => {});
export const anything = callback(v.unknown(), () => () => {});
export const later = callback(own(async (value) => (value === 1 ? { value } : { issues: [{ message: "It is not 1" }] })), () => () => {});
export const failing = callback(own(() => { throw new TypeError("no such member"); }), () => () => {});
`;

const program = `import { QueueConsumer, StreamConsumer, Table, TableConsumer, Topic, TopicConsumer } from "spillway";
import * as callbacks from "./callbacks";

console.log("evaluated");
const table = new Table("things", { hashKey: "shop", rangeKey: "no", stream: true });
new QueueConsumer("orders", { callback: callbacks.order });
new TopicConsumer("events", { callback: callbacks.event, topic: new Topic("events") });
new StreamConsumer("activity", { callback: callbacks.activity });
new TableConsumer("changes", { callback: callbacks.change, table });
new QueueConsumer("changes", { callback: callbacks.numbered });
// A second copy of the library.
for (const file of Object.keys(require.cache)) if (/components[\\\\/]/.test(file)) delete require.cache[file];
const copy = require("spillway") as typeof import("spillway");
if (copy.QueueConsumer === QueueConsumer) throw new Error("It is no copy.");
for (const name of ["odd", "anything", "later", "failing"] as const) new copy.QueueConsumer(name, { callback: callbacks[name] });
`;

describe("the consumers of a program", () => {
  let folder: string;
  let consumers: readonly ConsumerOfProgram[];
  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spillway-consumers-")));
    save("Pulumi.yaml", "name: asked\nruntime: nodejs\n");
    save("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
    save("package.json", "{}");
    // With what the repository compiles by, which keeps the results.
    save("tsconfig.json", JSON.stringify({ extends: path.join(repository, "tsconfig.json") }));
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    save("callbacks.ts", callbacks);
    save("index.ts", program);
    consumers = await consumersOf(asked());
  });
  after(() => rmSync(folder, { recursive: true }));

  function save(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const asked = (file = "index.ts") => ({ program: path.join(folder, file), stack: "dev" });

  it("are listed with their functions, their bundles, and an example that the schema accepts", async () => {
    assert.deepEqual(
      consumers.map(({ name, kind, example }) => [name, kind, example]),
      [
        ["orders", "queue", { id: "id-1", items: [{ sku: "sku-1", quantity: 1 }] }],
        ["events", "topic-consumer", { type: "named", name: "name-1" }],
        ["activity", "stream", { id: "id-1", at: "2026-01-01T00:00:00.000Z" }],
        [
          "changes",
          "table",
          {
            eventName: "INSERT",
            keys: { shop: "shop-1", no: "no-1" },
            newImage: { type: "named", name: "name-1", shop: "shop-1", no: "no-1" },
            expired: false,
          },
        ],
        ["changes", "queue", undefined],
        ["odd", "queue", undefined],
        ["anything", "queue", "event-1"],
        ["later", "queue", undefined],
        ["failing", "queue", undefined],
      ],
    );
    const { resources } = await evaluateProgram(asked());
    const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
    const inGraph = functions.map(({ outputs, inputs }) => {
      const { archive } = inputs.code as { readonly archive: string };
      const code = unzipSync(readFileSync(path.resolve(folder, archive)))["index.js"] ?? assert.fail("no index.js");
      return [outputs.name, createHash("sha256").update(code).digest("hex").slice(0, 12)];
    });
    assert.deepEqual(
      new Set(consumers.map(({ functionName, bundle }) => `${functionName} ${bundle}`)),
      new Set(inGraph.map((each) => each.join(" "))),
    );
  });

  it("are listed and check events in one evaluation of a program that stays open", async () => {
    const lines: string[] = [];
    const open = await openProgram({ ...asked(), onOutput: (line) => lines.push(line) });
    try {
      const [listed, [fits], [refused]] = await Promise.all([
        open.consumers(),
        open.check([{ consumer: "orders", event: consumers[0]?.example }]),
        open.check([{ consumer: "orders", event: {}, paths: [["items", 0, "qty"]] }]),
      ]);
      assert.deepEqual(listed, consumers);
      assert.deepEqual([fits?.issues, refused?.issues.length], [[], 3]);
      assert.match(refused?.issues[0] ?? "", /^items\.0\.qty: The schema has no "qty" there\. Did you mean "quantity"/);
      assert.deepEqual(lines, ["evaluated"]);
    } finally {
      open.close();
    }
  });

  it("check events as in Lambda, all of them in one evaluation", async () => {
    const order = { id: "o-1", items: [{ sku: "book", quantity: 2 }] };
    const wrong = { id: "o", items: [{ sku: "book", quantity: 1.5 }, { sku: 1, quantity: 10 }, { quantity: 10.5 }] };
    const cloudEvent = (data: unknown) => ({ specversion: "1.0", id: "1", source: "/test", type: "named", data });
    const notification = {
      Type: "Notification",
      TopicArn: "arn:aws:sns:…",
      Message: JSON.stringify(cloudEvent(order)),
    };
    const image = { type: "named", name: "a", shop: "s", no: "1" };
    const { functionName } =
      consumers.find(({ name, kind }) => name === "changes" && kind === "table") ?? assert.fail();
    const lines: string[] = [];
    const checked = async (events: readonly (readonly [consumer: string, event: unknown])[]) => {
      const answers = await checkEvents({
        ...asked(),
        events: events.map(([consumer, event]) => ({ consumer, event, paths: [[]] })),
        onOutput: (line) => lines.push(line),
      });
      return answers.map(({ issues }) => issues);
    };
    assert.deepEqual(
      await checked([
        ["orders", order],
        ["orders", wrong],
        ["orders", notification],
        ["orders", cloudEvent({})],
        ["orders", null],
        [functionName, { eventName: "REMOVE", keys: { shop: "s", no: "1" }, oldImage: image, expired: false }],
        [functionName, { eventName: "MODIFY", keys: {}, newImage: { ...image, shop: 1 }, oldImage: { type: "other" } }],
        [functionName, image],
        ["anything", { whatever: ["there", "is"] }],
        ["anything", null],
        ["later", 1],
        ["later", 2],
        ["failing", 1],
      ]),
      [
        [],
        [
          "id: Invalid length: Expected >=3 but received 1",
          "items.0.quantity: Invalid integer: Received 1.5",
          "items.1.sku: Invalid type: Expected string but received 1",
          "items.1.quantity: Invalid value: Expected <=9 but received 10",
          'items.2.sku: Invalid key: Expected "sku" but received undefined',
          "items.2.quantity: Invalid integer: Received 10.5",
          "items.2.quantity: Invalid value: Expected <=9 but received 10.5",
        ],
        [],
        [
          'id: Invalid key: Expected "id" but received undefined',
          'items: Invalid key: Expected "items" but received undefined',
        ],
        ["Invalid type: Expected Object but received null"],
        [],
        [
          "newImage.shop: Invalid type: Expected string but received 1",
          'oldImage.type: Invalid type: Expected ("numbered" | "named") but received "other"',
        ],
        [
          "eventName: It is undefined; a change of a table has INSERT, MODIFY, REMOVE.",
          "keys: It is undefined; a change of a table has the key attributes of its item.",
        ],
        [],
        [],
        [],
        ["It is not 1"],
        ["The schema fails: no such member"],
      ],
    );
    assert.deepEqual(lines, ["evaluated"]);
  });

  it("are found by name, or by the function's name where two have the same name", async () => {
    const check = (consumer: string) => checkEvents({ ...asked(), events: [{ consumer, event: {} }] });
    await assert.rejects(check("order"), {
      message:
        'The program has no consumer "order". Give one of: orders, events, activity, changes, odd, anything, later, failing.',
    });
    await assert.rejects(
      check("changes"),
      /^Error: The program has 2 consumers "changes"\. Give the name of a function instead: changes-\w{7} \(table\), changes-\w{7} \(queue\)\.$/,
    );
  });

  it("are an empty list in a program without the library", async () => {
    save("other.ts", "export const answer = 42;\n");
    assert.deepEqual(await consumersOf(asked("other.ts")), []);
    await assert.rejects(checkEvents({ ...asked("other.ts"), events: [{ consumer: "orders", event: {} }] }), {
      message: 'The program has no consumer "orders". It has none at all.',
    });
  });

  it("cannot be listed where the program cannot be evaluated, nor after the caller has stopped waiting", async () => {
    save("failing.ts", 'throw new Error("The configuration is missing.");\n');
    const reason = (evaluated: Promise<unknown>) =>
      evaluated.then(
        () => assert.fail("It was evaluated."),
        ({ message }: Error) => message,
      );
    const ofGraph = await reason(evaluateProgram(asked("failing.ts")));
    assert.match(ofGraph, /^The configuration is missing\./);
    assert.equal(await reason(consumersOf(asked("failing.ts"))), ofGraph);

    save(
      "endless.ts",
      'console.log("started");\nsetInterval(() => {}, 1000);\nexport default new Promise(() => {});\n',
    );
    const stop = new AbortController();
    const stopped = checkEvents({
      ...asked("endless.ts"),
      events: [],
      signal: stop.signal,
      onOutput: () => stop.abort(),
    });
    await assert.rejects(stopped, /ended before it was evaluated \(SIGKILL\)/);
  });
});
