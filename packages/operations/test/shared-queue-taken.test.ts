// Commands for one consumer take only its own letters of a dead-letter queue that others have too.
import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { Run } from "../../../test/support/run";
import { until } from "../../../test/support/until";
import { edit } from "../edit/edit";
import type { Filter } from "../letters/filter";
import { listLetters } from "../letters/list";
import { showLetters } from "../letters/show";
import { discard } from "../redrive/discard";
import { redrive } from "../redrive/redrive";
import type { RedriveRequest } from "../redrive/request";
import { restore } from "../redrive/restore";
import { rehearse } from "../rehearse/rehearse";
import { consumerNamed, openStack, type Stack } from "../stack/stack";

const program = path.join(__dirname, "fixtures", "shared.ts");
const foreignArn = "arn:aws:sqs:eu-west-1:000000000000:elsewhere";

describe("a dead-letter queue of two consumers", () => {
  const { signal } = new AbortController();
  const working = { signal, say: () => {} };
  let run: Run;
  let stack: Stack;
  let folder: string;
  let byHand: string;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-taken-"));
    run = await Run.start({ program });
    stack = await openStack({ port: Number(new URL(run.local.address).port), signal });
    for (const id of ["o-1", "o-2"]) await run.send("ordersUrl", { id, fails: "declined" });
    await until(async () => (await ids()).length === 2, "the first are dead letters, before the process crashes");
    // SQS moves it, and nothing but SQS says where it came from.
    await run.send("ordersUrl", { id: "o-3", fails: "crash" });
    for (const id of ["r-1", "r-2", "r-3"]) await run.send("refundsUrl", { id, fails: "declined" });
    byHand = await sendDead({ id: "by-hand" });
    await sendDead({ id: "foreign" }, { errorType: "Refused", errorMessage: "", sourceArn: foreignArn });
    await until(async () => (await ids()).length === 8, "all dead letters are there");
  });
  after(async () => {
    stack?.close();
    await run?.stop();
    rmSync(folder, { recursive: true });
  });

  const named = (name: string) => consumerNamed(stack, name);
  const none = { canaryTimeout: 5, stopAfter: 100, audit: false };
  const redriven = (name: string, filter: Filter, more: Partial<RedriveRequest> = {}) =>
    redrive(stack, { consumer: named(name), filter, yes: true, ...none, ...more }, working);
  const discarded = async (name: string, filter: Filter, file: string) => {
    const request = { consumer: named(name), filter, file: path.join(folder, file), audit: false };
    const answer = await discard(stack, { ...request, agrees: async () => true }, working);
    return "done" in answer ? answer.done : answer.plan;
  };
  const ofRefunds = { consumer: "refunds", count: 3 };
  const ofNobody = { count: 2, unnamed: 1 };

  async function sendDead(event: object, reason?: object): Promise<string> {
    const StringValue = JSON.stringify(reason);
    const { MessageId = "" } = await run.sqs.send(
      new SendMessageCommand({
        ...{ QueueUrl: run.output("deadUrl"), MessageBody: JSON.stringify(event) },
        ...(reason && { MessageAttributes: { DeadLetterReason: { DataType: "String", StringValue } } }),
      }),
    );
    return MessageId;
  }

  /** The ids of the events in the dead-letter queue. They stay. */
  async function ids(): Promise<readonly string[]> {
    const found = new Set<string>();
    for (let empty = 0; empty < 3; ) {
      const query = { QueueUrl: run.output("deadUrl"), MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
      const { Messages = [] } = await run.sqs.send(new ReceiveMessageCommand(query));
      const before = found.size;
      for (const { Body = "" } of Messages) found.add(JSON.parse(Body).id);
      if (found.size === before) empty += 1;
    }
    return [...found].sort();
  }

  it("is listed once, with the letters of each, and those of nobody where they are read", async () => {
    const list = (names: readonly string[]) =>
      listLetters(stack, { consumers: names.map(named), by: "reason", filter: {}, limit: 100, signal });
    const { queues, groups } = await list(["orders", "refunds"]);
    const taken = queues.map(({ consumers }) => consumers.map(({ name, taken: count }) => [name, count]));
    assert.deepEqual(taken, [
      [
        ["orders", 5],
        ["refunds", 3],
      ],
    ]);
    assert.equal(queues[0]?.others, undefined);
    const described = groups.map(({ consumers, errorType, count, unclaimed = false, unnamed = false }) =>
      [...consumers, errorType, count, unclaimed, unnamed].join(" "),
    );
    assert.deepEqual(described.sort(), [
      "orders MovedBySQS 1 false false",
      "orders NoReason 1 true true",
      "orders PaymentDeclined 2 false false",
      "orders Refused 1 true false",
      "refunds PaymentDeclined 3 false false",
    ]);
    const [orders] = (await list(["orders"])).queues;
    assert.deepEqual([orders?.taken, orders?.others], [5, [ofRefunds]]);
  });

  it("shows a consumer its own letters, and what those of nobody name", async () => {
    const shown = await showLetters(stack, { consumer: named("orders"), filter: {}, limit: 10, log: false, signal });
    const names = shown.letters.map(({ body, unclaimed }) => [JSON.parse(body).id, unclaimed]);
    assert.deepEqual(names.sort(), [
      ["by-hand", []],
      ["foreign", [foreignArn]],
      ["o-1", undefined],
      ["o-2", undefined],
      ["o-3", undefined],
    ]);
    assert.deepEqual(shown.others, [ofRefunds]);
  });

  it("plans and rehearses only what is the consumer's, and says what stays", async () => {
    const plan = await redriven("orders", {}, { yes: false });
    assert.ok("plan" in plan);
    assert.deepEqual([plan.plan.count, plan.plan.others], [3, [ofRefunds, ofNobody]]);
    const [rehearsal] = await rehearse({
      ...{ stack, names: ["orders"], filter: {}, limit: 100, signal, say: () => {} },
      checkout: { program, stack: "dev" },
    });
    assert.deepEqual([rehearsal?.letters.length, rehearsal?.others], [3, [ofRefunds, ofNobody]]);
  });

  it("counts in a plan what would be sent apart from what would stay, also where it is one", async () => {
    const answer = await redriven("orders", { source: ["elsewhere"] }, { yes: false });
    assert.ok("plan" in answer);
    const { count, stay, ids: chosen, groups } = answer.plan;
    assert.deepEqual([count, stay, chosen, groups[0]?.count], [0, 1, [], 1]);
    assert.match(groups[0]?.stays ?? "", /^It came from .*:elsewhere, .* Name the consumer that gets it with --to\.$/);
  });

  it("is edited by the consumer's own name only", async () => {
    const { letters } = await showLetters(stack, {
      ...{ consumer: named("refunds"), filter: {}, limit: 1, log: false, signal },
    });
    const request = { consumer: named("orders"), id: letters[0]?.id ?? "", whole: false, audit: false };
    await assert.rejects(
      edit(stack, { ...request, edit: async () => assert.fail("it was opened") }, working),
      /is of "refunds", which has the same dead-letter queue. Edit it there: npx spillway dlq edit refunds /,
    );
  });

  it("loses only the consumer's letters when it discards all, and gets them back", async () => {
    const done = await discarded("orders", {}, "orders.jsonl");
    assert.ok("discarded" in done);
    assert.deepEqual([done.discarded, done.others], [3, [ofRefunds, ofNobody]]);
    assert.deepEqual(await ids(), ["by-hand", "foreign", "r-1", "r-2", "r-3"]);
    await restore(stack, { file: path.join(folder, "orders.jsonl"), fromLine: 1, audit: false }, working);
    assert.equal((await ids()).length, 8);
  });

  it("gives up those of nobody only by their id or their source, and those of another never", async () => {
    const { letters } = await showLetters(stack, {
      ...{ consumer: named("refunds"), filter: { reason: ["PaymentDeclined"] }, limit: 1, log: false, signal },
    });
    const others = await discarded("orders", { id: [letters[0]?.id ?? ""] }, "none.jsonl");
    assert.deepEqual([others.others, (await ids()).length], [[{ consumer: "refunds", count: 1 }], 8]);
    await discarded("orders", { id: [byHand] }, "by-hand.jsonl");
    await discarded("orders", { source: ["elsewhere"] }, "foreign.jsonl");
    for (const [file, id] of [
      ["by-hand.jsonl", "by-hand"],
      ["foreign.jsonl", "foreign"],
    ] as const) {
      const lines = readFileSync(path.join(folder, file), "utf8").trim().split("\n");
      assert.deepEqual(
        lines.map((line) => JSON.parse(JSON.parse(line).body).id),
        [id],
      );
    }
  });

  it("is not moved by AWS, wherever its letters are to go", async () => {
    for (const to of [undefined, named("orders")]) {
      const answer = await redriven("refunds", {}, to && { to, stopAfter: 100 });
      assert.ok("done" in answer);
      assert.equal(answer.done.byAws, false);
      assert.equal(answer.done.others?.[0]?.consumer, "orders");
    }
  });
});
