// The event source mapping of a queue over its life: throttled, refused, paused, sped up, ended.
import assert from "node:assert/strict";
import { ServiceError } from "../../../service/ask";
import { createClock } from "../../../service/clock";
import { until } from "../../support/lambda";
import { type MappingSetup, setUpMapping } from "../../support/queue-mapping";
import { user } from "../../support/sqs";

describe("a queue's event source mapping, from start to end", () => {
  let run: MappingSetup | undefined;
  afterEach(async () => {
    await run?.close();
    run = undefined;
  });
  const empty = { visible: 0, inFlight: 0 };

  it("retries a throttled batch until its visibility timeout, and receives nothing meanwhile", async () => {
    let throttled = true;
    let tries = 0;
    run = await setUpMapping({
      handler: () => {
        tries += 1;
        if (throttled) throw new ServiceError("TooManyRequestsException", "Rate Exceeded.", 429);
      },
      queue: { VisibilityTimeout: "60" },
    });
    await run.send(Array.from({ length: 11 }, (_, index) => String(index)));
    run.start();
    await until("it is throttled", () => run?.problems.length === 1);
    assert.match(run.problems[0] ?? "", /function "consume": TooManyRequestsException: Rate Exceeded\. .* throttled/);
    await run.clock.pass(30_000);
    assert.ok(tries > 3, `${tries} tries`);
    assert.deepEqual(await run.counts(), { visible: 1, inFlight: 10 });
    throttled = false;
    await run.clock.pass(10_000);
    await until("the first ten are done", () => (run?.batches[0]?.length ?? 0) === 10);
  });

  it("does not invoke the function while it is paused, and continues afterwards", async () => {
    run = await setUpMapping({ handler: () => {} });
    const mapping = run.start();
    await mapping.pause();
    assert.equal(mapping.state, "Disabled");
    await run.send(["a"]);
    await run.clock.pass(60_000);
    assert.deepEqual(await run.counts(), { visible: 1, inFlight: 0 });
    mapping.resume();
    assert.equal(mapping.state, "Enabled");
    await until("it is done", () => run?.reports.length === 1);
  });

  it("stays disabled where the program disables it", async () => {
    run = await setUpMapping({ handler: () => {}, mapping: { enabled: false } });
    assert.equal(run.start().state, "Disabled");
    assert.deepEqual(
      run.requests.filter(({ action }) => action === "ReceiveMessage"),
      [],
    );
  });

  it("reports once why it cannot read its queue, and continues when it can", async () => {
    let denied = true;
    run = await setUpMapping({
      handler: () => {},
      observer: {
        before: (_principal, _service, action) => {
          if (denied && action === "ReceiveMessage")
            throw new ServiceError("AccessDenied", "not authorized to perform: sqs:ReceiveMessage", 403);
        },
      },
    });
    await run.send(["a"]);
    const mapping = run.start();
    await run.clock.pass(10_000);
    assert.equal(run.problems.length, 1);
    assert.match(run.problems[0] ?? "", /cannot read the queue "orders": AccessDenied: not authorized/);
    assert.match(mapping.lastProcessingResult, /^PROBLEM: /);
    denied = false;
    await run.clock.pass(31_000);
    await until("it is done", () => run?.reports.length === 1);
  });

  it("retries deleting messages that could not be deleted", async () => {
    let refusals = 1;
    run = await setUpMapping({
      handler: () => {},
      observer: {
        before: (_principal, _service, action) => {
          if (action === "DeleteMessageBatch" && refusals-- > 0)
            throw new ServiceError("InternalFailure", "try again", 500);
        },
      },
    });
    await run.send(["a"]);
    run.start();
    await until("it has run", () => run?.batches.length === 1);
    await run.clock.pass(1000);
    assert.deepEqual(await run.counts(), empty);
  });

  it("keeps a running batch invisible where the clock is faster than the function", async () => {
    run = await setUpMapping({
      handler: () => new Promise((resolve) => setTimeout(resolve, 1300)),
      // At this speed it would be over after a second.
      clock: createClock(100),
      queue: { VisibilityTimeout: "100" },
    });
    await run.send(["a"]);
    run.start();
    await until("it is done", () => run?.reports.length === 1);
    assert.deepEqual(run.batches, [["a"]]);
    assert.deepEqual(await run.counts(), empty);
  });

  it("keeps a batch invisible on a fast clock although the run had no time for its timers", async () => {
    let [running, most, failures] = [0, 0, 1];
    run = await setUpMapping({
      handler: async () => {
        most = Math.max(most, ++running);
        for (const end = Date.now() + 1200; Date.now() < end; );
        await new Promise((resolve) => setTimeout(resolve, 50));
        running -= 1;
        return failures-- > 0 ? { batchItemFailures: [{ itemIdentifier: "" }] } : null;
      },
      clock: createClock(100),
      queue: { VisibilityTimeout: "100" },
    });
    await run.send(["a"]);
    run.start();
    await until("it has failed, come back and succeeded", () => run?.reports.length === 2);
    assert.equal(most, 1, "not while it ran");
    assert.deepEqual(run.batches, [["a"], ["a"]]);
    assert.deepEqual(await run.counts(), empty);
  });

  it("retries a throttled batch on a fast clock for as long as what runs beside it may take", async () => {
    const throttledUntil = performance.now() + 600;
    const attempts: (string | undefined)[] = [];
    run = await setUpMapping({
      handler: ({ Records: [record] }) => {
        if (performance.now() < throttledUntil) {
          throw new ServiceError("TooManyRequestsException", "Rate Exceeded.", 429);
        }
        attempts.push(record?.attributes.ApproximateReceiveCount);
      },
      clock: createClock(100),
      queue: { VisibilityTimeout: "10" },
    });
    await run.send(["a"]);
    run.start();
    await until("it is done", () => run?.reports.length === 1);
    assert.deepEqual(attempts, ["1"]);
  });

  it("does not keep on a fast clock what its filter drops and SQS does not delete", async () => {
    let refusals = 3;
    run = await setUpMapping({
      handler: () => {},
      mapping: { filters: ['{ "body": { "type": ["wanted"] } }'] },
      clock: createClock(100),
      queue: { VisibilityTimeout: "100" },
      observer: {
        before: (_principal, _service, action) => {
          if (action === "DeleteMessageBatch" && refusals-- > 0)
            throw new ServiceError("InternalFailure", "try again", 500);
        },
      },
    });
    await run.send(['{ "type": "other" }']);
    run.start();
    await until("it has come back and is deleted", async () => (await run?.counts())?.inFlight === 0 && refusals < 0);
    assert.deepEqual(await run.counts(), empty);
  });

  it("waits at its end for running batches, and deletes them", async () => {
    let end: () => void = () => {};
    run = await setUpMapping({
      handler: () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    });
    await run.send(["a"]);
    const mapping = run.start();
    await until("it runs", () => run?.batches.length === 1);
    const closed = mapping.close(60_000);
    end();
    await closed;
    assert.deepEqual(await run.counts(), empty);
  });

  it("returns at its end the messages of an incomplete batch, as if they had never been received", async () => {
    run = await setUpMapping({ handler: () => {}, mapping: { batchSize: 100, maximumBatchingWindowInSeconds: 300 } });
    const mapping = run.start();
    await run.send(["a"]);
    await until("it is received", async () => (await run?.counts())?.inFlight === 1);
    await mapping.close(0);
    assert.deepEqual(await run.counts(), { visible: 1, inFlight: 0 });
    assert.deepEqual(run.batches, []);
    const { QueueUrl } = run;
    const { Messages } = await run.ask(user, "sqs", "ReceiveMessage", {
      QueueUrl,
      AttributeNames: ["ApproximateReceiveCount"],
    });
    assert.equal((Messages as { Attributes: Record<string, string> }[])[0]?.Attributes.ApproximateReceiveCount, "1");
  });

  it("interrupts at its end a batch that runs too long, and returns its messages", async () => {
    run = await setUpMapping({
      handler: (_event, { signal }) =>
        new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("killed")))),
    });
    await run.send(["a"]);
    const mapping = run.start();
    await until("it runs", () => run?.batches.length === 1);
    await mapping.close(20);
    assert.deepEqual(await run.counts(), { visible: 1, inFlight: 0 });
  });
});
