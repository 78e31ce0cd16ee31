// Longer than 250 lines because every way in which a window ends or fails has its test here.
import { strict as assert } from "node:assert";
import type { KinesisStreamRecord } from "aws-lambda";
import * as v from "valibot";
import { contextWith, deployed, type FakeSqs, silently } from "../../../../test/support/fake-sqs";
import { type AnyCallback, callback, type Window, windowCallback } from "../../../runtime/callback/callback";
import { PermanentError } from "../../../runtime/callback/errors";
import { invoke } from "../../../runtime/callback/invoke";
import { kinesisHandler } from "../../../runtime/handlers/kinesis";
import { queueHandler } from "../../../runtime/handlers/queue";
import type { StreamBatchResponse } from "../../../runtime/stream/stream-item";
import type { WindowMembers } from "../../../runtime/stream/stream-window";
import type { ForwardClock } from "../../support/forward-clock";
import { recordOf, streamArn } from "../../support/kinesis-record";
import { withQueueServer } from "../../support/queue-server";

interface Totals {
  readonly sum: number;
  readonly seen: readonly string[];
}
const Reading = v.object({ n: v.pipe(v.number(), v.minValue(0)) });
class Declined extends PermanentError {}
const sum = windowCallback(Reading, () => (records, { state }: Window<Totals>) => ({
  sum: records.reduce((total, { event }) => total + event.n, state?.sum ?? 0),
  seen: [...(state?.seen ?? []), ...records.map(({ id }) => id)],
}));
const fails = (error: () => Error) =>
  windowCallback(Reading, () => (): Totals => {
    throw error();
  });

