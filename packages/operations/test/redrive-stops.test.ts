import { strict as assert } from "node:assert";
import { type Observer, ServiceError } from "@spillway/local/ask";
import { until } from "../../../test/support/until";
import { type RedriveAnswer, redrive } from "../redrive/redrive";
import type { RedriveRequest } from "../redrive/request";
import { Fixable } from "./support/fixable";

describe("a redrive that ends early", () => {
  /** The actions that a policy denies at the moment. */
  const denied = new Set<string>();
  const denier: Observer = {
    before: ({ kind }, service, action) => {
      if (kind !== "user" || !denied.has(action)) return;
      throw new ServiceError("AccessDeniedException", `User is not authorized to perform: ${service}:${action}`, 403);
    },
  };
  let fixable: Fixable;
  before(async () => {
    fixable = await Fixable.start({ observers: [denier] });
  });
  afterEach(() => denied.clear());
  after(() => fixable?.stop());

  const request = (name: string, more: Partial<RedriveRequest> = {}): RedriveRequest => ({
    consumer: fixable.consumer(name),
    filter: {},
    yes: true,
    canaryTimeout: 60,
    stopAfter: 5,
    audit: true,
    ...more,
  });
  const start = (name: string, more: Partial<RedriveRequest> = {}, signal?: AbortSignal) =>
    redrive(fixable.stack, request(name, more), fixable.working(signal));
  const doneOf = (answer: RedriveAnswer) => ("done" in answer ? answer.done : assert.fail("it is a plan"));
  const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);

  it("stops when letters come back dead, and gives the rest back", async () => {
    const url = fixable.run.output("jobsUrl");
    for (const id of ids("stop", 30)) await fixable.send(url, { id, refused: "never" });
    await fixable.hasLetters("jobs", 30);
    const where = [{ path: "refused", value: "never" }];
    const done = doneOf(await start("jobs", { filter: { where }, rate: 4, stopAfter: 3 }));
    assert.match(done.stopped ?? "", /came back dead/);
    assert.ok(done.sent < 30, `${done.sent} were sent`);
    await fixable.hasLetters("jobs", 30);
    await until(async () => (await fixable.letters("jobs")).length === 30);
  });

  it("sends the rest only when the first ones have succeeded", async () => {
    const where = [{ path: "refused", value: "never" }];
    const failed = doneOf(await start("jobs", { filter: { where }, canary: 2 }));
    assert.deepEqual([failed.sent, failed.stopped], [2, "2 of the first 2 came back dead"]);
    await fixable.hasLetters("jobs", 30);
    await fixable.fix("never");
    const done = doneOf(await start("jobs", { filter: { where }, canary: 2 }));
    assert.deepEqual([done.sent, done.stopped], [30, undefined]);
    await until(async () => (await fixable.seen("order of stop")).length === 30);
    assert.equal(await fixable.count("jobs"), 0);
  });

  it("finishes the batch at hand when it is interrupted, and gives the rest back", async () => {
    const url = fixable.consumer("others").url;
    for (const id of ids("wait", 25)) await fixable.send(url, { id });
    const stop = new AbortController();
    const interrupted = start("others", { rate: 5, filter: { until: new Date(Date.now() + 60_000) } }, stop.signal);
    await until(async () => (await fixable.seen("order of wait")).length > 0);
    stop.abort();
    const done = doneOf(await interrupted);
    assert.equal(done.stopped, "it was interrupted");
    assert.ok(done.sent >= 5 && done.sent < 25, `${done.sent} were sent`);
    await until(async () => (await fixable.seen("order of wait")).length === done.sent);
    assert.equal((await fixable.letters("others")).length, 25 - done.sent);
  });

  it("cancels the move of a whole queue when it is interrupted, or when letters come back dead", async () => {
    const { url } = fixable.consumer("jobs");
    for (const id of ids("moved", 40)) await fixable.send(url, { id, refused: "moved" });
    // What SQS moved by itself has no reason, and its consumer cannot know that it came back: one round gives it one.
    assert.equal(doneOf(await start("jobs", { stopAfter: 1000 })).sent, 40);
    await fixable.hasLetters("jobs", 40);
    const stop = new AbortController();
    const interrupted = start("jobs", { rate: 5 }, stop.signal);
    await until(async () => (await fixable.countOf(url)) > 0 && fixable.said.some((line) => /AWS moves/.test(line)));
    stop.abort();
    const { sent, byAws, stopped } = doneOf(await interrupted);
    assert.deepEqual([byAws, stopped], [true, "it was interrupted"]);
    assert.ok(sent < 40, `${sent} were moved`);
    await fixable.hasLetters("jobs", 40);
    const done = doneOf(await start("jobs", { rate: 5, stopAfter: 3 }));
    assert.match(done.stopped ?? "", /came back dead/);
    assert.ok(done.byAws && done.sent < 40, `${done.sent} were moved`);
    await fixable.hasLetters("jobs", 40);
  });

  for (const [action, permission, filtered] of [
    ["ReceiveMessage", "sqs:ReceiveMessage", true],
    ["PutLogEvents", "logs:PutLogEvents", true],
    ["FilterLogEvents", "logs:FilterLogEvents", true],
    ["SendMessageBatch", "sqs:SendMessage", true],
    ["ListDeadLetterSourceQueues", "sqs:ListDeadLetterSourceQueues", false],
    ["StartMessageMoveTask", "sqs:StartMessageMoveTask", false],
  ] as const) {
    it(`names ${permission} when it is denied, and has changed nothing`, async () => {
      const count = await fixable.count("jobs");
      assert.ok(count > 0);
      denied.add(action);
      await assert.rejects(
        start("jobs", filtered ? { filter: { reason: ["Refused"] } } : {}),
        new RegExp(`may not ${permission}`),
      );
      denied.clear();
      assert.equal((await fixable.letters("jobs")).length, count);
    });
  }

  it("names the denied deletion, and what was sent is in both places", async () => {
    denied.add("DeleteMessageBatch");
    await fixable.fix("moved");
    const count = await fixable.count("jobs");
    await assert.rejects(start("jobs", { filter: { reason: ["Refused"] } }), /may not sqs:DeleteMessage/);
    denied.clear();
    await until(async () => (await fixable.seen("order of moved")).length > 0);
    assert.equal((await fixable.letters("jobs")).length, count);
  });
});
