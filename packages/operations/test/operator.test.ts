// What an operator does with a stack as on AWS: by its outputs, the SDK's own credentials and a role of exactly the
// permissions that each command says it needs.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { until } from "../../../test/support/until";
import { listLetters } from "../letters/list";
import { showLetters } from "../letters/show";
import { tailLog } from "../logs/tail";
import type { needsOf } from "../stack/actions";
import { openStack, type Stack } from "../stack/stack";
import { Shop } from "./support/shop";

const { signal } = new AbortController();
const ofSdk = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;

describe("an operator", () => {
  let shop: Shop;
  let folder: string;
  let file: string;
  const former = Object.fromEntries(ofSdk.map((name) => [name, process.env[name]]));
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-operator-"));
    shop = await Shop.start();
    file = path.join(folder, "outputs.json");
    writeFileSync(file, JSON.stringify(shop.run.outputs));
    const hasLetter = (name: string) =>
      until(async () => (await shop.counts(name))[0] >= 1, `${name} has a dead letter`);
    await shop.run.send("ordersUrl", { id: "o-1", type: "order.paid", fails: "declined" });
    // In one batch, the crash of one would be that of both.
    await hasLetter("orders");
    await shop.run.send("ordersUrl", { id: "o-2", fails: "crash" });
    const { kinesis } = shop.clients;
    const click = { id: "c-1", fails: "unreachable" };
    const StreamName = shop.run.output("streamName");
    await kinesis.send(
      new PutRecordCommand({ StreamName, PartitionKey: "p", Data: Buffer.from(JSON.stringify(click)) }),
    );
    const { address, graph } = shop.run.local;
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const sns = new SNSClient({ endpoint: address, region: graph.region, credentials });
    const Message = JSON.stringify({ id: "n-1", type: "news", fails: "unreachable" });
    await sns.send(new PublishCommand({ TopicArn: shop.run.output("topicArn"), Message }));
    sns.destroy();
    for (const name of ["clicks", "audit"]) await hasLetter(name);
  });
  afterEach(() => {
    for (const name of ofSdk) {
      if (former[name] === undefined) delete process.env[name];
      else process.env[name] = former[name];
    }
  });
  after(async () => {
    await shop?.stop();
    rmSync(folder, { recursive: true });
  });

  /** The stack as on AWS, with a role of the program, or with any key. */
  async function asOnAws(role?: keyof typeof needsOf & ("list" | "show" | "tail")): Promise<Stack> {
    process.env.AWS_ENDPOINT_URL = shop.run.local.address;
    const arn = (shop.run.outputs.roles as unknown as Record<string, string>)[role ?? ""];
    const session = { RoleArn: arn, RoleSessionName: "ada" };
    const { Credentials } = arn === undefined ? {} : await shop.clients.sts.send(new AssumeRoleCommand(session));
    process.env.AWS_ACCESS_KEY_ID = Credentials?.AccessKeyId ?? "any";
    process.env.AWS_SECRET_ACCESS_KEY = Credentials?.SecretAccessKey ?? "any";
    if (Credentials?.SessionToken !== undefined) process.env.AWS_SESSION_TOKEN = Credentials.SessionToken;
    return openStack({ outputs: file, port: 4566, signal });
  }
  const list = (stack: Stack) =>
    listLetters(stack, {
      consumers: stack.consumers.filter(({ name }) => name !== "onward"),
      by: "reason",
      filter: {},
      limit: 100,
      signal,
    });
  const show = (stack: Stack, name: string, reason: string) => {
    const consumer = stack.consumers.find((each) => each.name === name) ?? assert.fail();
    return showLetters(stack, { consumer, filter: { reason: [reason] }, limit: 1, log: true, signal });
  };
  /** The letter when its log has this word: a function writes its last lines after the letter is stored. */
  const shown = async (stack: Stack, name: string, reason: string, word: string) => {
    let letter: Awaited<ReturnType<typeof showLetters>>["letters"][number] | undefined;
    await until(async () => {
      [letter] = (await show(stack, name, reason)).letters;
      return letter?.log?.lines.some(({ message }) => message.includes(word));
    }, `the log of ${name} has ${word}`);
    return letter;
  };

  it("finds the consumers of a file of outputs, with their functions and logs", async () => {
    const stack = await asOnAws();
    assert.deepEqual(
      stack.consumers.map(({ name, kind, functionName, logGroupName }) => [name, kind, !functionName, !logGroupName]),
      [
        ["audit", "topic-consumer", false, false],
        ["clicks", "stream", false, false],
        ["ledger", "queue", false, false],
        ["news", "topic", true, true],
        ["orders", "queue", false, false],
        ["onward", "queue", true, true],
      ],
    );
    assert.deepEqual([stack.name, stack.flags], [file, ` --outputs ${file}`]);
    stack.close();
  });

  it("lists with a role that has what list needs, and nothing else", async () => {
    const stack = await asOnAws("list");
    const { queues, groups } = await list(stack);
    assert.ok(queues.every(({ complete }) => complete));
    const reasons = groups.map(({ consumers, errorType }) => `${consumers} ${errorType}`);
    for (const each of ["orders PaymentDeclined", "clicks RetryAttemptsExhausted", "audit TypeError"]) {
      assert.ok(reasons.includes(each), reasons.join("; "));
    }
    const { log } = (await show(stack, "orders", "PaymentDeclined")).letters[0] ?? {};
    assert.match(
      log?.fault ?? "",
      /^arn:aws:sts::000000000000:assumed-role\/spillway-dev-lister-\w+\/ada may not logs:FilterLogEvents on .*docs\/dead-letters\.md/,
    );
    stack.close();
  });

  it("sees the event, the reason and the log of the failing invocation with what show needs", async () => {
    const stack = await asOnAws("show");
    const letter = await shown(stack, "orders", "PaymentDeclined", '"batch"');
    assert.deepEqual(letter?.event, { id: "o-1", type: "order.paid", fails: "declined" });
    assert.deepEqual([letter?.type, letter?.errorMessage], ["order.paid", "The bank declined the payment of o-1."]);
    const lines = letter?.log?.lines.map(({ message }) => JSON.parse(message) as Record<string, unknown>) ?? [];
    assert.ok(
      lines.some(({ message, id }) => message === "works" && id === "o-1"),
      JSON.stringify(lines),
    );
    assert.ok(!lines.some(({ id }) => id === "o-2"));
    const { failures } = lines.find(({ message }) => message === "batch") ?? {};
    assert.equal((failures as readonly unknown[]).length, 1);

    const click = await shown(stack, "clicks", "RetryAttemptsExhausted", "fetch failed");
    assert.equal(click?.kind, "description");
    const [news] = (await show(stack, "audit", "TypeError")).letters;
    assert.deepEqual(news?.event, { id: "n-1", type: "news", fails: "unreachable" });
    stack.close();
  });

  it("finds the last lines of a record whose function died, when SQS has moved it without a reason", async () => {
    const [id] = await shop.fill("orders", 1);
    const [letter] = (await show(shop.stack, "orders", "NoReason")).letters;
    assert.equal(letter?.id, id);
    assert.deepEqual(letter?.log?.lines, []);
    const since = `${letter?.sentAt.slice(0, 19)}Z`;
    assert.equal(
      letter?.log?.fault,
      "No line of the log names this record. Read what was logged since it was sent: " +
        `npx spillway tail orders${shop.stack.flags} --since ${since}`,
    );
    // The crash is received twice, a visibility timeout apart.
    await until(async () => (await show(shop.stack, "orders", "MovedBySQS")).letters.length === 1, "SQS moves it");
    const [crashed] = (await show(shop.stack, "orders", "MovedBySQS")).letters;
    assert.equal(crashed?.kind, "moved");
    const lines = crashed?.log?.lines.map(({ message }) => message) ?? [];
    assert.ok(
      lines.some((line) => /"works".*"o-2"|"o-2".*"works"/.test(line)),
      lines.join("\n"),
    );
    assert.ok(
      lines.some((line) => /"platform.report".*"status":"error"/.test(line)),
      lines.join("\n"),
    );
  });

  it("follows a log with what tail needs, each line once, and is told what is missing for the rest", async () => {
    const stack = await asOnAws("tail");
    const stop = new AbortController();
    const seen: string[] = [];
    const consumer = stack.consumers.find(({ name }) => name === "orders") ?? assert.fail();
    const following = tailLog(stack, {
      ...{ consumer, since: new Date(), signal: stop.signal },
      onEvent: ({ message }) => seen.push(message),
    });
    await shop.run.send("ordersUrl", { id: "followed-1" });
    await until(() => seen.some((line) => line.includes("followed-1")));
    await shop.run.send("ordersUrl", { id: "followed-2" });
    await until(() => seen.some((line) => line.includes("followed-2")));
    stop.abort();
    await following;
    assert.equal(seen.filter((line) => line.includes('"works"') && line.includes("followed-1")).length, 1);
    await assert.rejects(list(stack), (error: Error) => {
      assert.match(
        error.message,
        /assumed-role\/spillway-dev-tailer-\w+\/ada may not sqs:\w+ on arn:aws:sqs:eu-west-1:/,
      );
      return error.name === "AccessDenied";
    });
    stack.close();
    const topic = shop.consumer("news");
    await assert.rejects(
      tailLog(shop.stack, { consumer: topic, since: new Date(), signal, onEvent: () => {} }),
      /The output of "news" names no log group\. Those with a log are: audit, clicks, ledger, orders\./,
    );
  });
});
