// Tumbling windows of a stream's event source mapping.
import assert from "node:assert/strict";
import { until } from "../../support/lambda";
import {
  dataOf,
  lostQueueArn,
  type StreamHandler,
  type StreamSetup,
  setUpStream,
  streamArn,
} from "../../support/stream-mapping";

describe("tumbling windows of a stream's event source mapping", () => {
  let run: StreamSetup;
  afterEach(() => run.close());

  /** Adds what it gets to the state. */
  const adding: StreamHandler = ({ Records, state }) => ({
    state: { seen: [...((state as { seen?: string[] }).seen ?? []), ...Records.map(dataOf)] },
  });
  const seen = () =>
    run.events.map(({ Records, window, state, isFinalInvokeForWindow }) => ({
      start: (window as { start: string }).start.slice(14, 19),
      records: Records.map(dataOf),
      state: (state as { seen?: string[] }).seen,
      final: isFinalInvokeForWindow,
    }));
  const put = (data: string) => run.services.put("k", data);

  it("passes the state from invocation to invocation, and ends a window with its own state", async () => {
    run = setUpStream({ handler: adding, mapping: { batchSize: 2 }, stream: { tumblingWindowInSeconds: 60 } });
    await run.clock.pass(30_000);
    for (const each of ["a", "b", "c"]) put(each);
    await run.clock.pass(30_000);
    put("d");
    run.start();
    await until("all are done", () => run.events.length === 4);
    assert.deepEqual(seen(), [
      { start: "00:00", records: ["a", "b"], state: undefined, final: false },
      { start: "00:00", records: ["c"], state: ["a", "b"], final: false },
      { start: "00:00", records: [], state: ["a", "b", "c"], final: true },
      { start: "01:00", records: ["d"], state: undefined, final: false },
    ]);
    const { Records: _records, ...members } = run.events[2] ?? { Records: [] };
    assert.deepEqual(members, {
      window: { start: "2026-01-01T00:00:00Z", end: "2026-01-01T00:01:00Z" },
      state: { seen: ["a", "b", "c"] },
      shardId: "shardId-0",
      eventSourceARN: streamArn,
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    });
  });

  it("waits two minutes for late records before it ends a window without newer records", async () => {
    run = setUpStream({ handler: adding, stream: { tumblingWindowInSeconds: 10 } });
    put("a");
    run.start();
    await until("it is read", () => run.events.length === 1);
    await run.clock.pass(129_000);
    assert.equal(run.events.length, 1);
    await run.clock.pass(2000);
    await until("it ends", () => run.events.length === 2);
    assert.equal(run.events[1]?.isFinalInvokeForWindow, true);
  });

  it("ends the window when its shard ends", async () => {
    run = setUpStream({ handler: adding, stream: { tumblingWindowInSeconds: 900 } });
    put("a");
    run.services.addShard("shardId-1", ["shardId-0"]);
    run.services.put("k", "b", "shardId-1");
    run.services.closeShard("shardId-0");
    run.start();
    await until("the child goes on", () => run.events.length === 3);
    assert.deepEqual(
      seen().map(({ records, state, final }) => ({ records, state, final })),
      [
        { records: ["a"], state: undefined, final: false },
        { records: [], state: ["a"], final: true },
        { records: ["b"], state: undefined, final: false },
      ],
    );
  });

  it("treats an answer without a state as a failure, and passes the state again unchanged", async () => {
    run = setUpStream({
      handler: (event, request) => (run.events.length === 1 ? { batchItemFailures: [] } : adding(event, request)),
      mapping: { batchSize: 1 },
      stream: { tumblingWindowInSeconds: 60, maximumRetryAttempts: 1, onFailure: lostQueueArn },
    });
    put("a");
    put("b");
    run.start();
    await until("it has failed", () => run.events.length === 2);
    await run.clock.pass(1000);
    await until("it is done", () => run.events.length === 3);
    assert.deepEqual(
      seen().map(({ records, state }) => ({ records, state })),
      [
        { records: ["a"], state: undefined },
        { records: ["b"], state: ["a"] },
        { records: ["b"], state: ["a"] },
      ],
    );
    assert.deepEqual(run.services.sent, []);
  });

  it("keeps the state of the records below a reported failure", async () => {
    run = setUpStream({
      handler: ({ Records, state }) => {
        const { seen: before = [] } = state as { seen?: string[] };
        const failed = run.events.length === 0 ? Records[1]?.kinesis.sequenceNumber : undefined;
        const done = failed === undefined ? Records : Records.slice(0, 1);
        return {
          state: { seen: [...before, ...done.map(dataOf)] },
          batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed }],
        };
      },
      stream: { tumblingWindowInSeconds: 60 },
    });
    put("a");
    put("b");
    run.start();
    await until("it has failed", () => run.events.length === 1);
    await run.clock.pass(1000);
    await until("it is done", () => run.events.length === 2);
    assert.deepEqual(seen()[1], { start: "00:00", records: ["b"], state: ["a"], final: false });
  });

  it("ends a window early when its state exceeds 1 MB, and continues in it with an empty one", async () => {
    run = setUpStream({
      handler: ({ Records }) => ({ state: { size: Records.map(dataOf).includes("a") ? "x".repeat(1024 * 1024) : "" } }),
      mapping: { batchSize: 1 },
      stream: { tumblingWindowInSeconds: 60 },
    });
    put("a");
    put("b");
    run.start();
    await until("both are done", () => run.events.length === 3);
    const [, early, next] = run.events;
    assert.deepEqual(
      { final: early?.isFinalInvokeForWindow, early: early?.isWindowTerminatedEarly, records: early?.Records },
      { final: true, early: true, records: [] },
    );
    assert.deepEqual(early?.state, { size: "x".repeat(1024 * 1024) });
    assert.deepEqual(next?.state, {});
    assert.deepEqual(next?.window, early?.window);
  });

  it("retries the end of a window until it succeeds, before anything else", async () => {
    let fails = 12;
    run = setUpStream({
      handler: (event, request) => {
        if (event.isFinalInvokeForWindow === true && fails-- > 0) throw new Error("down");
        return adding(event, request);
      },
      stream: { tumblingWindowInSeconds: 60, maximumRetryAttempts: 1, onFailure: lostQueueArn },
    });
    put("a");
    await run.clock.pass(60_000);
    put("b");
    run.start();
    await until("the end fails", () => run.events.length === 2);
    await run.clock.pass(400_000);
    await until("it goes on", () => run.batches.flat().includes("b"));
    const ends = run.events.filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow);
    assert.equal(ends.filter(({ state }) => (state as { seen: string[] }).seen[0] === "a").length, 13);
    assert.equal(
      run.batches.findIndex((batch) => batch.includes("b")),
      14,
    );
    assert.deepEqual(run.services.sent, []);
  });
});
