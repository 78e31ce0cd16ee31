// Asynchronous invocations: retries on the run's clock, age, destinations and dead-letter queues.
import assert from "node:assert/strict";
import { createQueue, functionArn, queueArn, type RunningLambda, startLambda, until } from "../support/lambda";
import { type ManualClock, user } from "../support/sqs";

const fails = "exports.handler = async () => { throw new TypeError('no stock'); };";

interface Received {
  readonly Body: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue: string }>>;
}

async function receive(run: RunningLambda, QueueUrl: string): Promise<Received | undefined> {
  const { Messages = [] } = await run.ask(user, "sqs", "ReceiveMessage", { QueueUrl, MessageAttributeNames: ["All"] });
  return (Messages as Received[])[0];
}

describe("an asynchronous invocation", () => {
  let run: RunningLambda;
  let clock: ManualClock;
  const problems: string[] = [];

  beforeEach(async () => {
    problems.length = 0;
    run = await startLambda({ onProblem: (problem) => problems.push(problem) });
    clock = run.clock as ManualClock;
  });
  afterEach(() => run.close());

  const submit = (name: string, event: unknown = {}) =>
    run.ask(user, "lambda", "Invoke", { FunctionName: name, InvocationType: "Event", Payload: JSON.stringify(event) });

  it("is accepted at once, retried after one and two minutes, and then sent to the failure destination", async () => {
    const attempts: string[] = [];
    await run.close();
    run = await startLambda({
      onLog: (_name, requestId, line) => line.includes("attempt") && attempts.push(String(requestId)),
    });
    clock = run.clock as ManualClock;
    run.put("fails", `exports.handler = async () => { console.log('attempt'); throw new TypeError('no stock'); };`);
    const url = await createQueue(run, "failures");
    run.lambda.putAsynchronousConfig("fails", {
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3600,
      onFailure: queueArn("failures"),
    });
    assert.equal((await submit("fails", { orderId: "o-1" })).StatusCode, 202);
    await until("the first attempt", () => attempts.length === 1);
    await until("the second attempt is due", async () => {
      await clock.pass(1000);
      return attempts.length === 2;
    });
    assert.ok(clock.now() - Date.UTC(2026, 0, 1) >= 60_000);
    const second = clock.now();
    await until("the third attempt is due", async () => {
      await clock.pass(1000);
      return attempts.length === 3;
    });
    assert.ok(clock.now() - second >= 110_000, `${clock.now() - second} ms`);
    assert.equal(new Set(attempts).size, 1);
    let message: Received | undefined;
    await until("the destination has it", async () => {
      message = await receive(run, url);
      return message;
    });
    const { timestamp, responsePayload, ...record } = JSON.parse(message?.Body ?? "");
    assert.match(timestamp, /^2026-01-01T00:/);
    assert.deepEqual(record, {
      version: "1.0",
      requestContext: {
        requestId: attempts[0],
        functionArn: `${functionArn("fails")}:$LATEST`,
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { orderId: "o-1" },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    });
    assert.equal(responsePayload.errorType, "TypeError");
    assert.equal(responsePayload.errorMessage, "no stock");
  });

  it("is given up when it is too old for another attempt", async () => {
    run.put("fails", fails);
    const url = await createQueue(run, "failures");
    run.lambda.putAsynchronousConfig("fails", {
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 100,
      onFailure: queueArn("failures"),
    });
    await submit("fails");
    // The first attempt, before time goes on.
    const { pool } = run.lambda;
    await until("it has failed", () => pool.invocations.get("fails") === 1 && pool.active === 0);
    let body: string | undefined;
    await until("the destination has it", async () => {
      await clock.pass(10_000);
      body = (await receive(run, url))?.Body;
      return body;
    });
    const { requestContext } = JSON.parse(body ?? "");
    assert.equal(requestContext.condition, "EventAgeExceeded");
    assert.equal(requestContext.approximateInvokeCount, 2);
  });

  it("goes to the destination without an attempt while the function's reserved concurrency is 0", async () => {
    run.put("off", fails, { reservedConcurrency: 0 });
    const url = await createQueue(run, "failures");
    run.lambda.putAsynchronousConfig("off", {
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3600,
      onFailure: queueArn("failures"),
    });
    await submit("off");
    let body: string | undefined;
    await until("the destination has it", async () => {
      body = (await receive(run, url))?.Body;
      return body;
    });
    const { requestContext, responseContext } = JSON.parse(body ?? "");
    assert.equal(requestContext.approximateInvokeCount, 0);
    assert.equal(responseContext, undefined);
  });

  it("goes to the dead-letter queue unchanged, with its error in attributes", async () => {
    const url = await createQueue(run, "dead");
    run.put("fails", fails, { deadLetterArn: queueArn("dead") });
    run.lambda.putAsynchronousConfig("fails", { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 3600 });
    await submit("fails", { orderId: "o-1" });
    let message: Received | undefined;
    await until("the queue has it", async () => {
      message = await receive(run, url);
      return message;
    });
    assert.equal(message?.Body, '{"orderId":"o-1"}');
    assert.equal(message?.MessageAttributes?.ErrorCode?.StringValue, "200");
    assert.equal(message?.MessageAttributes?.ErrorMessage?.StringValue, "no stock");
    assert.match(message?.MessageAttributes?.RequestID?.StringValue ?? "", /^[0-9a-f-]{36}$/);
  });

  it("reports to the user when an event is lost", async () => {
    run.put("fails", fails);
    run.lambda.putAsynchronousConfig("fails", { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 3600 });
    await submit("fails");
    await until("the problem is told", () => problems.length === 1);
    assert.match(problems[0] ?? "", /of function "fails": it was given up \(RetriesExhausted\) and is lost/);
  });

  it("sends a success to its destination", async () => {
    run.put("works", "exports.handler = async () => ({ stock: 3 });");
    const url = await createQueue(run, "successes");
    run.lambda.putAsynchronousConfig("works", {
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3600,
      onSuccess: queueArn("successes"),
    });
    await submit("works");
    let body: string | undefined;
    await until("the destination has it", async () => {
      body = (await receive(run, url))?.Body;
      return body;
    });
    const { requestContext, responsePayload, responseContext } = JSON.parse(body ?? "");
    assert.equal(requestContext.condition, "Success");
    assert.deepEqual(responsePayload, { stock: 3 });
    assert.deepEqual(responseContext, { statusCode: 200, executedVersion: "$LATEST" });
  });
});
