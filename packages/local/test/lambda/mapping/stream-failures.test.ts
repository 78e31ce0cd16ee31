// What the event source mapping of a stream does with failures: retries, splits, ages, throttles, failure destinations.
// Longer than 250 lines because every kind of failure has its retries here.
import assert from "node:assert/strict";
import { ServiceError } from "../../../service/ask";
import { functionArn, roleArn, until } from "../../support/lambda";
import {
  failing,
  lostQueueArn,
  type StreamSetup,
  setUpStream,
  streamArn,
  throwing,
  topicArn,
} from "../../support/stream-mapping";

describe("failures of a stream's event source mapping", () => {
  let run: StreamSetup;
  afterEach(() => run.close());
  const put = (...data: readonly string[]) => data.map((each) => run.services.put("k", each));
  const lost = () => run.services.sent.map(({ input }) => JSON.parse(String(input.MessageBody ?? input.Message)));
  const start = new Date(Date.UTC(2026, 0, 1)).toISOString();

  it("gives up a batch after its retries, notifies the queue in Lambda's format, and continues", async () => {
    run = setUpStream({
      handler: throwing("b"),
      mapping: { batchSize: 3 },
      stream: { maximumRetryAttempts: 2, onFailure: lostQueueArn },
    });
    const [first, , third] = put("a", "b", "c", "d");
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(60_000);
    await until("it goes on", () => run.batches.length === 4);
    assert.deepEqual(run.batches, [["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c"], ["d"]]);
    assert.deepEqual(
      run.services.sent.map(({ service, principal, input }) => ({ service, principal, url: input.QueueUrl })),
      [
        {
          service: "sqs",
          principal: { kind: "service", service: "lambda.amazonaws.com", roleArn },
          url: "http://127.0.0.1:9/000000000000/lost",
        },
      ],
    );
    const [record] = lost();
    assert.deepEqual(record, {
      requestContext: {
        requestId: "r-3",
        functionArn: functionArn("consume"),
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: record.timestamp,
      KinesisBatchInfo: {
        shardId: "shardId-0",
        startSequenceNumber: first,
        endSequenceNumber: third,
        approximateArrivalOfFirstRecord: start,
        approximateArrivalOfLastRecord: start,
        batchSize: 3,
        streamArn,
      },
    });
    assert.match(record.timestamp, /^2026-01-01T00:00:00\.3\d\dZ$/);
    assert.deepEqual(run.problems, []);
  });

  it("sends no function error where the function reported the failure, and notifies a topic", async () => {
    run = setUpStream({
      handler: failing("b"),
      stream: { maximumRetryAttempts: 1, onFailure: topicArn },
    });
    const [, second, third] = put("a", "b", "c");
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(60_000);
    await until("it is told", () => lost().length === 1);
    assert.deepEqual(run.batches, [
      ["a", "b", "c"],
      ["b", "c"],
    ]);
    assert.equal(run.services.sent[0]?.service, "sns");
    assert.equal(run.services.sent[0]?.input.TopicArn, topicArn);
    const [{ responseContext, requestContext, KinesisBatchInfo }] = lost();
    assert.deepEqual(responseContext, { statusCode: 200, executedVersion: "$LATEST", functionError: null });
    assert.equal(requestContext.approximateInvokeCount, 2);
    assert.equal(KinesisBatchInfo.startSequenceNumber, second);
    assert.equal(KinesisBatchInfo.endSequenceNumber, third);
    assert.equal(KinesisBatchInfo.batchSize, 2);
  });

  it("waits longer before each retry, by the run's clock", async () => {
    const at: number[] = [];
    run = setUpStream({
      handler: () => {
        at.push(run.clock.now());
        throw new Error("down");
      },
    });
    put("a");
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(400_000);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    assert.deepEqual(pauses.slice(0, 11), [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000]);
  });

  it("splits a failing batch without using its retries, until the failing record is alone", async () => {
    run = setUpStream({
      handler: throwing("c"),
      stream: { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1, onFailure: lostQueueArn },
    });
    const [, , third] = put("a", "b", "c", "d", "e");
    run.start();
    await until("it has failed", () => run.reports.length > 0);
    await run.clock.pass(60_000);
    await until("all are done", () => run.batches.flat().includes("e") && run.services.sent.length === 1);
    await run.clock.pass(60_000);
    assert.deepEqual(run.batches, [["a", "b", "c", "d", "e"], ["a", "b", "c"], ["a", "b"], ["c"], ["c"], ["d", "e"]]);
    const [{ requestContext, KinesisBatchInfo }] = lost();
    assert.equal(requestContext.approximateInvokeCount, 2);
    assert.equal(KinesisBatchInfo.startSequenceNumber, third);
    assert.equal(KinesisBatchInfo.batchSize, 1);
  });

  it("splits at the sequence number that was reported", async () => {
    run = setUpStream({
      handler: failing("c"),
      stream: { bisectBatchOnFunctionError: true, maximumRetryAttempts: 0, onFailure: lostQueueArn },
    });
    put("a", "b", "c", "d", "e", "f");
    run.start();
    await until("all are done", () => run.services.sent.length === 1 && run.batches.flat().includes("f"));
    assert.deepEqual(run.batches, [
      ["a", "b", "c", "d", "e", "f"],
      ["c", "d", "e", "f"],
      ["c", "d"],
      ["c"],
      ["d"],
      ["e", "f"],
    ]);
    assert.deepEqual(lost()[0].KinesisBatchInfo.batchSize, 1);
  });

  it("gives up a record that is too old without running it, and runs the rest", async () => {
    run = setUpStream({
      handler: () => {},
      stream: { maximumRecordAgeInSeconds: 60, onFailure: lostQueueArn },
    });
    const [first, second] = put("a", "b");
    await run.clock.pass(60_001);
    put("c");
    run.start();
    await until("the young one is done", () => run.batches.length === 1);
    assert.deepEqual(run.batches, [["c"]]);
    const [record] = lost();
    assert.equal("responseContext" in record, false);
    const { condition, functionArn: arn, requestId } = record.requestContext;
    assert.deepEqual({ condition, arn }, { condition: "RecordAgeExceeded", arn: functionArn("consume") });
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(record.KinesisBatchInfo, {
      shardId: "shardId-0",
      startSequenceNumber: first,
      endSequenceNumber: second,
      approximateArrivalOfFirstRecord: start,
      approximateArrivalOfLastRecord: start,
      batchSize: 2,
      streamArn,
    });
  });

  it("gives up a failing record at its maximum age, whatever its retries", async () => {
    run = setUpStream({
      handler: throwing("a"),
      mapping: { batchSize: 1 },
      stream: { maximumRecordAgeInSeconds: 60, onFailure: lostQueueArn },
    });
    put("a", "b");
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(59_000);
    assert.deepEqual(run.services.sent, []);
    await run.clock.pass(60_000);
    await until("it is told", () => run.services.sent.length === 2);
    assert.equal(run.batches.flat().includes("b"), false, "the next one is too old by then");
    assert.deepEqual(
      lost().map(({ requestContext }) => requestContext.condition),
      ["RecordAgeExceeded", "RecordAgeExceeded"],
    );
    // 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 12.7, 25.5, 51.1 s
    assert.equal(lost()[0].requestContext.approximateInvokeCount, 10);
  });

  it("retries as long as the stream keeps the records, by default", async () => {
    run = setUpStream({ handler: throwing("a"), stream: { onFailure: lostQueueArn } });
    put("a");
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(23 * 3_600_000);
    assert.deepEqual(run.services.sent, []);
    await run.clock.pass(2 * 3_600_000);
    await until("it is told", () => run.services.sent.length === 1);
  });

  it("does not count throttles as attempts", async () => {
    let throttled = true;
    let tries = 0;
    run = setUpStream({
      handler: () => {
        tries += 1;
        if (throttled) throw new ServiceError("TooManyRequestsException", "Rate Exceeded.", 429);
      },
      stream: { maximumRetryAttempts: 0, onFailure: lostQueueArn },
    });
    put("a");
    const mapping = run.start();
    await until("it is throttled", () => run.problems.length === 1);
    assert.match(run.problems[0] ?? "", /TooManyRequestsException: Rate Exceeded\. Its function is throttled/);
    await run.clock.pass(60_000);
    assert.ok(tries > 5, `${tries} tries`);
    assert.match(mapping.lastProcessingResult, /^PROBLEM: /);
    throttled = false;
    await run.clock.pass(20_000);
    await until("it is done", () => run.reports.length === 1);
    assert.deepEqual(run.services.sent, []);
    assert.equal(run.problems.length, 1);
    assert.equal(mapping.lastProcessingResult, "OK");
  });

  it("notifies the destination again until it accepts the record, and continues only then", async () => {
    run = setUpStream({
      handler: throwing("a"),
      mapping: { batchSize: 1 },
      stream: { maximumRetryAttempts: 0, onFailure: lostQueueArn },
    });
    let refused = 0;
    run.services.refuse = (action) => {
      if (action === "SendMessage" && refused++ < 3) throw new ServiceError("AccessDenied", "not authorized", 403);
    };
    put("a", "b");
    run.start();
    await until("it is refused", () => run.problems.length === 1);
    assert.match(
      run.problems[0] ?? "",
      /1 record of activity .* wait, because .*:lost cannot be notified: AccessDenied: not auth/,
    );
    assert.deepEqual(run.batches, [["a"]]);
    await run.clock.pass(10_000);
    await until("it goes on", () => run.batches.length === 2);
    assert.equal(run.services.sent.length, 1);
    assert.equal(run.problems.length, 1);
  });

  it("reports a record that it gives up and that is lost", async () => {
    run = setUpStream({ handler: throwing("a"), stream: { maximumRetryAttempts: 0 } });
    const [first] = put("a");
    run.start();
    await until("it is given up", () => run.problems.length === 1);
    assert.match(
      run.problems[0] ?? "",
      new RegExp(`1 record of activity from ${first} on \\(shardId-0, RetryAttemptsExhausted\\) .* are lost`),
    );
  });

  it("treats a record that exceeds an event's size as a failure", async () => {
    run = setUpStream({ handler: () => {}, stream: { maximumRetryAttempts: 1, onFailure: lostQueueArn } });
    put("x".repeat(5 * 1024 * 1024), "b");
    run.start();
    await until("it has failed", () => run.reports.length === 1);
    await run.clock.pass(1000);
    await until("the next is done", () => run.batches.length === 1);
    assert.deepEqual(run.batches, [["b"]]);
    assert.equal(lost()[0].requestContext.approximateInvokeCount, 2);
    assert.match(run.reports[0]?.functionError ?? "", /^RequestTooLargeException: /);
  });
});
