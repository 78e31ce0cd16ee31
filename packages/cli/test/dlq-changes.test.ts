import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { GetQueueAttributesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { Run } from "../../../test/support/run";
import { endAll, Spillway } from "../../../test/support/start";
import { until } from "../../../test/support/until";

const order = (orderId: string, quantity: number) => ({
  orderId,
  customerId: "c-1",
  items: [{ sku: "book", quantity }],
});

describe("spillway dlq redrive, edit, discard and restore", () => {
  let run: Run;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-dlq-"));
    run = await Run.start();
    // Nobody orders nothing: each is dead at once.
    for (const id of ["o-1", "o-2", "o-3"]) await run.send("ordersQueueUrl", order(id, 0));
    await until(async () => (await count()) === 3);
  });
  afterEach(endAll);
  after(async () => {
    await run?.stop();
    rmSync(folder, { recursive: true });
  });

  const count = async () => {
    const { Attributes = {} } = await run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: run.output("ordersDeadLetterQueueUrl"), AttributeNames: ["All"] }),
    );
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  };
  const spillway = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const command = new Spillway(["dlq", ...args, "--port", new URL(run.local.address).port], { env });
    const code = await command.ended;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };

  it("only says what it would send, and the command that does it", async () => {
    // Without --all, too, it is all of them.
    const { code, stdout, stderr } = await spillway(["redrive", "orders", "--wait", "240"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /COUNT {2}REASON +GOES TO\n +3 +InvalidEvent +queue spillway-dev-orders-/);
    assert.match(stdout, /orders: would send 3 dead letters\. Nothing was changed\./);
    assert.equal(await count(), 3);
    const [, line = ""] = /^Do it with: npx spillway dlq (.*)$/m.exec(stderr) ?? [];
    assert.match(line, /^redrive orders --wait 240 --port \d+ --all --yes$/);
    const done = new Spillway(["dlq", ...line.split(" ")]);
    assert.equal(await done.ended, 1, done.stderr);
    assert.match(
      done.stdout,
      / by AWS\. 0 succeeded, 3 came back dead, 0 unknown\.\nAbout 3 are in the dead-letter queue now/,
    );
    assert.equal(await count(), 3);
  });

  it("ends with 1 when all of them would stay, and proposes no command that would send none", async () => {
    const reason = { errorType: "Former", errorMessage: "", sourceArn: "arn:aws:sqs:eu-west-1:000000000000:former" };
    const StringValue = JSON.stringify(reason);
    const letter = {
      ...{ QueueUrl: run.output("ordersDeadLetterQueueUrl"), MessageBody: "{}" },
      MessageAttributes: { DeadLetterReason: { DataType: "String", StringValue } },
    };
    for (let index = 0; index < 2; index += 1) await run.sqs.send(new SendMessageCommand(letter));
    await until(async () => (await count()) === 5);
    const { code, stdout, stderr } = await spillway(["redrive", "orders", "--source", "former"]);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^orders: would send 0 dead letters, and 2 would stay\. Nothing was changed\.$/m);
    assert.doesNotMatch(stderr, /Do it with/);
    const discarded = await spillway([
      "discard",
      "orders",
      "--source",
      "former",
      "--yes",
      "--output",
      path.join(folder, "f"),
    ]);
    assert.equal(discarded.code, 0, discarded.stderr);
    assert.equal(await count(), 3);
  });

  it("waits for the outcome of one letter, and ends with 1 when it came back dead", async () => {
    const { stdout } = await spillway(["redrive", "orders", "--json"]);
    const [id = ""] = JSON.parse(stdout).plan.ids;
    const sent = await spillway(["redrive", "orders", "--id", id, "--wait", "240"]);
    assert.equal(sent.code, 1, sent.stderr);
    assert.match(sent.stdout, /^orders: 1 dead letter sent to queue .*\. 0 succeeded, 1 came back dead, 0 unknown\.$/m);
    assert.match(
      sent.stdout,
      /A run loads what you save only if it was started with --watch\.\nNext: npx spillway dlq list orders/,
    );
    await until(async () => (await count()) === 3);
  });

  it("refuses --yes without a choice, and a name that is not there", async () => {
    const unchosen = await spillway(["redrive", "orders", "--yes"]);
    assert.equal(unchosen.code, 2);
    assert.match(unchosen.stderr, /--yes needs a choice\. Give --all, or a filter/);
    const both = await spillway(["discard", "orders", "--all", "--reason", "x"]);
    assert.equal(both.code, 2);
    const unknown = await spillway(["redrive", "order", "--all", "--yes"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /There is no consumer "order"\. The stack has: .*orders/);
    assert.equal(await count(), 3);
  });

  it("ends with 1 when the letters come back dead, and says so as JSON", async () => {
    const args = ["--all", "--canary", "1", "--yes", "--json"];
    const { code, stdout, stderr } = await spillway(["redrive", "orders", ...args]);
    assert.equal(code, 1, stderr);
    const { done } = JSON.parse(stdout);
    assert.deepEqual([done.sent, done.stopped], [1, "1 of the first 1 came back dead"]);
    await until(async () => (await count()) === 3);
  });

  it("gives back what it has not sent on Ctrl-C, says what was done, and ends with 130", async () => {
    const { port } = new URL(run.local.address);
    const command = new Spillway(["dlq", "redrive", "orders", "--all", "--rate", "0.1", "--yes", "--port", port]);
    await until(() => command.stderr.includes("1 sent"));
    command.kill("SIGINT");
    assert.equal(await command.ended, 130, command.stderr);
    assert.match(command.stdout, /1 dead letter sent to queue .*\nIt ended early: it was interrupted/s);
    await until(async () => (await count()) === 3);
  });

  it("edits with --set what its consumer's schema takes, and refuses what it does not", async () => {
    const { stdout } = await spillway(["redrive", "orders", "--all", "--json"]);
    const [id = ""] = JSON.parse(stdout).plan.ids;
    const refused = await spillway(["edit", "orders", id, "--set", "items[0].quantity=1001"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /was not sent:\n {2}items\.0\.quantity: /);
    const unknown = await spillway(["edit", "orders", id, "--set", "items[0].qty=2"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stdout, /\n {2}items\.0\.qty: The schema has no "qty" there\. Did you mean "quantity"\?/);
    assert.equal(await count(), 3);
    const sent = await spillway(["edit", "orders", id, "--set", "items[0].quantity=2"]);
    assert.equal(sent.code, 0, sent.stderr);
    assert.match(
      sent.stdout,
      /was sent to queue spillway-dev-orders-.*\nNext: npx spillway tail orders --port \d+ --since 1m$/m,
    );
    await until(async () => (await run.items("ordersTableName")).length === 1);
    assert.equal(await count(), 2);
  });

  it("takes the event from a file, and opens no editor where there is no terminal", async () => {
    const { stdout } = await spillway(["redrive", "orders", "--all", "--json"]);
    const [id = ""] = JSON.parse(stdout).plan.ids;
    const withoutTerminal = await spillway(["edit", "orders", id]);
    assert.equal(withoutTerminal.code, 2);
    assert.match(withoutTerminal.stderr, /an editor needs a terminal\. Give --set PATH=VALUE or --body FILE/);
    const body = path.join(folder, "event.json");
    const unread = await spillway(["edit", "orders", id, "--body", body]);
    assert.equal(unread.code, 1);
    assert.match(unread.stderr, /^--body .*event\.json cannot be read: ENOENT.*\. Give the name of a file/m);
    const absent = await spillway(["restore", body]);
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /^.*event\.json cannot be read: ENOENT.*\. Give a file that discard has written/m);
    writeFileSync(body, JSON.stringify(order("edited", 1)));
    const sent = await spillway(["edit", "orders", id, "--body", body]);
    assert.equal(sent.code, 0, sent.stderr);
    await until(async () => (await run.item("ordersTableName", { orderId: "edited" })) !== undefined);
    assert.equal(await count(), 1);
  });

  it("discards to a file with --yes only, and restores from it", async () => {
    const file = path.join(folder, "orders.jsonl");
    const dry = await spillway(["discard", "orders", "--all", "--output", file]);
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(
      dry.stderr,
      /Nothing was discarded\. Do it with: npx spillway dlq discard orders --all --output .* --yes$/m,
    );
    assert.deepEqual(
      readdirSync(folder).filter((name) => name === "orders.jsonl"),
      [],
    );
    const done = await spillway(["discard", "orders", "--all", "--output", file, "--yes"]);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /1 dead letter discarded\. .*\nNext: npx spillway dlq restore /);
    assert.equal(await count(), 0);
    assert.equal(JSON.parse(readFileSync(file, "utf8")).consumer, "orders");
    const restored = await spillway(["restore", file]);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /1 dead letter restored/);
    assert.equal(await count(), 1);
  });
});
