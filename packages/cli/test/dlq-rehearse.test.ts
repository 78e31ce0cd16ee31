import { strict as assert } from "node:assert";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { Run } from "../../../test/support/run";
import { alive, descendants, endAll, foldersOf, Spillway } from "../../../test/support/start";
import { until } from "../../../test/support/until";

describe("spillway dlq rehearse and replay, and spillway send", () => {
  let run: Run;
  before(async () => {
    run = await Run.start();
    // Nobody orders nothing: each is dead at once.
    for (const id of ["o-1", "o-2"]) {
      await run.send("ordersQueueUrl", { orderId: id, customerId: "c-1", items: [{ sku: "book", quantity: 0 }] });
    }
    await until(async () => (await depth())[0] === 2);
  });
  afterEach(endAll);
  after(() => run?.stop());

  const depth = async () => {
    const { Attributes = {} } = await run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: run.output("ordersDeadLetterQueueUrl"), AttributeNames: ["All"] }),
    );
    return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
  };
  const start = (...args: readonly string[]) => new Spillway([...args, "--port", new URL(run.local.address).port]);
  const spillway = async (...args: readonly string[]) => {
    const command = start(...args);
    const code = await command.ended;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };

  it("tells which letters still fail, and ends with 1", async () => {
    const { code, stdout, stderr } = await spillway("dlq", "rehearse", "orders");
    assert.equal(code, 1, stderr);
    const [head, verdict, ...rest] = stdout.split("\n");
    assert.equal(head, "orders: 2 dead letters in this checkout's code.");
    assert.match(
      verdict ?? "",
      /^ {2}✗ 2 still fail with InvalidEvent: items\.0\.quantity: .*; they were InvalidEvent before$/,
    );
    assert.match(
      rest.join("\n"),
      /Nothing was changed where the dead letters are\.\nNext: npx spillway dlq show orders .*--id /,
    );
    assert.deepEqual(await depth(), [2, 0]);
  });

  it("leaves nothing behind when it is interrupted, and the letters where they are", async () => {
    const command = start("dlq", "rehearse", "orders");
    await until(
      () => command.stderr.includes("Starting this checkout's program") && descendants(command.pid).length > 0,
    );
    const { pid } = command;
    const children = descendants(pid);
    command.kill("SIGINT");
    assert.equal(await command.ended, 130);
    await until(() => !children.some(alive));
    assert.deepEqual(foldersOf(pid), []);
    assert.deepEqual(await depth(), [2, 0]);
  });

  it("sends an example that the schema takes, with what is set in it, and says the ids as JSON", async () => {
    const { code, stdout, stderr } = await spillway("send", "orders", "--set", 'orderId="sent-1"', "--json");
    assert.equal(code, 0, stderr);
    const { ids, body } = JSON.parse(stdout);
    assert.equal(ids.length, 1);
    assert.equal(JSON.parse(body).orderId, "sent-1");
    await until(async () => (await run.item("ordersTableName", { orderId: "sent-1" })) !== undefined);
  });

  it("sends nothing that the schema refuses", async () => {
    const { code, stdout, stderr } = await spillway("send", "orders", "--set", "items[0].quantity=0");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /Not sent: the schema of "orders" refuses it\.\n {2}items\.0\.quantity/);
  });

  it("sends no member that the schema does not have, unless it is asked to", async () => {
    const { code, stdout, stderr } = await spillway("send", "orders", "--set", "items[0].qty=2");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /\n {2}items\.0\.qty: The schema has no "qty" there\. Did you mean "quantity"\? It has: sku, quantity\.\n/,
    );
    assert.match(stderr, /--body FILE sends members that the schema does not know/);
    const sent = await spillway("send", "orders", "--set", 'orderId="sent-2"', "--set", "qty=2", "--no-check");
    assert.equal(sent.code, 0, sent.stderr);
    assert.match(sent.stdout, /\nNext: npx spillway tail orders .*--since 1m\n$/);
  });

  it("says what to do instead for what it does not take", async () => {
    const table = await spillway("send", "order-changes");
    assert.equal(table.code, 1);
    assert.match(table.stderr, /"order-changes" consumes the changes of a table\. Write an item to the table/);
    const text = await spillway("send", "orders", "--body", "not an order");
    assert.deepEqual([text.code, text.stdout], [1, ""]);
    assert.match(text.stderr, /^--body not an order cannot be read: ENOENT.*\. Give the name of a file/m);
    const replay = await spillway("dlq", "replay", "orders");
    assert.equal(replay.code, 1);
    assert.match(replay.stderr, /"orders" consumes a queue, .* use: npx spillway dlq redrive orders --port \d+/);
    assert.equal((await spillway("dlq", "rehearse")).code, 2);
  });

  it("says when there is nothing to replay", async () => {
    const { code, stdout } = await spillway("dlq", "replay", "activity");
    assert.equal(code, 0);
    assert.match(stdout, /^activity: Lambda has described nothing that it gave up\.\nNext: /);
  });
});
