// What the event source mapping of a queue makes of messages: batches, answers, order.
import assert from "node:assert/strict";
import { queueArn, roleArn, until } from "../../support/lambda";
import { type Handler, type MappingSetup, type SqsEvent, setUpMapping } from "../../support/queue-mapping";
import { accountId, region } from "../../support/sqs";

describe("the event source mapping of a queue", () => {
  let run: MappingSetup | undefined;
  afterEach(async () => {
    await run?.close();
    run = undefined;
  });
  const failing =
    (...bodies: readonly string[]): Handler =>
    (event) => ({
      batchItemFailures: event.Records.filter(({ body }) => bodies.includes(body)).map(({ messageId }) => ({
        itemIdentifier: messageId,
      })),
    });
  const empty = { visible: 0, inFlight: 0 };

  it("passes Lambda's record of a message and deletes successful messages", async () => {
    let seen: SqsEvent | undefined;
    run = await setUpMapping({
      handler: (event) => {
        seen = event;
      },
    });
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
    await run.send(["hello"], {
      MessageAttributes: {
        kind: { DataType: "String", StringValue: "x" },
        raw: { DataType: "Binary", BinaryValue: "AAE=" },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } },
    });
    const mapping = run.start();
    await until("the message is gone", async () => (await run?.counts())?.inFlight === 0 && run?.reports.length === 1);
    assert.deepEqual(await run.counts(), empty);
    assert.equal(seen?.Records.length, 1);
    const { messageId, receiptHandle, md5OfMessageAttributes, ...rest }: Record<string, unknown> = {
      ...seen?.Records[0],
    };
    assert.match(String(messageId), /^[0-9a-f-]{36}$/);
    assert.ok(receiptHandle && md5OfMessageAttributes);
    const sent = String(Date.UTC(2026, 0, 1));
    assert.deepEqual(rest, {
      body: "hello",
      attributes: {
        SenderId: accountId,
        SentTimestamp: sent,
        ApproximateReceiveCount: "1",
        ApproximateFirstReceiveTimestamp: sent,
        AWSTraceHeader: trace,
      },
      messageAttributes: {
        kind: { stringValue: "x", stringListValues: [], binaryListValues: [], dataType: "String" },
        raw: { binaryValue: "AAE=", stringListValues: [], binaryListValues: [], dataType: "Binary" },
      },
      md5OfBody: "5d41402abc4b2a76b9719d911017c592",
      eventSource: "aws:sqs",
      eventSourceARN: queueArn("orders"),
      awsRegion: region,
    });
    assert.deepEqual(run.reports, [
      { functionName: "consume", sourceName: "orders", received: 1, succeeded: 1, failed: 0, milliseconds: 1 },
    ]);
    assert.equal(mapping.lastProcessingResult, "OK");
  });

  it("reads and deletes with the role of the function, as Lambda does", async () => {
    run = await setUpMapping({ handler: () => {} });
    await run.send(["a"]);
    run.start();
    await until("it is deleted", () => run?.requests.some(({ action }) => action === "DeleteMessageBatch"));
    const asked = run.requests.filter(({ action }) => /^(Receive|Delete)Message/.test(action));
    for (const { principal } of asked)
      assert.deepEqual(principal, { kind: "service", service: "lambda.amazonaws.com", roleArn });
  });

  it("keeps reported failures until their visibility timeout and passes them again", async () => {
    run = await setUpMapping({ handler: failing("b"), queue: { VisibilityTimeout: "60" } });
    await run.send(["a", "b", "c"]);
    run.start();
    await until("the batch is done", () => run?.reports.length === 1);
    assert.deepEqual(await run.counts(), { visible: 0, inFlight: 1 });
    assert.deepEqual(
      { ...run.reports[0], milliseconds: 0 },
      { functionName: "consume", sourceName: "orders", received: 3, succeeded: 2, failed: 1, milliseconds: 0 },
    );
    await run.clock.pass(59_000);
    assert.equal(run.batches.length, 1);
    await run.clock.pass(2000);
    assert.deepEqual(run.batches, [["a", "b", "c"], ["b"]]);
  });

  it("deletes nothing of a batch whose function has failed, and reports the error", async () => {
    run = await setUpMapping({
      handler: () => {
        throw new TypeError("no stock");
      },
    });
    await run.send(["a", "b"]);
    const mapping = run.start();
    await until("the batch is done", () => run?.reports.length === 1);
    assert.deepEqual(await run.counts(), { visible: 0, inFlight: 2 });
    assert.equal(run.reports[0]?.functionError, "TypeError: no stock");
    assert.equal(mapping.lastProcessingResult, "PROBLEM: Function call failed");
  });

  it("deletes the whole batch without ReportBatchItemFailures, whatever the function returns", async () => {
    run = await setUpMapping({ handler: failing("a"), mapping: { functionResponseTypes: [] } });
    await run.send(["a"]);
    run.start();
    await until("the batch is done", () => run?.reports.length === 1);
    assert.deepEqual(await run.counts(), empty);
  });

  it("collects a batch until the window has passed", async () => {
    run = await setUpMapping({ handler: () => {}, mapping: { batchSize: 100, maximumBatchingWindowInSeconds: 5 } });
    run.start();
    await run.clock.pass(1000);
    await run.send(["a"]);
    await run.clock.pass(2000);
    await run.send(["b"]);
    await run.clock.pass(2900);
    assert.deepEqual(run.batches, []);
    await run.clock.pass(200);
    assert.deepEqual(run.batches, [["a", "b"]]);
  });

  it("does not wait for the window when the batch is full", async () => {
    run = await setUpMapping({
      handler: () => {},
      queue: { VisibilityTimeout: "600" },
      mapping: { batchSize: 25, maximumBatchingWindowInSeconds: 300 },
    });
    await run.send(Array.from({ length: 55 }, (_, index) => String(index)));
    run.start();
    await until("two batches are done", () => run?.reports.length === 2);
    assert.deepEqual(
      run.batches.map(({ length }) => length),
      [25, 25],
    );
    await run.clock.pass(301_000);
    assert.deepEqual(
      run.batches.map(({ length }) => length),
      [25, 25, 5],
    );
  });

  it("ends a batch at 6 MB and starts the next one with the other messages", async () => {
    run = await setUpMapping({
      handler: () => {},
      queue: { MaximumMessageSize: "1048576", VisibilityTimeout: "600" },
      mapping: { batchSize: 100, maximumBatchingWindowInSeconds: 300 },
    });
    await run.send(Array.from({ length: 7 }, () => "x".repeat(1_000_000)));
    run.start();
    await until("the full batch is done", () => run?.reports.length === 1);
    assert.equal(run.batches[0]?.length, 6);
    await run.clock.pass(301_000);
    assert.deepEqual(
      run.batches.map(({ length }) => length),
      [6, 1],
    );
    assert.deepEqual(await run.counts(), empty);
  });

  it("deletes messages that its filters do not match, without invoking the function", async () => {
    run = await setUpMapping({ handler: () => {}, mapping: { filters: ['{"body":{"type":["order"]}}'] } });
    await run.send(['{"type":"order"}', '{"type":"refund"}', "plain"]);
    run.start();
    await until("the queue is empty", async () => run?.reports.length === 1 && (await run?.counts())?.inFlight === 0);
    assert.deepEqual(await run.counts(), empty);
    assert.deepEqual(run.batches, [['{"type":"order"}']]);
  });

  it("runs no more batches at a time than its maximum concurrency", async () => {
    const waiting: (() => void)[] = [];
    run = await setUpMapping({
      handler: () => new Promise<void>((resolve) => waiting.push(resolve)),
      mapping: { batchSize: 1, maximumConcurrency: 2 },
    });
    await run.send(["a", "b", "c"]);
    run.start();
    await until("two run", () => waiting.length === 2);
    await run.clock.pass(1000);
    assert.equal(waiting.length, 2);
    assert.deepEqual(await run.counts(), { visible: 1, inFlight: 2 });
    waiting[0]?.();
    await until("the third runs", () => waiting.length === 3);
    for (const end of waiting) end();
  });

  it("runs groups of a FIFO queue in parallel, and each in its order", async () => {
    const ends = new Map<string, () => void>();
    run = await setUpMapping({
      handler: (event) =>
        new Promise<void>((resolve) => ends.set(event.Records.map(({ body }) => body).join(), resolve)),
      fifo: true,
      mapping: { batchSize: 1 },
    });
    await run.send(["a1", "a2"], { MessageGroupId: "a" });
    await run.send(["b1"], { MessageGroupId: "b" });
    run.start();
    await until("both groups run", () => ends.size === 2);
    assert.deepEqual([...ends.keys()].sort(), ["a1", "b1"]);
    ends.get("a1")?.();
    await until("the next of the group runs", () => ends.has("a2"));
    for (const end of ends.values()) end();
  });

  it("passes a failed message of a FIFO group again before the later ones", async () => {
    let failures = 1;
    run = await setUpMapping({
      handler: (event) => (failures-- > 0 ? failing("1", "2")(event, { payload: "" }) : null),
      fifo: true,
      queue: { VisibilityTimeout: "30" },
      mapping: { batchSize: 2 },
    });
    await run.send(["1", "2", "3"], { MessageGroupId: "g" });
    run.start();
    await until("the first batch is done", () => run?.reports.length === 1);
    await run.clock.pass(31_000);
    await until("all are done", async () => (await run?.counts())?.inFlight === 0 && run?.reports.length === 3);
    assert.deepEqual(run.batches, [["1", "2"], ["1", "2"], ["3"]]);
  });
});