describe("the consumer of a stream's tumbling window", () => {
  let sqs: FakeSqs;
  let clock: ForwardClock;
  withQueueServer((server, forward) => {
    sqs = server;
    clock = forward;
  });

  const invoked = (what: AnyCallback, records: readonly KinesisStreamRecord[], more: WindowMembers = {}) => {
    const settings = { kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency: 10 } as const;
    const handler = deployed(settings, () => kinesisHandler(what));
    const members: WindowMembers = {
      window: { start: "2026-01-01T00:00:00Z", end: "2026-01-01T00:01:00Z" },
      shardId: "shardId-000000000000",
      isFinalInvokeForWindow: false,
      isWindowTerminatedEarly: false,
      ...more,
    };
    return handler({ Records: [...records], ...members }, contextWith(30_000));
  };
  const run = async (...given: Parameters<typeof invoked>) => {
    let response: StreamBatchResponse = { batchItemFailures: [] };
    const lines = await silently(async () => {
      response = await invoked(...given);
    });
    return { response, lines };
  };
  const reasons = () =>
    sqs.of("SendMessage").map(({ input }) => ({
      body: Buffer.from(input.MessageBody ?? "", "base64").toString(),
      reason: JSON.parse(input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null"),
    }));

  it("computes the next state from all records and the previous state", async () => {
    const first = await run(sum, [recordOf(1), recordOf(2)]);
    assert.deepEqual(first.response, {
      state: { sum: 3, seen: ["shardId-000000000000:1", "shardId-000000000000:2"] },
      batchItemFailures: [],
    });
    const { response, lines } = await run(sum, [recordOf(4)], { state: { sum: 3, seen: [] } });
    assert.deepEqual(response, { state: { sum: 7, seen: ["shardId-000000000000:4"] }, batchItemFailures: [] });
    assert.partialDeepStrictEqual(lines[0], { message: "batch", batch: { received: 1, succeeded: 1 } });
  });

  it("passes the callback the window, and calls it at the end without records", async () => {
    const windows: Window<Totals>[] = [];
    const note = windowCallback(Reading, () => (records, window: Window<Totals>) => {
      assert.equal(records.length, 0);
      windows.push(window);
      window.logger.info("over", { sum: window.state?.sum });
      return window.state ?? { sum: 0, seen: [] };
    });
    const state = { sum: 3, seen: [] };
    const { response, lines } = await run(note, [], {
      state,
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: true,
    });
    assert.deepEqual(response, { state, batchItemFailures: [] });
    const [window = assert.fail()] = windows;
    const { start, end, shardId, isFinal, isTerminatedEarly } = window;
    assert.deepEqual(
      { start, end, shardId, isFinal, isTerminatedEarly, state: window.state },
      {
        start: "2026-01-01T00:00:00Z",
        end: "2026-01-01T00:01:00Z",
        shardId: "shardId-000000000000",
        isFinal: true,
        isTerminatedEarly: true,
        state,
      },
    );
    assert.equal(window.signal.aborted, false);
    assert.partialDeepStrictEqual(lines[0], { message: "over", sum: 3 });
  });

  it("passes no state where Lambda gives an empty one, or none", async () => {
    const states: unknown[] = [];
    const note = windowCallback(Reading, () => (_, { state }: Window<Totals>) => {
      states.push(state);
      return state ?? { sum: 0, seen: [] };
    });
    await run(note, [recordOf(1)], { state: {} });
    await run(note, [recordOf(1)]);
    assert.deepEqual(states, [undefined, undefined]);
  });

  it("dead-letters an invalid event, with its payload, and computes the state of the others", async () => {
    const { response, lines } = await run(sum, [recordOf(1), recordOf(2, { n: -1 }), recordOf(3, "no JSON")]);
    assert.deepEqual(response, { state: { sum: 1, seen: ["shardId-000000000000:1"] }, batchItemFailures: [] });
    const letters = reasons().sort((a, b) => Number(a.reason.sequenceNumber) - Number(b.reason.sequenceNumber));
    assert.deepEqual(
      letters.map(({ body, reason }) => [body, reason.errorType, reason.sourceArn]),
      [
        ['{"n":-1}', "InvalidEvent", streamArn],
        ["no JSON", "InvalidEvent", streamArn],
      ],
    );
    const batch = lines.find(({ message }) => message === "batch");
    assert.partialDeepStrictEqual(batch, {
      batch: { received: 3, succeeded: 1, deadLettered: 2 },
    });
  });

  it("leaves the state unchanged where no record is a valid event, without calling the callback", async () => {
    const { response } = await run(
      fails(() => new Error("called")),
      [recordOf(1, "no JSON")],
      { state: { sum: 9 } },
    );
    assert.deepEqual(response, { state: { sum: 9 }, batchItemFailures: [] });
    assert.equal(reasons().length, 1);
  });

  it("has Lambda retry the batch when the callback throws, with the previous state, and stores no dead letter yet", async () => {
    const { response, lines } = await run(
      fails(() => new RangeError("not now")),
      [recordOf(1), recordOf(2, "no JSON"), recordOf(3)],
      { state: { sum: 5 } },
    );
    assert.deepEqual(response, { state: { sum: 5 }, batchItemFailures: [{ itemIdentifier: "1" }] });
    assert.deepEqual(reasons(), []);
    const text = JSON.stringify(lines);
    assert.match(text, /"retried":3/);
    assert.match(text, /"errorType":"RangeError"/);
  });

  it("logs nothing for a window that ends without records", async () => {
    const { response, lines } = await run(sum, [], { state: { sum: 5 }, isFinalInvokeForWindow: true });
    assert.deepEqual(response.batchItemFailures, []);
    assert.deepEqual(lines, []);
  });

  it("fails the invocation when the end of the window fails, so that Lambda retries it, and logs why", async () => {
    class NoTable extends Error {}
    const failing = fails(() => new NoTable("no table", { cause: new RangeError("no key") }));
    const lines = await silently(() => assert.rejects(invoked(failing, [], { isFinalInvokeForWindow: true }), NoTable));
    const [warning = assert.fail()] = lines;
    assert.deepEqual([warning.errorType, warning.errorMessage], ["NoTable", "no table: RangeError: no key"]);
    assert.match(String(warning.stack), /^NoTable: no table\n {4}at .*stream-window\.test\.ts:\d+/);
  });

  it("dead-letters a permanent failure of a single record, and has Lambda retry a batch of several", async () => {
    const declined = fails(() => new Declined("never"));
    const { response } = await run(declined, [recordOf(1), recordOf(2)]);
    assert.deepEqual(response.batchItemFailures, [{ itemIdentifier: "1" }]);
    assert.equal(reasons().length, 0);
    const alone = await run(declined, [recordOf(2)], { state: { sum: 5 } });
    assert.deepEqual(alone.response, { state: { sum: 5 }, batchItemFailures: [] });
    assert.deepEqual(
      reasons().map(({ body, reason }) => [body, reason.errorType]),
      [['{"n":2}', "Declined"]],
    );
  });

  it("has Lambda retry the batch when a dead letter cannot be stored, so that nothing counts twice", async () => {
    sqs.answer = () => ({ status: 400, body: { __type: "x#QueueDoesNotExist" } });
    const { response } = await run(sum, [recordOf(1), recordOf(2, "no JSON")], { state: { sum: 5 } });
    assert.deepEqual(response, { state: { sum: 5 }, batchItemFailures: [{ itemIdentifier: "1" }] });
  });

  it("refuses an invalid state, and one above 1 MB, with the size and the rule", async () => {
    const returning = (state: unknown) => windowCallback(Reading, () => () => state as Totals);
    const errorOf = async (state: unknown) => {
      const { response, lines } = await run(returning(state), [recordOf(1)], { state: { sum: 5 } });
      assert.deepEqual(response, { state: { sum: 5 }, batchItemFailures: [{ itemIdentifier: "1" }] });
      return JSON.stringify(lines);
    };
    assert.match(
      await errorOf(undefined),
      /InvalidState.*returned undefined; it must return the next state, an object/,
    );
    assert.match(await errorOf([1]), /it must return the next state, an object/);
    const text = await errorOf({ seen: "x".repeat(1_048_576) });
    assert.match(text, /The state has 1048587 bytes; Lambda keeps 1048576 for a shard/);
    const { response } = await run(returning({ seen: "x".repeat(1_048_565) }), [recordOf(1)]);
    assert.deepEqual(response.batchItemFailures, []);
  });

  it("gives up a hanging callback shortly before the timeout, and aborts its signal", async () => {
    let aborted = false;
    const hangs = windowCallback(Reading, () => (_, { signal, deadline }: Window<Totals>) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return clock.overrun(deadline);
    });
    const { response, lines } = await run(hangs, [recordOf(1), recordOf(2)]);
    assert.deepEqual(response.batchItemFailures, [{ itemIdentifier: "1" }]);
    assert.match(JSON.stringify(lines), /"errorType":"CallbackTimeout"/);
    assert.ok(aborted);
  });

  it("has Lambda retry the batch when checking its records has taken all the time, even where none is valid so far", async () => {
    const { now } = Date;
    const slowly = v.pipe(
      Reading,
      v.check(() => {
        // Past the deadline, which no timer tells while the process computes, and before dead letters are too late.
        Date.now = () => now() + 28_000;
        return false;
      }),
    );
    const never = windowCallback(slowly, () => (): Totals => assert.fail("called"));
    const { response, lines } = await run(never, [recordOf(1), recordOf(2), recordOf(3)], { state: { sum: 5 } });
    assert.deepEqual(response, { state: { sum: 5 }, batchItemFailures: [{ itemIdentifier: "1" }] });
    assert.deepEqual(reasons(), [], "it comes again, and would be stored again");
    assert.match(JSON.stringify(lines), /"retried":3/);
  });

  it("reports the error where there is no window, and where a queue is to run it", async () => {
    const handler = deployed({ kind: "stream", deadLetterQueueUrl: "url", concurrency: 1 }, () => kinesisHandler(sum));
    await assert.rejects(handler({ Records: [] }, contextWith(1000)), /deploy a window callback with tumblingWindow/);
    const settings = { queueUrl: "url", deadLetterQueueUrl: "url", maxReceiveCount: 5, concurrency: 1 };
    const queue = () => deployed({ kind: "queue", ...settings }, () => queueHandler(sum));
    assert.throws(queue, /A window callback is for a StreamConsumer or a TableConsumer with tumblingWindow/);
  });

  it("adds no state to the answer of other callbacks", async () => {
    const { response } = await run(
      callback(Reading, () => () => {}),
      [recordOf(1)],
    );
    assert.deepEqual(response, { batchItemFailures: [] });
  });

  describe("in a unit test", () => {
    it("is run with invoke, which returns the next state", async () => {
      const begun = await invoke(sum, { bindings: {}, events: [{ n: 1 }, { n: 2 }] });
      assert.deepEqual([begun.sum, begun.seen], [3, ["record-1", "record-2"]]);
      const ended = await invoke(sum, { bindings: {}, events: [], window: { state: begun, isFinal: true } });
      assert.equal(ended.sum, 3);
      await assert.rejects(invoke(sum, { bindings: {}, events: [{ n: -1 }] }), { name: "InvalidEvent" });
      await assert.rejects(
        invoke(
          fails(() => new RangeError("no")),
          { bindings: {}, events: [{ n: 1 }] },
        ),
        RangeError,
      );
    });
  });
});
