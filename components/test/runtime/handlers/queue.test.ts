// Longer than 250 lines because each row of the table of failures has its test, for standard and FIFO queues.
import { strict as assert } from "node:assert";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import * as v from "valibot";
import { contextWith, type FakeSqs, recordOf, silently } from "../../../../test/support/fake-sqs";
import { type AnyCallback, batchCallback, callback } from "../../../runtime/callback/callback";
import { InvalidEvent, PermanentError } from "../../../runtime/callback/errors";
import { backOff, queueHandler } from "../../../runtime/handlers/queue";
import type { ForwardClock } from "../../support/forward-clock";
import { withQueueServer } from "../../support/queue-server";

const Job = v.object({ n: v.number() });
class Declined extends PermanentError {}

describe("the consumer of a queue", () => {
  let sqs: FakeSqs;
  let clock: ForwardClock;
  withQueueServer((server, forward) => {
    sqs = server;
    clock = forward;
  });

  type Lines = readonly Readonly<Record<string, unknown>>[];
  const run = async (
    what: AnyCallback,
    records: readonly SQSRecord[],
    {
      milliseconds = 30_000,
      ...options
    }: { milliseconds?: number; concurrency?: number; fifo?: boolean; lastAttemptWithin?: number } = {},
  ): Promise<{ reported: string[]; lines: Lines }> => {
    let response: SQSBatchResponse | undefined;
    const lines = await silently(async () => {
      response = await sqs.handler(what, options)({ Records: [...records] }, contextWith(milliseconds));
    });
    return { reported: response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) ?? [], lines };
  };
  const reasonOf = (index = 0) =>
    JSON.parse(sqs.of("SendMessage")[index]?.input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null");
  const failuresIn = (lines: Lines) =>
    (lines.find(({ message }) => message === "batch")?.failures ?? []) as readonly Record<string, unknown>[];
  const delays = () =>
    Object.fromEntries(
      sqs
        .of("ChangeMessageVisibilityBatch")
        .flatMap(({ input }) =>
          (input.Entries ?? []).map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout]),
        ),
    );

  it("reports no failure and calls no service when all records succeed", async () => {
    const seen: number[] = [];
    const { reported, lines } = await run(
      callback(
        Job,
        () =>
          ({ n }) =>
            void seen.push(n),
      ),
      [recordOf("a", { n: 1 }), recordOf("b", { n: 2 })],
    );
    assert.deepEqual(reported, []);
    assert.deepEqual(seen, [1, 2]);
    assert.deepEqual(sqs.requests, []);
    const batch = lines.find(({ message }) => message === "batch");
    assert.deepEqual(
      { ...(batch?.batch as object), milliseconds: 0 },
      {
        received: 2,
        succeeded: 2,
        retried: 0,
        deadLettered: 0,
        handedBack: 0,
        milliseconds: 0,
      },
    );
    const metrics = lines.find((line) => "_aws" in line);
    assert.equal(metrics?.RecordsSucceeded, 2);
    assert.equal(metrics?.service, "spillway-test-orders");
    assert.equal(lines.length, 2, "one log line and one metric line per batch");
  });

  it("passes the callback its attempt, its deadline and the record's attributes", async () => {
    let told: unknown;
    await run(
      callback(Job, () => (_, { id, attempt, maxAttempts, event, deadline }) => {
        told = { id, attempt, maxAttempts, event, inTime: deadline > Date.now() && deadline < Date.now() + 30_000 };
      }),
      [recordOf("a", { n: 1, more: true }, { attempt: 3 })],
    );
    assert.deepEqual(told, { id: "a", attempt: 3, maxAttempts: 5, event: { n: 1, more: true }, inTime: true });
  });

  for (const [what, body, says] of [
    ["text that is not JSON", "not an order", /not JSON/],
    ["an event that the schema refuses", { n: "one" }, /^n: Invalid type: Expected number/],
  ] as const) {
    it(`dead-letters ${what} at once, with body, attributes and reason`, async () => {
      const attributes = { tenant: { stringValue: "t-1", dataType: "String.custom" } };
      const { reported } = await run(
        callback(Job, () => () => {}),
        [recordOf("bad", body, { attributes }), recordOf("good", { n: 1 })],
      );
      assert.deepEqual(reported, []);
      const [{ input } = assert.fail("no dead letter")] = sqs.of("SendMessage");
      assert.equal(input.QueueUrl, sqs.deadLetterQueueUrl);
      assert.equal(input.MessageBody, typeof body === "string" ? body : JSON.stringify(body));
      assert.deepEqual(input.MessageAttributes?.tenant, { DataType: "String.custom", StringValue: "t-1" });
      const reason = reasonOf();
      assert.equal(reason.errorType, "InvalidEvent");
      assert.match(reason.errorMessage, says);
      assert.equal(reason.attempts, 1);
      assert.equal(reason.functionName, "spillway-test-orders");
      assert.equal(reason.sourceArn, "arn:aws:sqs:eu-west-1:000000000000:orders");
      assert.equal(reason.requestId, "request-1");
      assert.ok(Date.parse(reason.failedAt) <= Date.now());
    });
  }

  it("names a permanent error by its class", async () => {
    const { reported } = await run(
      callback(Job, () => () => {
        throw new Declined("no funds");
      }),
      [recordOf("a", { n: 1 })],
    );
    assert.deepEqual(reported, []);
    assert.deepEqual([reasonOf().errorType, reasonOf().errorMessage], ["Declined", "no funds"]);
  });

  it("reports only the transient failure, and changes its visibility timeout to a delay within its attempt's range", async () => {
    const { reported, lines } = await run(
      callback(Job, () => async ({ n }) => {
        if (n === 2) throw new RangeError("busy");
      }),
      [recordOf("a", { n: 1 }), recordOf("b", { n: 2 }, { attempt: 3 }), recordOf("c", { n: 3 })],
    );
    assert.deepEqual(reported, ["b"]);
    assert.deepEqual(Object.keys(delays()), ["handle-b"]);
    const delay = delays()["handle-b"] ?? 0;
    assert.ok(delay >= 1 && delay <= 8, `attempt 3 waits 1 to 8 s, not ${delay}`);
    assert.deepEqual(sqs.of("SendMessage"), []);
    const [{ stack, ...failure } = assert.fail(), another] = failuresIn(lines);
    assert.deepEqual(failure, {
      id: "b",
      attempt: 3,
      outcome: "retried",
      errorType: "RangeError",
      errorMessage: "busy",
    });
    assert.match(String(stack), /^RangeError: busy\n {4}at .*queue\.test\.ts:\d+/);
    assert.equal(another, undefined);
  });

  it("logs the causes of a failure, and logs a stack that several records share only once", async () => {
    const { lines } = await run(
      batchCallback(Job, () => async () => {
        throw new Error("no stock", { cause: new RangeError("count below zero") });
      }),
      [recordOf("a", { n: 1 }), recordOf("b", { n: 2 })],
    );
    const [first, second] = failuresIn(lines);
    assert.equal(first?.errorMessage, "no stock: RangeError: count below zero");
    assert.equal(second?.errorMessage, "no stock: RangeError: count below zero");
    assert.match(String(first?.stack), /^Error: no stock\n {4}at .*\ncaused by RangeError: count below zero\n {4}at /s);
    const frames = String(first?.stack).split("\n");
    assert.equal(new Set(frames).size, frames.length, "what a cause shares is said once");
    assert.equal(second?.stack, undefined);
  });

  it("logs no stack for an invalid event, whose stack says nothing about the callback", async () => {
    const { lines } = await run(
      callback(Job, () => () => {}),
      [recordOf("a", "?")],
    );
    assert.deepEqual(
      failuresIn(lines).map(({ errorType, stack }) => [errorType, stack]),
      [["InvalidEvent", undefined]],
    );
  });

  it("keeps the log line small, however long the stacks are", async () => {
    const { lines } = await run(
      callback(Job, () => ({ n }) => {
        throw Object.assign(new Error(`busy ${n}`), { stack: `Error: busy\n    at ${"x".repeat(50_000)}` });
      }),
      Array.from({ length: 60 }, (_, n) => recordOf(`m${n}`, { n })),
    );
    assert.equal(failuresIn(lines).length, 50);
    assert.ok(JSON.stringify(lines.find(({ message }) => message === "batch")).length < 150_000);
  });

  it("handles any thrown value: the record fails, and the others are done", async () => {
    const raise = () => {
      throw new Error("asked");
    };
    let asked = 0;
    const hostile: unknown[] = [
      new Proxy({}, { get: raise, has: raise, getPrototypeOf: raise }),
      new Proxy(new Error("e"), { get: raise, has: raise }),
      // Answers what it is every other time.
      new Proxy(new Error("e"), { getPrototypeOf: () => (asked++ % 2 === 0 ? Error.prototype : raise()) }),
      Object.assign(new Error("e"), { errors: new Proxy([], { get: raise }) }),
      new AggregateError([new Proxy(new Error("e"), { get: raise, has: raise }), null]),
      new Proxy(new InvalidEvent("e"), { get: raise }),
      Object.defineProperty(new Error("e"), "message", { get: raise }),
      Object.defineProperty({}, "permanent", { get: raise }),
      Object.defineProperty(new Error("e"), "stack", { get: raise }),
      Object.create(null),
      undefined,
      Symbol("s"),
      () => {},
    ];
    const throws = ({ n }: { n: number }) => {
      if (n < hostile.length) throw hostile[n];
    };
    const records = [...hostile, "fine"].map((_, n) => recordOf(`m${n}`, { n }));
    const failing = records.slice(0, -1).map(({ messageId }) => messageId);
    for (const what of [
      callback(Job, () => throws),
      callback(Job, () => async (job) => throws(job)),
      batchCallback(
        Job,
        () => (given) =>
          given.flatMap(({ id, event }) => (event.n < hostile.length ? [{ id, error: hostile[event.n] }] : [])),
      ),
    ]) {
      const { reported, lines } = await run(what, records);
      assert.deepEqual(reported.sort(), failing.sort());
      assert.ok(
        failuresIn(lines).every(
          ({ errorType, errorMessage }) => typeof errorType === "string" && typeof errorMessage === "string",
        ),
      );
    }
    assert.deepEqual(sqs.of("SendMessage"), []);
  });

  it("passes a callback the correlation id of a dead letter that has come back, under any message id", async () => {
    const flows: string[] = [];
    const fails = callback(Job, () => (_, { correlationId }) => {
      flows.push(correlationId);
      throw new Declined("no");
    });
    await run(fails, [recordOf("first", { n: 1 })]);
    const { messageId, correlationId } = reasonOf();
    assert.deepEqual([messageId, correlationId], ["first", "first"]);
    const stringValue = sqs.of("SendMessage")[0]?.input.MessageAttributes?.DeadLetterReason?.StringValue ?? "";
    const attributes = { DeadLetterReason: { dataType: "String" as const, stringValue } };
    await run(fails, [recordOf("second", { n: 1 }, { attributes })]);
    assert.deepEqual(flows, ["first", "first"]);
    assert.deepEqual([reasonOf(1).messageId, reasonOf(1).correlationId], ["second", "first"]);
  });

  it("doubles the range of the delay, up to fifteen minutes", () => {
    const longest = (attempt: number) => Math.max(...Array.from({ length: 4000 }, () => backOff(attempt)));
    assert.deepEqual([1, 2, 3].map(longest), [2, 4, 8]);
    assert.ok(longest(30) <= 900 && longest(30) > 800);
    assert.ok(Array.from({ length: 1000 }, () => backOff(1)).every((seconds) => seconds >= 1));
  });

  it("dead-letters the last attempt with its error", async () => {
    const { reported } = await run(
      callback(Job, () => async () => {
        throw new RangeError("busy");
      }),
      [recordOf("a", { n: 1 }, { attempt: 5 })],
    );
    assert.deepEqual(reported, []);
    assert.deepEqual([reasonOf().errorType, reasonOf().attempts], ["RangeError", 5]);
    assert.deepEqual(
      sqs.of("DeleteMessageBatch").map(({ input }) => input.Entries?.[0]?.ReceiptHandle),
      ["handle-a"],
      "a record received before is deleted at once",
    );
  });

  it("dead-letters a record whose next attempt could end after its queue's retention, and says so", async () => {
    const attempt = 3;
    const fails = callback(Job, () => () => {
      throw new RangeError("busy");
    });
    const waited = (seconds: number) =>
      run(fails, [recordOf("a", { n: 1 }, { attempt, sentAt: Date.now() - seconds * 1000 })], {
        lastAttemptWithin: 1000,
      });
    const soon = await waited(900);
    assert.deepEqual([soon.reported, sqs.of("SendMessage")], [["a"], []]);
    const late = await waited(1000 - 8);
    assert.deepEqual(late.reported, []);
    assert.deepEqual([reasonOf().errorType, reasonOf().attempts], ["RangeError", attempt]);
    const warning = late.lines.find(({ level }) => level === "WARN");
    assert.match(String(warning?.message), /retention/);
    assert.deepEqual((await waited(Number.NaN)).reported, ["a"], "by hand, without the time at which it was sent");
  });

  it("keeps the record when its dead letter cannot be stored", async () => {
    sqs.answer = ({ action }) =>
      action === "SendMessage" ? { status: 403, body: { __type: "AccessDenied", message: "no" } } : undefined;
    const { reported, lines } = await run(
      callback(Job, () => () => {}),
      [recordOf("a", "?", { attempt: 5 })],
    );
    assert.deepEqual(reported, ["a"]);
    assert.deepEqual(sqs.of("DeleteMessageBatch"), []);
    const warning = lines.find(({ message }) => String(message).startsWith("a dead letter could not be stored"));
    assert.deepEqual(warning?.refusal, { errorType: "AccessDenied", errorMessage: "no" });
    assert.equal(sqs.of("SendMessage").length, 1, "a refusal is not tried again");
  });

  it("keeps a record that no dead letter can be made of", async () => {
    const attributes = { odd: {} } as unknown as SQSRecord["messageAttributes"];
    const { reported } = await run(
      callback(Job, () => () => {}),
      [recordOf("a", "?", { attributes }), recordOf("b", { n: 1 })],
    );
    assert.deepEqual(reported, ["a"]);
  });

  it("stores a dead letter however little time is left", async () => {
    for (const milliseconds of [1801, 2802, 3803]) {
      const { reported } = await run(
        callback(Job, () => () => {}),
        [recordOf("a", "?")],
        { milliseconds },
      );
      assert.deepEqual(reported, []);
    }
    assert.equal(sqs.of("SendMessage").length, 3);
  });

  it("calls a failing service three times", async () => {
    sqs.answer = ({ action }) =>
      action === "SendMessage" ? { status: 503, body: { __type: "ServiceUnavailable" } } : undefined;
    const { reported } = await run(
      callback(Job, () => () => {}),
      [recordOf("a", "?")],
    );
    assert.deepEqual(reported, ["a"]);
    assert.equal(sqs.of("SendMessage").length, 3);
  });

  it("gives up a hanging callback shortly before the timeout, and returns records that have not started", async () => {
    let aborted = false;
    const { reported } = await run(
      callback(Job, () => async ({ n }, { signal, deadline }) => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
        if (n === 1) await clock.overrun(deadline);
      }),
      [recordOf("hangs", { n: 1 }), recordOf("waits", { n: 2 }), recordOf("waits-too", { n: 3 })],
      { concurrency: 1 },
    );
    assert.ok(aborted, "the signal tells the callback");
    assert.deepEqual(reported, ["hangs", "waits", "waits-too"]);
    assert.equal(delays()["handle-waits"], 0);
    assert.equal(delays()["handle-waits-too"], 0);
    assert.ok((delays()["handle-hangs"] ?? 0) >= 1);
  });

  it("gives CallbackTimeout as the reason of a record that hangs at its last attempt, and runs the others once", async () => {
    const runs: number[] = [];
    const { reported } = await run(
      callback(Job, () => async ({ n }, { deadline }) => {
        runs.push(n);
        if (n === 1) await clock.overrun(deadline);
      }),
      [recordOf("hangs", { n: 1 }, { attempt: 5 }), recordOf("b", { n: 2 }), recordOf("c", { n: 3 })].reverse(),
    );
    assert.equal(reasonOf().errorType, "CallbackTimeout");
    assert.deepEqual(
      reported.sort(),
      ["b", "c"],
      "the suspect runs first and alone; the others had no time and come back at once",
    );
    assert.deepEqual(runs, [1]);
    assert.deepEqual([delays()["handle-b"], delays()["handle-c"]], [0, 0]);
  });

  it("runs no more records at a time than configured", async () => {
    let now = 0;
    let most = 0;
    await run(
      callback(Job, () => async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now -= 1;
      }),
      Array.from({ length: 10 }, (_, n) => recordOf(`r${n}`, { n })),
      { concurrency: 3 },
    );
    assert.equal(most, 3);
  });

  it("runs records that were received before one at a time, the highest count first, and deletes each at once", async () => {
    const order: string[] = [];
    sqs.answer = ({ action, input }) => {
      if (action === "DeleteMessageBatch") order.push(`deleted ${input.Entries?.[0]?.ReceiptHandle}`);
      return undefined;
    };
    await run(
      callback(
        Job,
        () =>
          async ({ n }) =>
            void order.push(`ran ${n}`),
      ),
      [
        recordOf("fresh", { n: 1 }),
        recordOf("second", { n: 2 }, { attempt: 2 }),
        recordOf("third", { n: 3 }, { attempt: 3 }),
      ],
    );
    assert.deepEqual(order, ["ran 3", "deleted handle-third", "ran 2", "deleted handle-second", "ran 1"]);
  });

  it("does not let a record that kills the process affect others, at any place in its batch", async () => {
    for (let killer = 0; killer < 10; killer += 1) {
      const attempts = new Map(Array.from({ length: 10 }, (_, n) => [n, 0]));
      const done = new Set<number>();
      const gone = new Set<number>();
      // Each round is an invocation; the process dies when the killer runs, and what was not deleted by then comes
      // back.
      for (let round = 0; round < 12; round += 1) {
        const waiting = [...attempts.keys()].filter((n) => !done.has(n) && !gone.has(n));
        for (const n of waiting) attempts.set(n, (attempts.get(n) ?? 0) + 1);
        for (const n of waiting) if ((attempts.get(n) ?? 0) > 5) gone.add(n);
        const batch = waiting.filter((n) => !gone.has(n));
        let died = false;
        let bury: () => void = () => {};
        const buried = new Promise<void>((resolve) => {
          bury = resolve;
        });
        const finished: number[] = [];
        sqs.answer = ({ action, input }) => {
          if (action === "DeleteMessageBatch" && !died)
            done.add(Number(input.Entries?.[0]?.ReceiptHandle.split("-")[1]));
          return undefined;
        };
        await run(
          callback(Job, () => async ({ n }) => {
            if (n === killer) {
              died = true;
              // What the others still do has no effect any more; they end, so that the next round can begin.
              setImmediate(bury);
            }
            if (died) return buried;
            finished.push(n);
          }),
          batch.map((n) => recordOf(String(n), { n }, { attempt: attempts.get(n) ?? 1 })),
        );
        if (!died) for (const n of finished) done.add(n);
      }
      assert.deepEqual([...gone], [killer]);
      assert.equal(done.size, 9);
    }
  });

  describe("of a FIFO queue", () => {
    const log: string[] = [];
    const steps = callback(
      v.object({ g: v.string(), n: v.number(), does: v.optional(v.string()) }),
      () =>
        async ({ g, n, does }) => {
          log.push(`${g}${n}`);
          await new Promise((resolve) => setTimeout(resolve, 2));
          if (does === "throw") throw new Error("busy");
          if (does === "refuse") throw new Declined("no");
        },
    );
    const step = (g: string, n: number, does?: string, attempt = 1) =>
      recordOf(
        `${g}${n}`,
        { g, n, ...(does !== undefined && { does }) },
        { group: g, attempt, deduplicationId: `dedup-${g}${n}` },
      );
    beforeEach(() => {
      log.length = 0;
    });

    it("stops a group at its first failure and gives its later records the same delay; other groups continue", async () => {
      const { reported } = await run(
        steps,
        [step("a", 1), step("b", 1), step("a", 2, "throw"), step("a", 3), step("b", 2)],
        { fifo: true },
      );
      assert.deepEqual(reported.sort(), ["a2", "a3"]);
      assert.deepEqual(
        log.filter((entry) => entry.startsWith("a")),
        ["a1", "a2"],
      );
      assert.deepEqual(
        log.filter((entry) => entry.startsWith("b")),
        ["b1", "b2"],
      );
      assert.equal(delays()["handle-a3"], delays()["handle-a2"]);
    });

    it("dead-letters a permanent failure in its group, under the message's own id, and continues with the group", async () => {
      const { reported } = await run(steps, [step("a", 1, "refuse"), step("a", 2)], { fifo: true });
      assert.deepEqual(reported, []);
      assert.deepEqual(log, ["a1", "a2"]);
      const [{ input } = assert.fail("no dead letter")] = sqs.of("SendMessage");
      assert.equal(input.MessageGroupId, "a");
      assert.equal(input.MessageDeduplicationId, "a1");
      assert.equal(reasonOf().deduplicationId, "dedup-a1");
    });

    it("does not continue a group beyond a dead letter that could not be stored", async () => {
      sqs.answer = ({ action }) =>
        action === "SendMessage" ? { status: 403, body: { __type: "AccessDenied" } } : undefined;
      const { reported } = await run(steps, [step("a", 1, "refuse"), step("a", 2)], { fifo: true });
      assert.deepEqual(reported, ["a1", "a2"]);
      assert.deepEqual(log, ["a1"]);
    });
  });

  describe("with a batch callback", () => {
    it("passes all valid records at once, and reports or dead-letters what it returns", async () => {
      const calls: number[][] = [];
      const { reported } = await run(
        batchCallback(Job, () => async (records) => {
          calls.push(records.map(({ event }) => event.n));
          return records.flatMap(({ id, event }) =>
            event.n === 2
              ? [{ id, error: new Error("busy") }]
              : event.n === 3
                ? [{ id, error: new Declined("no") }]
                : [],
          );
        }),
        [recordOf("a", { n: 1 }), recordOf("bad", "?"), recordOf("b", { n: 2 }), recordOf("c", { n: 3 })],
      );
      assert.deepEqual(calls, [[1, 2, 3]]);
      assert.deepEqual(reported, ["b"]);
      assert.deepEqual(
        sqs
          .of("SendMessage")
          .map((_, index) => reasonOf(index).errorType)
          .sort(),
        ["Declined", "InvalidEvent"],
      );
    });

    it("fails every record of a call that throws, or that returns a record which is not in the batch", async () => {
      for (const callbackOf of [
        batchCallback(Job, () => async () => {
          throw new Error("down");
        }),
        batchCallback(Job, () => async () => [{ id: "nobody", error: new Error("x") }]),
      ]) {
        const { reported } = await run(callbackOf, [recordOf("a", { n: 1 }), recordOf("b", { n: 2 })]);
        assert.deepEqual(reported, ["a", "b"]);
      }
    });
  });

  it("runs many records that were received before, without returning healthy ones", async () => {
    // Each takes a tenth of a second, together with those that run beside it: one after the other they would take 30 s.
    let tenth: Promise<void> | undefined;
    const slow = callback(Job, () => () => {
      tenth ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        tenth = undefined;
        clock.forward(100);
      });
      return tenth;
    });
    const records = Array.from({ length: 300 }, (_, n) => recordOf(`m-${n}`, { n }, { attempt: 2 }));
    const { reported } = await run(slow, records);
    assert.deepEqual(reported, []);
  });

  it("reports which settings are missing when it was deployed without them", async () => {
    assert.throws(
      () => queueHandler(callback(Job, () => () => {})),
      /SPILLWAY is missing; deploy the function with its component/,
    );
  });
});
