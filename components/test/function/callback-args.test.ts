// A callback that is none is refused where the consumer is made, and not at each start of the function.
import { strict as assert } from "node:assert";
import { counting, Note, note } from "../../../test/support/callbacks";
import { refusal } from "../../../test/support/component-graph";
import { ArgumentErrors } from "../../base/argument-errors";
import { checkBundleOptions, checkCallback } from "../../function/callback-args";
import { QueueConsumer } from "../../queue-consumer";
import { callback } from "../../runtime/callback/callback";
import { StreamConsumer } from "../../stream-consumer";
import { TableConsumer } from "../../table-consumer";
import { TopicConsumer } from "../../topic-consumer";

/** As in a program that is not type-checked. */
const untyped = (given: unknown) => given as typeof note;
const topic = { arn: "arn:aws:sns:eu-west-1:000000000000:notes" };
const table = { streamArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/notes/stream/2026-01-01T00:00:00.000" };
const consumers: Readonly<Record<string, (given: unknown) => unknown>> = {
  QueueConsumer: (given) => new QueueConsumer("notes", { callback: untyped(given), batchSize: 0 }),
  StreamConsumer: (given) => new StreamConsumer("notes", { callback: untyped(given), batchSize: 0 }),
  TableConsumer: (given) => new TableConsumer("notes", { callback: untyped(given) as never, table, batchSize: 0 }),
  TopicConsumer: (given) => new TopicConsumer("notes", { callback: untyped(given), topic, maximumRetryAttempts: 9 }),
};

describe("an invalid callback", () => {
  for (const [consumer, make] of Object.entries(consumers)) {
    it(`is refused by a ${consumer}, together with its other errors`, async () => {
      const message = await refusal(() => make(async () => {}));
      assert.match(message, new RegExp(`^${consumer} "notes":\n`));
      assert.match(
        message,
        / - callback is a function\. A consumer needs the schema of its events, too; give what callback\(/,
      );
      assert.match(message, / - (batchSize is 0|maximumRetryAttempts is 9)/);
    });
  }

  for (const [given, says] of [
    [undefined, /callback is undefined; give what callback\(schema, factory\) returns\. An import is undefined/],
    [null, /callback is null; /],
    ["note", /callback is a string; /],
    [{ handler: () => {} }, /callback is an object without a kind of callback; /],
    [{ ...note, schema: { type: "object" } }, /callback has no Standard Schema/],
    [callback(Note, (async () => {})() as never), /callback has no function as its factory/],
    [counting, /a window callback is for a StreamConsumer or a TableConsumer with tumblingWindow/],
  ] as const) {
    it(`is refused with a message that fits: ${says.source.slice(0, 60)}`, async () => {
      const message = await refusal(() => new QueueConsumer("notes", { callback: untyped(given) }));
      assert.match(message, says);
      assert.match(message, /^QueueConsumer "notes": /);
    });
  }

  it("does not include one with a schema of any library that implements Standard Schema", () => {
    const schema = Object.assign(() => {}, { "~standard": Note["~standard"] });
    assert.equal(checkCallback({ ...note, schema }, new ArgumentErrors("QueueConsumer"), { windows: false }), true);
  });
});

describe("the files in the archive beside the code", () => {
  const refused = (options: Parameters<typeof checkBundleOptions>[0]) => {
    const reasons: string[] = [];
    const errors = new ArgumentErrors("QueueConsumer");
    errors.add = (reason) => void reasons.push(reason);
    checkBundleOptions(options, errors);
    return reasons;
  };

  it("may be left out, or named by packages and by paths below the archive's root", () => {
    assert.deepEqual(refused({}), []);
    const assets = { "rates.json": "functions/rates.json", "node_modules/sharp": "linux/node_modules/sharp" };
    assert.deepEqual(refused({ external: ["sharp", "@scope/native.js"], assets }), []);
  });

  it("are refused where they are impossible", () => {
    for (const name of ["../a", "/a", ".", "index.js", "./index.js"]) {
      assert.match(refused({ assets: { [name]: "a" } }).join(), /give a path below the archive's root/, name);
    }
    for (const name of ["./sharp", "sharp/lib", "", "*"]) {
      assert.match(refused({ external: [name] }).join(), /is not the name of a package/, name);
    }
  });
});
