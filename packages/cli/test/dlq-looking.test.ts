// The commands that only look, as a person and a script call them.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { Run } from "../../../test/support/run";
import { endAll, Spillway } from "../../../test/support/start";
import { until } from "../../../test/support/until";
import { durationOf } from "../letters/durations";

const order = (orderId: string) => ({ orderId, customerId: "c-1", items: [{ sku: "book", quantity: 0 }] });

describe("spillway dlq list and show, tail and outputs", () => {
  let run: Run;
  let folder: string;
  /** Told of each action that a user asks for, before it is done. */
  let onAction: (action: string) => void = () => {};
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-looking-"));
    run = await Run.start({
      observers: [{ before: ({ kind }, _service, action) => void (kind === "user" && onAction(action)) }],
    });
    for (const id of ["o-1", "o-2", "o-3"]) await run.send("ordersQueueUrl", order(id));
    await until(async () => (await visible()) === 3);
    // A function writes what it has given up after the dead letters are stored.
    await until(
      () => run.lines.reduce((sum, line) => sum + line.split('"outcome":"deadLettered"').length - 1, 0) === 3,
    );
  });
  afterEach(() => {
    onAction = () => {};
    return endAll();
  });
  after(async () => {
    await run?.stop();
    rmSync(folder, { recursive: true });
  });

  const visible = async () => {
    const { Attributes = {} } = await run.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: run.output("ordersDeadLetterQueueUrl"), AttributeNames: ["All"] }),
    );
    return Number(Attributes.ApproximateNumberOfMessages);
  };
  const port = () => new URL(run.local.address).port;
  const spillway = async (line: string, env: NodeJS.ProcessEnv = {}) => {
    const command = new Spillway(line.replace("PORT", port()).split(" "), { env });
    const code = await command.ended;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };

  it("list groups, and names the next command", async () => {
    const { code, stdout, stderr } = await spillway("dlq list --port PORT");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^3 dead letters in the local run, in 1 of 9 queues\.\n\norders \(queue\): 3\n/);
    assert.match(
      stdout,
      /COUNT {2}OLDEST +NEWEST +EXPIRES IN +CAME BACK +REASON\n {2}3 .* ago .* ago .*13 d 23 h +- +InvalidEvent\n/,
    );
    assert.match(
      stdout,
      new RegExp(`\\nNext: npx spillway dlq show orders --port ${port()} --reason InvalidEvent\\n$`),
    );
    for (const line of stdout.split("\n")) assert.ok(line.length <= 100, line);
    assert.equal(stderr, "");
    assert.equal(await visible(), 3);
  });

  it("list prints one JSON document, of one consumer, by what is asked for", async () => {
    const { code, stdout } = await spillway("dlq list orders sweep --by consumer --json --port PORT");
    assert.equal(code, 0);
    const { by, queues, groups } = JSON.parse(stdout);
    assert.equal(by, "consumer");
    assert.deepEqual(
      queues.map(({ consumer, total, read, complete }: Record<string, unknown>) => [consumer, total, read, complete]),
      [
        ["orders", 3, 3, true],
        ["sweep", 0, 0, true],
      ],
    );
    assert.deepEqual(
      [groups.length, groups[0].key, groups[0].count, groups[0].errorType],
      [1, "orders", 3, "InvalidEvent"],
    );
  });

  it("show has one order's event and log, and rehearse and redrive for the next commands", async () => {
    const { code, stdout, stderr } = await spillway("dlq show orders --where orderId=o-2 --port PORT");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^InvalidEvent: .*\n {2}id +[0-9a-f-]{36}\n {2}failed +\d{4}-/s);
    assert.match(stdout, /"orderId": "o-2"/);
    assert.ok(!stdout.includes("o-1"));
    assert.match(stdout, / {2}log +\d\d:\d\d:\d\d\.\d{3} ✗ orders .* dead-lettered/);
    assert.match(stdout, /Next: npx spillway dlq rehearse orders .*\n.*\n {2}npx spillway dlq redrive orders /);
    const none = await spillway("dlq show orders --where orderId=o-9 --json --port PORT");
    const { letters, total, read, complete } = JSON.parse(none.stdout);
    assert.deepEqual([letters, total, read, complete], [[], 3, 3, true]);
    assert.equal(await visible(), 3);
  });

  it("read a file of outputs as those of a stack, and say first what they need", async () => {
    const file = path.join(folder, "outputs.json");
    writeFileSync(file, JSON.stringify(run.outputs));
    const env = { AWS_ENDPOINT_URL: run.local.address, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const { code, stdout, stderr } = await spillway(`dlq list --outputs ${file}`, env);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^Needs sqs:GetQueueAttributes, sqs:ReceiveMessage, sqs:ChangeMessageVisibility on the dead-letter/,
    );
    assert.ok(stdout.includes(`Next: npx spillway dlq show orders --outputs ${file} --reason InvalidEvent`), stdout);
  });

  it("outputs prints all, or one value", async () => {
    const one = await spillway("outputs ordersQueueUrl --port PORT");
    assert.deepEqual([one.code, one.stdout], [0, `${run.output("ordersQueueUrl")}\n`]);
    const all = await spillway("outputs --json --port PORT");
    assert.deepEqual(JSON.parse(all.stdout), run.outputs);
    const text = await spillway("outputs --port PORT");
    assert.match(text.stdout, /^ordersTableName +spillway-dev-orders-\w+$/m);
    const unknown = await spillway("outputs order --port PORT");
    assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
    assert.match(unknown.stderr, /There is no output "order"\. The program exports: .*ordersQueueUrl/);
  });

  it("tail follows a log until it is interrupted", async () => {
    const tail = new Spillway(["tail", "orders", "--since", "1h", "--json", "--port", port()]);
    await until(() => tail.stdout.split("\n").some((line) => line.includes("InvalidEvent")), "the lines of before");
    tail.kill("SIGINT");
    assert.equal(await tail.ended, 130);
    const [first = ""] = tail.stdout.split("\n");
    assert.deepEqual(Object.keys(JSON.parse(first)), ["timestamp", "stream", "message"]);
  });

  it("tail says at once what it follows, and shows Lambda's own lines only when they are asked for", async () => {
    const [plain, verbose] = [[], ["--verbose"]].map(
      (more) => new Spillway(["tail", "orders", "--since", "1h", ...more, "--port", port()]),
    );
    const isThere = ({ stdout }: Spillway) => stdout.split("InvalidEvent").length > 3;
    await until(() => plain !== undefined && isThere(plain), "the lines of before");
    await until(() => verbose?.stdout.includes("orders  Lambda: report, status success, ") ?? false, "a report");
    for (const tail of [plain, verbose]) {
      tail?.kill("SIGINT");
      assert.equal(await tail?.ended, 130);
      const heading =
        /^Follows the log of orders \(spillway-dev-orders-.*\): what was written since .*Z, .*Ctrl-C ends it\.$/m;
      assert.match(tail?.stderr ?? "", heading);
      assert.doesNotMatch(tail?.stdout ?? "", /platform\./);
    }
    assert.doesNotMatch(plain?.stdout ?? "", /Lambda: /);
  });

  it("list gives everything back on Ctrl-C", async () => {
    const QueueUrl = run.output("ordersDeadLetterQueueUrl");
    for (let batch = 0; batch < 80; batch++) {
      const Entries = Array.from({ length: 10 }, (_, at) => ({ Id: String(at), MessageBody: `${batch}-${at}` }));
      await run.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
    let receives = 0;
    onAction = (action) => {
      if (action === "ReceiveMessage" && ++receives === 5) list.kill("SIGINT");
    };
    const list = new Spillway(["dlq", "list", "orders", "--port", port()]);
    assert.equal(await list.ended, 130);
    assert.equal(list.stdout, "");
    assert.equal(await visible(), 803);
  });

  it("say what is wrong: exit code 2 for the line, 1 for the rest", async () => {
    const wrong = await spillway("dlq list --where orderId --port PORT");
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
    assert.match(wrong.stderr, /is no condition\. Give path=value/);
    assert.equal((await spillway("dlq list --since yesterday")).code, 2);
    assert.equal((await spillway("dlq list --by color")).code, 2);
    const unknown = await spillway("dlq show order --port PORT");
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /There is no consumer "order"\. The stack has: .*orders/);
    const nobody = await spillway("dlq list --port 1");
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /No local run listens at http:\/\/127\.0\.0\.1:1\. Start it with `npx spillway start`/);
    const both = await spillway("dlq list --stack prod --outputs o.json");
    assert.match(both.stderr, /--stack and --outputs were both given/);
    const missing = await spillway("dlq list --outputs absent.json");
    assert.match(missing.stderr, /--outputs absent\.json cannot be read: ENOENT.*pulumi stack output --json/);
    // Without the place where pulumi may be.
    const noPulumi = await spillway("dlq list --stack prod", { PATH: folder });
    assert.equal(noPulumi.code, 1);
    assert.match(noPulumi.stderr, /`pulumi` was not found.*--outputs outputs\.json/);
    const empty = path.join(folder, "empty.json");
    writeFileSync(empty, '{"region":"arn:aws:sqs:eu-west-1:123456789012:queue"}');
    const none = await spillway(`dlq list --outputs ${empty}`);
    assert.match(
      none.stderr,
      /outputs name no dead letters\. .*export const deadLetters = \{ <name>: <the consumer's variable>\.deadLetters \}/,
    );
  });

  it("tell durations in two units", () => {
    const second = 1000;
    const told = [0, 999, 61 * second, 3600 * second, 90_061 * second, -5].map(durationOf);
    assert.deepEqual(told, ["0 s", "0 s", "1 min 1 s", "1 h", "1 d 1 h", "0 s"]);
  });
});
