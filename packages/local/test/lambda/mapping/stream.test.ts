// What the event source mapping of a stream makes of records: batches, order, checkpoints.
// Longer than 250 lines because every rule of batches, order and checkpoints has its test here.
import assert from "node:assert/strict";
import { ServiceError } from "../../../service/ask";
import { roleArn, until } from "../../support/lambda";
import { region } from "../../support/sqs";
import { failing, lostQueueArn, type StreamSetup, setUpStream, streamArn } from "../../support/stream-mapping";

describe("the event source mapping of a stream", () => {
  let run: StreamSetup;
  afterEach(() => run.close());
  const data = () => run.batches.flat();

  it("passes Lambda's record of a Kinesis record, read with the role of the function", async () => {
    run = setUpStream({ handler: () => {} });
    const sequenceNumber = run.services.put("c-1", '{"kind":"viewed"}');
    const mapping = run.start();
    await until("it is done", () => run.reports.length === 1);
    assert.deepEqual(run.events, [
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: "1.0",
              partitionKey: "c-1",
              sequenceNumber,
              data: Buffer.from('{"kind":"viewed"}').toString("base64"),
              approximateArrivalTimestamp: Date.UTC(2026, 0, 1) / 1000,
            },
            eventSource: "aws:kinesis",
            eventVersion: "1.0",
            eventID: `shardId-0:${sequenceNumber}`,
            eventName: "aws:kinesis:record",
            invokeIdentityArn: roleArn,
            awsRegion: region,
            eventSourceARN: streamArn,
          },
        ],
      },
    ]);
    assert.deepEqual(run.reports, [
      { functionName: "consume", sourceName: "activity", received: 1, succeeded: 1, failed: 0, milliseconds: 1 },
    ]);
    assert.equal(mapping.lastProcessingResult, "OK");
    for (const { principal } of run.services.asked) {
      assert.deepEqual(principal, { kind: "service", service: "lambda.amazonaws.com", roleArn });
    }
  });

  it("reads a consumer's stream, and names the consumer", async () => {
    const consumer = `${streamArn}/consumer/fast:1767225600`;
    run = setUpStream({ handler: () => {}, mapping: { eventSourceArn: consumer } });
    run.services.put("c-1", "a");
    run.start();
    await until("it is done", () => run.reports.length === 1);
    assert.equal(run.events[0]?.Records[0]?.eventSourceARN, consumer);
    for (const { action, input } of run.services.asked) assert.equal(input.StreamARN, streamArn, action);
  });

  it("runs one batch of a shard at a time, none larger than the batch size", async () => {
    let running = 0;
    run = setUpStream({
      handler: async () => {
        assert.equal(++running, 1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
      },
      mapping: { batchSize: 3 },
    });
    for (let index = 0; index < 7; index++) run.services.put(`k-${index}`, String(index));
    run.start();
    await until("all are done", () => run.reports.length === 3);
    assert.deepEqual(run.batches, [["0", "1", "2"], ["3", "4", "5"], ["6"]]);
  });

  it("collects a batch until its window has passed or it is full", async () => {
    run = setUpStream({ handler: () => {}, mapping: { batchSize: 3, maximumBatchingWindowInSeconds: 5 } });
    run.services.put("k", "a");
    run.start();
    await until("it is read", () => run.services.asked.some(({ action }) => action === "GetRecords"));
    await run.clock.pass(4000);
    run.services.put("k", "b");
    assert.deepEqual(run.batches, []);
    await until(
      "the second is read",
      () => run.services.asked.filter(({ action }) => action === "GetRecords").length > 2,
    );
    await run.clock.pass(1001);
    await until("the window is over", () => run.batches.length === 1);
    for (const each of ["c", "d", "e"]) run.services.put("k", each);
    await until("it is full", () => run.batches.length === 2);
    assert.deepEqual(run.batches, [
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("creates no event of more than 6 MB", async () => {
    const sizes: number[] = [];
    run = setUpStream({ handler: (_event, { payload }) => void sizes.push(Buffer.byteLength(payload)) });
    for (let index = 0; index < 9; index++) run.services.put("k", String(index).repeat(1_000_000));
    run.start();
    await until("all are done", () => data().length === 9);
    assert.deepEqual(
      run.batches.map(({ length }) => length),
      [4, 4, 1],
    );
    assert.ok(Math.max(...sizes) <= 6 * 1024 * 1024);
  });

  it("keeps the order of each key where several batches of a shard run at a time", async () => {
    let running = 0;
    let most = 0;
    run = setUpStream({
      handler: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        running -= 1;
      },
      mapping: { batchSize: 5 },
      stream: { parallelizationFactor: 4 },
    });
    for (let index = 0; index < 300; index++) run.services.put(`k-${index % 17}`, `${index % 17}:${index}`);
    run.start();
    await until("all are done", () => data().length === 300);
    for (let key = 0; key < 17; key++) {
      const order = data().filter((each) => each.startsWith(`${key}:`));
      const inOrder = [...order].sort((a, b) => Number(a.split(":")[1]) - Number(b.split(":")[1]));
      assert.deepEqual(order, inOrder);
    }
    assert.ok(most > 1 && most <= 4, `${most} at a time`);
  });

  it("reads the shards of a stream in parallel", async () => {
    let end: () => void = () => {};
    run = setUpStream({
      shards: ["shardId-0", "shardId-1"],
      handler: ({ Records }) =>
        Records[0]?.kinesis.partitionKey === "slow"
          ? new Promise<void>((resolve) => {
              end = resolve;
            })
          : undefined,
    });
    run.services.put("slow", "a", "shardId-0");
    run.services.put("fast", "b", "shardId-1");
    run.start();
    await until("the other shard goes on", () => run.reports.length === 1);
    end();
    await until("both are done", () => run.reports.length === 2);
  });

  it("reads child shards when their parents are done, from the beginning", async () => {
    let fails = true;
    run = setUpStream({
      handler: ({ Records }) => {
        if (fails && Records[0]?.kinesis.partitionKey === "old") throw new Error("not yet");
      },
      stream: { startingPosition: { type: "LATEST" } },
    });
    run.start();
    await until("it reads", () => run.services.asked.some(({ action }) => action === "GetRecords"));
    run.services.put("old", "a");
    run.services.addShard("shardId-1", ["shardId-0"]);
    run.services.addShard("shardId-2", ["shardId-0"]);
    run.services.addShard("shardId-3", ["shardId-1", "shardId-2"]);
    run.services.put("new", "b", "shardId-1");
    run.services.put("merged", "d", "shardId-3");
    run.services.put("new", "c", "shardId-2");
    for (const id of ["shardId-0", "shardId-1", "shardId-2"]) run.services.closeShard(id);
    await until("the parent fails", () => run.reports.length > 0);
    await run.clock.pass(1000);
    assert.deepEqual(new Set(data()), new Set(["a"]));
    fails = false;
    await run.clock.pass(60_000);
    await until("all are done", () => data().includes("d"));
    const after = data().slice(data().lastIndexOf("a"));
    assert.deepEqual(after.slice(1, 3).sort(), ["b", "c"]);
    assert.deepEqual(after.slice(3), ["d"]);
  });

  it("starts at a time, or with new records", async () => {
    for (const type of ["AT_TIMESTAMP", "LATEST"] as const) {
      run = setUpStream({
        handler: () => {},
        stream: { startingPosition: type === "LATEST" ? { type } : { type, at: Date.UTC(2026, 0, 1) + 1 } },
      });
      run.services.put("k", "before");
      await run.clock.pass(10);
      if (type === "AT_TIMESTAMP") run.services.put("k", "after");
      run.start();
      await until("it reads", () => run.services.asked.some(({ action }) => action === "GetRecords"));
      if (type === "LATEST") run.services.put("k", "after");
      await until("it is done", () => run.reports.length === 1);
      assert.deepEqual(run.batches, [["after"]]);
      await run.close();
    }
  });

  it("skips records that its filters do not match, and continues after them", async () => {
    const checkpoints = new Map<string, string>();
    run = setUpStream({
      handler: () => {},
      mapping: { filters: ['{"data":{"kind":["bought"]}}'] },
      checkpoints: { get: (shard) => checkpoints.get(shard), set: (shard, at) => checkpoints.set(shard, at) },
    });
    run.services.put("k", '{"kind":"viewed"}');
    run.services.put("k", '{"kind":"bought"}');
    const last = run.services.put("k", "no JSON");
    run.start();
    await until("all are passed", () => checkpoints.get("shardId-0") === last);
    assert.deepEqual(run.batches, [['{"kind":"bought"}']]);
  });

  it("does not read records that the stream no longer keeps", async () => {
    run = setUpStream({ handler: () => {}, stream: { onFailure: lostQueueArn } });
    run.services.put("k", "old");
    await run.clock.pass(24 * 3_600_000 + 1);
    run.services.put("k", "new");
    run.start();
    await until("it is done", () => run.reports.length === 1);
    assert.deepEqual(run.batches, [["new"]]);
    assert.deepEqual(run.services.sent, []);
  });

  it("continues after an expired iterator, without missing or repeating anything", async () => {
    run = setUpStream({ handler: () => {}, stream: { startingPosition: { type: "LATEST" } } });
    run.services.put("k", "before");
    await run.clock.pass(10);
    run.start();
    await until("it reads", () => run.services.asked.some(({ action }) => action === "GetRecords"));
    // Both before it reads again.
    const { wake } = run.services;
    run.services.wake = () => {};
    run.services.put("k", "a");
    run.services.wake = wake;
    run.services.expireIterators();
    await until("the first is done", () => data().length === 1);
    run.services.expireIterators();
    run.services.put("k", "b");
    await until("the second is done", () => data().length === 2);
    assert.deepEqual(data(), ["a", "b"]);
    assert.deepEqual(run.problems, []);
  });

  it("reports once why it cannot read, and continues when it can", async () => {
    run = setUpStream({ handler: () => {} });
    let denied = true;
    run.services.refuse = (action) => {
      if (denied && action === "GetRecords") throw new ServiceError("AccessDeniedException", "not authorized");
    };
    run.services.put("k", "a");
    const mapping = run.start();
    await until("it is told", () => run.problems.length === 1);
    await run.clock.pass(5000);
    assert.equal(run.problems.length, 1);
    assert.match(run.problems[0] ?? "", /cannot read "activity", shardId-0: AccessDeniedException: not authorized/);
    assert.match(mapping.lastProcessingResult, /^PROBLEM: /);
    denied = false;
    await run.clock.pass(31_000);
    await until("it is done", () => run.reports.length === 1);
  });

  it("retries a partial failure from its lowest sequence number", async () => {
    let tries = 0;
    run = setUpStream({ handler: (event, request) => (tries++ < 2 ? failing("d", "b")(event, request) : null) });
    for (const each of ["a", "b", "c", "d"]) run.services.put("k", each);
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(60_000);
    assert.deepEqual(run.batches, [
      ["a", "b", "c", "d"],
      ["b", "c", "d"],
      ["b", "c", "d"],
    ]);
    assert.deepEqual(
      run.reports.map(({ received, succeeded, failed }) => [received, succeeded, failed]),
      [
        [4, 1, 3],
        [3, 0, 3],
        [3, 3, 0],
      ],
    );
  });

  it("treats an answer that it cannot read as a failure of all", async () => {
    const answers = [
      { batchItemFailures: [{ itemIdentifier: "" }] },
      { batchItemFailures: [{ itemIdentifier: null }] },
      { batchItemFailures: [{ id: "b" }] },
      { batchItemFailures: [{ itemIdentifier: "4959999999" }] },
      { batchItemFailures: "b" },
      { batchItemFailures: [] },
    ];
    run = setUpStream({ handler: () => answers[run.events.length] });
    for (const each of ["a", "b"]) run.services.put("k", each);
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(60_000);
    assert.deepEqual(
      run.reports.map(({ succeeded }) => succeeded),
      [0, 0, 0, 0, 0, 2],
    );
  });

  for (const answer of [[], ["b"], "done", 7, true]) {
    it(`treats ${JSON.stringify(answer)}, which is not an object, as a success`, async () => {
      run = setUpStream({ handler: () => answer });
      for (const each of ["a", "b"]) run.services.put("k", each);
      run.start();
      await until("it is done", () => run.reports.length === 1);
      await run.clock.pass(60_000);
      assert.deepEqual(
        run.reports.map(({ succeeded }) => succeeded),
        [2],
      );
    });
  }

  it("treats any answer as a success without ReportBatchItemFailures", async () => {
    run = setUpStream({ handler: failing("a"), mapping: { functionResponseTypes: [] } });
    run.services.put("k", "a");
    run.start();
    await until("it is done", () => run.reports.length === 1);
    await run.clock.pass(60_000);
    assert.deepEqual(run.batches, [["a"]]);
  });
});
