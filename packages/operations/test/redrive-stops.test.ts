import { strict as assert } from "node:assert";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { type Observer, ServiceError } from "@spillway/local/ask";
import { type RedriveAnswer, redrive } from "../redrive/redrive";
import type { RedriveRequest } from "../redrive/request";
import { Fixable } from "./support/fixable";

describe("a redrive that ends early", () => {
  /** The actions that a policy denies at the moment. */
  const denied = new Set<string>();
  /** Told of each action that a user asks for, before it is done. */
  let onAction: (action: string) => void = () => {};
  const observer: Observer = {
    before: ({ kind }, service, action) => {
      if (kind !== "user") return;
      onAction(action);
      if (!denied.has(action)) return;
      throw new ServiceError("AccessDeniedException", `User is not authorized to perform: ${service}:${action}`, 403);
    },
  };
  let fixable: Fixable;
  before(async () => {
    fixable = await Fixable.start({ observers: [observer] });
  });
  afterEach(() => {
    denied.clear();
    onAction = () => {};
  });
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
    // So slowly that two are back long before the last is sent.
    const done = doneOf(await start("jobs", { filter: { where }, rate: 1, stopAfter: 2 }));
    assert.match(done.stopped ?? "", /came back dead/);
    assert.ok(done.sent < 30, `${done.sent} were sent`);
    await fixable.hasLetters("jobs", 30);
    assert.equal((await fixable.letters("jobs")).length, 30);
  });

  it("sends the rest only when the first ones have succeeded", async () => {
    const where = [{ path: "refused", value: "never" }];
    const failed = doneOf(await start("jobs", { filter: { where }, canary: 2 }));
    // It may know of one before the other.
    assert.match(failed.stopped ?? "", /^[12] of the first 2 came back dead$/);
    assert.equal(failed.sent, 2);
    await fixable.hasLetters("jobs", 30);
    await fixable.fix("never");
    const done = doneOf(await start("jobs", { filter: { where }, canary: 2 }));
    assert.deepEqual([done.sent, done.stopped], [30, undefined]);
    await fixable.ran(...ids("stop", 30));
    assert.equal(await fixable.count("jobs"), 0);
  });

  it("knows the outcome of a first one whose reason has no time", async () => {
    const sourceArn = fixable.consumer("others").sourceArn;
    for (const event of [{ id: "timeless-1" }, { id: "timeless-2", refused: "timeless" }]) {
      const reason = JSON.stringify({ errorType: "Timeless", errorMessage: "", sourceArn });
      await fixable.run.sqs.send(
        new SendMessageCommand({
          ...{ QueueUrl: fixable.consumer("others").url, MessageBody: JSON.stringify(event) },
          MessageAttributes: { DeadLetterReason: { DataType: "String", StringValue: reason } },
        }),
      );
    }
    const first = (id: string) => ({ filter: { where: [{ path: "id", value: id }] }, canary: 1 });
    const succeeded = doneOf(await start("others", first("timeless-1")));
    assert.deepEqual([succeeded.sent, succeeded.succeeded, succeeded.stopped], [1, 1, undefined]);
    const refused = doneOf(await start("others", first("timeless-2")));
    assert.deepEqual([refused.sent, refused.stopped], [1, "1 of the first 1 came back dead"]);
    await fixable.fix("timeless");
    assert.equal(doneOf(await start("others", first("timeless-2"))).succeeded, 1);
    await fixable.ran("timeless-1", "timeless-2");
  });

  it("finishes the batch at hand when it is interrupted, and gives the rest back", async () => {
    const url = fixable.consumer("others").url;
    for (const id of ids("wait", 25)) await fixable.send(url, { id });
    const stop = new AbortController();
    onAction = (action) => action === "SendMessageBatch" && stop.abort();
    const filter = { until: new Date(Date.now() + 60_000) };
    const done = doneOf(await start("others", { rate: 5, filter }, stop.signal));
    assert.deepEqual([done.sent, done.stopped], [5, "it was interrupted"]);
    assert.equal((await fixable.order("wait", 5)).length, 5);
    assert.equal((await fixable.letters("others")).length, 20);
  });

  it("does not say that the first ones have succeeded when it is interrupted before that is known", async () => {
    for (const id of ids("open", 25)) await fixable.send(fixable.consumer("others").url, { id, fails: "open" });
    const stop = new AbortController();
    let sends = false;
    onAction = (action) => {
      sends ||= action === "SendMessageBatch";
      // It reads on, because the first may have come back.
      if (sends && action === "ReceiveMessage") stop.abort();
    };
    fixable.said.length = 0;
    const filter = { where: [{ path: "fails", value: "open" }] };
    const done = doneOf(await start("others", { filter, canary: 1 }, stop.signal));
    assert.deepEqual([done.sent, done.stopped], [1, "it was interrupted"]);
    assert.deepEqual(
      fixable.said.filter((line) => line.includes("have succeeded")),
      [],
    );
  });

  it("cancels the move of a whole queue when it is interrupted, or when letters come back dead", async () => {
    const { url } = fixable.consumer("jobs");
    for (const id of ids("moved", 40)) await fixable.send(url, { id, refused: "moved" });
    // What SQS moved by itself has no reason, and its consumer cannot know that it came back: one round gives it one.
    assert.equal(doneOf(await start("jobs", { stopAfter: 1000 })).sent, 40);
    await fixable.hasLetters("jobs", 40);
    const stop = new AbortController();
    let moves = false;
    onAction = (action) => {
      moves ||= action === "StartMessageMoveTask";
      // It looks how far AWS is.
      if (moves && action === "ListMessageMoveTasks") stop.abort();
    };
    const { sent, byAws, stopped } = doneOf(await start("jobs", { rate: 1 }, stop.signal));
    assert.deepEqual([byAws, stopped], [true, "it was interrupted"]);
    assert.ok(sent < 40, `${sent} were moved`);
    await fixable.hasLetters("jobs", 40);
    const done = doneOf(await start("jobs", { rate: 1, stopAfter: 2 }));
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
    await fixable.order("moved", 1);
    assert.equal((await fixable.letters("jobs")).length, count);
  });
});
