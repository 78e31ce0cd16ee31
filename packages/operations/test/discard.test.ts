import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { auditStream } from "../audit";
import { assign, readAssignment } from "../edit/assignment";
import { type EditRequest, edit } from "../edit/edit";
import { discard } from "../redrive/discard";
import { restore } from "../redrive/restore";
import { Fixable } from "./support/fixable";

describe("dead letters that are discarded, restored and edited", () => {
  let fixable: Fixable;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-discard-"));
    fixable = await Fixable.start();
  });
  after(async () => {
    await fixable?.stop();
    rmSync(folder, { recursive: true });
  });

  const bodiesOf = async (name: string) => (await fixable.letters(name)).map(({ Body }) => Body ?? "").sort();
  const discardAll = (name: string, file: string, agrees = true) =>
    discard(
      fixable.stack,
      { consumer: fixable.consumer(name), filter: {}, file, agrees: async () => agrees, audit: true },
      fixable.working(),
    );
  const restoreFrom = (file: string, fromLine = 1) =>
    restore(fixable.stack, { file, fromLine, audit: true }, fixable.working());

  /** What was said in the log group of the consumer. */
  async function operations(name: string): Promise<readonly Record<string, unknown>[]> {
    const { events = [] } = await fixable.clients.logs.send(
      new FilterLogEventsCommand({
        logGroupName: fixable.consumer(name).logGroupName,
        logStreamNames: [auditStream],
      }),
    );
    return events.map(({ message = "" }) => JSON.parse(message));
  }

  it("asks first, and deletes nothing when the answer is no", async () => {
    await fixable.send(fixable.consumer("jobs").url, { id: "kept" });
    const file = path.join(folder, "no.jsonl");
    const answer = await discardAll("jobs", file, false);
    assert.ok("plan" in answer && answer.plan.count === 1);
    assert.equal((await fixable.letters("jobs")).length, 1);
    assert.throws(() => statSync(file), /ENOENT/);
  });

  it("writes each to a file that only its owner reads, deletes it, and puts it back as it was", async () => {
    const bytes = Uint8Array.from([0, 200, 13]);
    const attributes: Record<string, MessageAttributeValue> = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`a${index}`, { DataType: "Number.int", StringValue: String(index) }]),
    );
    attributes.bytes = { DataType: "Binary", BinaryValue: bytes };
    await fixable.send(fixable.consumer("jobs").url, 'text with "quotes"\nand ü', { attributes, group: "tenant" });
    const before = await bodiesOf("jobs");
    assert.equal(before.length, 2);
    const file = path.join(folder, "jobs.jsonl");
    const answer = await discardAll("jobs", file);
    assert.ok("done" in answer);
    assert.deepEqual([answer.done.discarded, answer.done.left], [2, []]);
    assert.equal(await fixable.count("jobs"), 0);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, "utf8").split("\n").length, 3);
    const restored = await restoreFrom(file);
    assert.deepEqual([restored.restored, restored.failed, restored.nextLine], [2, [], undefined]);
    assert.deepEqual(await bodiesOf("jobs"), before);
    const text = (await fixable.letters("jobs")).find(({ Body }) => Body?.startsWith("text")) ?? assert.fail();
    assert.deepEqual(Object.keys(text.MessageAttributes ?? {}).sort(), Object.keys(attributes).sort());
    assert.deepEqual(Uint8Array.from(text.MessageAttributes?.bytes?.BinaryValue ?? []), bytes);
    assert.equal(text.Attributes?.MessageGroupId, "tenant");
    await assert.rejects(discardAll("jobs", file), /is there already. Name another file with --output/);
    assert.equal(await fixable.count("jobs"), 2);
    const said = await operations("jobs");
    const phases = said.map(({ operation, phase, count, who }) => [operation, phase, count, who]);
    assert.deepEqual(phases.slice(0, 4), [
      ["discard", "intended", 2, "local"],
      ["discard", "done", 2, "local"],
      ["restore", "intended", 2, "local"],
      ["restore", "done", 2, "local"],
    ]);
  });

  it("says how far it is once a second, and not for every ten letters", async () => {
    const { url } = fixable.consumer("others");
    for (let index = 0; index < 60; index += 1) await fixable.send(url, { id: `many-${index}` });
    const file = path.join(folder, "many.jsonl");
    for (const [work, line] of [
      [() => discardAll("others", file), /^\d+ of about 60 written to .*many\.jsonl and deleted\.$/],
      [() => restoreFrom(file), /^\d+ of 60 restored\.$/],
    ] as const) {
      fixable.said.length = 0;
      const from = performance.now();
      await work();
      const most = 1 + (performance.now() - from) / 1000;
      const lines = fixable.said.filter((each) => line.test(each));
      assert.ok(lines.length >= 1 && lines.length <= most, `${lines.length} lines, at most ${most}`);
    }
    assert.equal(await fixable.count("others"), 60);
  });

  it("keeps FIFO groups in order through a file, and goes on from a line", async () => {
    const { url } = fixable.consumer("ledger");
    const ids = Array.from({ length: 12 }, (_, index) => `one-${index}`);
    for (const id of ids) await fixable.send(url, { id }, { group: "one" });
    const file = path.join(folder, "ledger.jsonl");
    await discardAll("ledger", file);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(JSON.parse(line).body).id),
      ids,
    );
    const restored = await restoreFrom(file, 10);
    assert.deepEqual(
      restored.ids.map(({ line }) => line),
      [10, 11, 12],
    );
    assert.equal(await fixable.count("ledger"), 3);
    await assert.rejects(restoreFrom(file, 14), /has 12 lines; there is none from line 14 on/);
  });

  it("refuses a file that is none of its own", async () => {
    const file = path.join(folder, "other.jsonl");
    writeFileSync(file, '{"body":"x"}\n');
    await assert.rejects(restoreFrom(file), /Line 1 of .* is no dead letter/);
  });

  const editRequest = (name: string, id: string, more: Partial<EditRequest>): EditRequest => ({
    ...{ consumer: fixable.consumer(name), id, whole: false, audit: true },
    edit: async () => undefined,
    ...more,
  });
  const setting = (change: string) => async (text: string) =>
    JSON.stringify(assign(JSON.parse(text), readAssignment(change)));

  it("edits the event within its envelope, and the next dead letter tells from which one", async () => {
    const event = {
      specversion: "1.0",
      id: "c-1",
      source: "test",
      type: "job",
      data: { id: "in-envelope", refused: "edit" },
    };
    const envelope = {
      Type: "Notification",
      TopicArn: "arn:aws:sns:eu-west-1:000000000000:t",
      Message: JSON.stringify(event),
    };
    await fixable.send(fixable.run.output("jobsUrl"), envelope);
    await fixable.hasLetters("jobs", 3);
    const letters = await fixable.letters("jobs");
    const { MessageId: id = "" } = letters.find(({ Body }) => Body?.includes("in-envelope")) ?? assert.fail();
    const shown: string[] = [];
    const edited = await edit(
      fixable.stack,
      editRequest("jobs", id, {
        edit: async (text) => {
          shown.push(text);
          return setting("id=fixed")(text);
        },
      }),
      fixable.working(),
    );
    assert.deepEqual(
      shown.map((text) => JSON.parse(text)),
      [event.data],
    );
    assert.ok(edited.result === "sent" && edited.linked && edited.deleted);
    // It is refused again: its reason shows what it was.
    await fixable.hasLetters("jobs", 3);
    const again = (await fixable.letters("jobs")).find(({ Body }) => Body?.includes("fixed")) ?? assert.fail();
    const reason = JSON.parse(again.MessageAttributes?.DeadLetterReason?.StringValue ?? "");
    assert.equal(reason.previous?.editedFrom, id);
    const { Message } = JSON.parse(again.Body ?? "");
    assert.deepEqual(JSON.parse(Message), { ...event, data: { id: "fixed", refused: "edit" } });
    await fixable.fix("edit");
    await edit(
      fixable.stack,
      editRequest("jobs", again.MessageId ?? "", { edit: setting('id="ran"') }),
      fixable.working(),
    );
    await fixable.ran("ran");
    await fixable.hasLetters("jobs", 2);
  });

  it("sends nothing that the check refuses, and nothing that was not changed", async () => {
    const [letter = assert.fail()] = await fixable.letters("ledger");
    const id = letter.MessageId ?? "";
    const seen: unknown[] = [];
    const refused = await edit(
      fixable.stack,
      editRequest("ledger", id, {
        edit: setting("id="),
        check: async ({ name }, event) => {
          seen.push([name, event]);
          return ["id: too short"];
        },
      }),
      fixable.working(),
    );
    assert.ok(refused.result === "refused");
    assert.deepEqual([refused.issues, JSON.parse(refused.text)], [["id: too short"], { id: "" }]);
    assert.deepEqual(seen, [["ledger", { id: "" }]]);
    const unchanged = await edit(
      fixable.stack,
      editRequest("ledger", id, { edit: async (text) => text }),
      fixable.working(),
    );
    assert.equal(unchanged.result, "unchanged");
    await assert.rejects(
      edit(fixable.stack, editRequest("ledger", "nobody", {}), fixable.working()),
      /has no message nobody/,
    );
    assert.equal((await fixable.letters("ledger")).length, 3);
  });

  it("sets values at paths, and says what is not there", () => {
    const event = { items: [{ sku: "book", quantity: 1 }], "unit.price": 2 };
    const set = (...changes: readonly string[]) => changes.map(readAssignment).reduce(assign, event as unknown);
    assert.deepEqual(set("items[0].quantity=2", "note=a=b"), {
      ...event,
      items: [{ sku: "book", quantity: 2 }],
      note: "a=b",
    });
    assert.deepEqual(set('["unit.price"]=3', 'items[1]={"sku":"pen"}'), {
      items: [...event.items, { sku: "pen" }],
      "unit.price": 3,
    });
    assert.equal(Object.hasOwn(set('__proto__={"a":1}') as object, "__proto__"), true);
    assert.deepEqual(event.items[0]?.quantity, 1);
    assert.throws(() => set("order.id=1"), /The event has no order/);
    assert.throws(() => set("items[3]=1"), /items\[3\] is no place in a list of 1/);
    assert.throws(() => set("items[0].sku.x=1"), /items\[0\]\.sku is "book"/);
    assert.throws(() => readAssignment("items"), /is no change. Give path=value/);
  });
});
