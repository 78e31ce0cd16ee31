// What the reason of a dead letter says beside the error: where it was thrown, what it was caused by, of which code and
// for whom.
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { SQSRecord } from "aws-lambda";
import { type RecordOptions, recordOf } from "../../../../test/support/fake-sqs";
import { bundleOf } from "../../../bundle/bundle-hash";
import { deadLetterOf, type GivenUp } from "../../../runtime/batch/dead-letter";
import { CallbackTimeout, InvalidEvent, notDecoded } from "../../../runtime/callback/errors";
import { QueueItem } from "../../../runtime/handlers/queue-record";

const context = { functionName: "orders", awsRequestId: "request-1" };
const givenUp = { error: new RangeError("too busy"), context, failedAt: new Date("2026-01-02T03:04:05Z") };
const textOf = (record: SQSRecord, more: Partial<GivenUp> = {}) =>
  deadLetterOf(new QueueItem(record).lost(), { ...givenUp, ...more })?.MessageAttributes?.DeadLetterReason
    ?.StringValue ?? assert.fail("no reason");
const reasonOf = (record: SQSRecord, more?: Partial<GivenUp>) => JSON.parse(textOf(record, more));
const reasonFor = (error: unknown) => reasonOf(recordOf("m", "{}"), { error });
const withReason = (reason: string, more: RecordOptions = {}) =>
  recordOf("m-2", "{}", {
    ...more,
    attributes: { DeadLetterReason: { dataType: "String" as const, stringValue: reason } },
  });
const thrown = (frames: readonly string[], message = "no", options: ErrorOptions = {}) => {
  const error = new Error(message, options);
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
};

describe("the reason of a dead letter", () => {
  it("begins with the error, and ends with what is long", () => {
    const record = withReason(textOf(recordOf("m-1", "{}")), { attempt: 2 });
    record.body = '{"type":"job.done"}';
    const error = thrown(["pay (/task/pay.js:1:2)"], "no", { cause: new TypeError("c") });
    assert.deepEqual(
      Object.keys(reasonOf(record, { error })),
      (
        "errorType errorMessage type redrives previous functionName sourceArn messageId correlationId requestId " +
        "failedAt bundle attempts causes stack"
      ).split(" "),
    );
  });

  describe("contains of the stack", () => {
    it("the frames of the callback's code, and none of Node.js, packages, Lambda and the consumer", () => {
      const { stack } = reasonFor(
        thrown([
          "JSON.parse (<anonymous>)",
          "node:internal/process:1:1",
          "charge (/code/node_modules/stripe/index.js:3:9)",
          "pay (/code/functions/pay.ts:3:9)",
          "async /code/functions/place order.ts:30:3",
          "async Promise.all (index 0)",
          "Batch.runLane (/code/components/runtime/batch/run-batch.ts:107:9)",
          "Runtime.handleOnce (file:///var/runtime/index.mjs:1173:29)",
        ]),
      );
      assert.equal(stack, "    at pay (/code/functions/pay.ts:3:9)\n    at async /code/functions/place order.ts:30:3");
    });

    it("the places in a bundle without a source map, unchanged", () => {
      const { stack } = reasonFor(
        thrown(["k (/var/task/index.js:27:1234)", "async Ae.runLane (/var/task/index.js:30:5)"]),
      );
      assert.equal(stack, "    at k (/var/task/index.js:27:1234)\n    at async Ae.runLane (/var/task/index.js:30:5)");
    });

    it("the first three frames where none belongs to the callback", () => {
      const frames = ["a", "b", "c", "d"].map((name) => `${name} (node:net:1:1)`);
      assert.equal(
        reasonFor(thrown(frames)).stack,
        "    at a (node:net:1:1)\n    at b (node:net:1:1)\n    at c (node:net:1:1)",
      );
    });

    it("at most eight frames of each error, and only the new frames of its causes", () => {
      const shared = "place (/code/place.ts:1:1)";
      const cause = thrown(["connect (node:net:9:9)", shared], "connect ECONNREFUSED");
      const frames = Array.from({ length: 12 }, (_, n) => `f${n} (/code/f.ts:${n}:1)`);
      const { stack } = reasonFor(thrown([shared, ...frames], "fetch failed", { cause }));
      assert.deepEqual(stack.split("\n"), [
        `    at ${shared}`,
        ...frames.slice(0, 7).map((frame) => `    at ${frame}`),
        "caused by Error: connect ECONNREFUSED",
        "    at connect (node:net:9:9)",
      ]);
    });

    it("whole lines of at most 1,500 characters", () => {
      const long = (n: number) => `f${n} (/code/${"d".repeat(400)}.ts:1:1)`;
      const { stack } = reasonFor(thrown([1, 2, 3, 4, 5].map(long)));
      assert.equal(stack, [1, 2, 3].map((n) => `    at ${long(n)}`).join("\n"));
      assert.equal(reasonFor(thrown([`f (/${"d".repeat(2000)}.ts:1:1)`])).stack, undefined);
    });

    it("the heading of a cause whose error has no stack, and nothing of errors of the consumer itself", () => {
      const { stack } = reasonFor(thrown([], "outer", { cause: thrown(["f (/code/f.ts:1:1)"], "inner") }));
      assert.equal(stack, "caused by Error: inner\n    at f (/code/f.ts:1:1)");
      for (const error of [new CallbackTimeout(9), new InvalidEvent("no event"), "a text", undefined]) {
        assert.equal("stack" in reasonFor(error), false);
      }
      assert.match(reasonFor(notDecoded(new SyntaxError("odd"))).stack, /reason\.test\.ts/);
    });
  });

  it("lists each cause separately, in the order of the messages, at most five and each truncated", () => {
    const refused = new AggregateError([new Error("::1"), new TypeError("127.0.0.1", { cause: "no network" })], "");
    const reason = reasonFor(new TypeError("fetch failed", { cause: refused }));
    assert.equal(reason.errorMessage, "fetch failed: ::1; TypeError: 127.0.0.1: no network");
    assert.deepEqual(reason.causes, [
      { errorType: "AggregateError", errorMessage: "" },
      { errorType: "Error", errorMessage: "::1" },
      { errorType: "TypeError", errorMessage: "127.0.0.1" },
      { errorType: "string", errorMessage: "no network" },
    ]);
    const many = reasonFor(new AggregateError(Array.from({ length: 9 }, (_, n) => new Error(`${n}`.repeat(400)))));
    assert.equal(many.causes.length, 5);
    assert.equal(many.causes[4].errorMessage, `${"4".repeat(300)}…`);
    const circular = new Error("outer", { cause: new RangeError("inner") });
    Object.assign(circular.cause as Error, { cause: circular });
    assert.deepEqual(reasonFor(circular).causes, [{ errorType: "RangeError", errorMessage: "inner" }]);
    assert.equal("causes" in reasonFor(new Error("alone")), false);
  });

  it("has the hash of the running bundle", () => {
    const file = readFileSync(path.resolve(__dirname, "..", "..", "..", "runtime", "batch", "bundle-hash.ts"));
    assert.equal(reasonOf(recordOf("m", "{}")).bundle, bundleOf(file));
    assert.equal(bundleOf(file), createHash("sha256").update(file).digest("hex").slice(0, 12));
  });

  it("has the event's type, from the innermost envelope or from the event itself", () => {
    const cloudEvent = { specversion: "1.0", id: "e", source: "/s", type: "order.placed", data: { type: "inner" } };
    const ofBus = { "detail-type": "Order Placed", source: "s", account: "0", detail: { type: "inner" } };
    const notification = (message: unknown) => ({
      Type: "Notification",
      TopicArn: "arn",
      Message: JSON.stringify(message),
    });
    for (const [body, type] of [
      [cloudEvent, "order.placed"],
      [ofBus, "Order Placed"],
      [{ ...ofBus, detail: cloudEvent }, "order.placed"],
      [notification(cloudEvent), "order.placed"],
      [notification({ type: "own" }), "own"],
      [{ ...cloudEvent, data: notification({ type: "inner" }) }, "order.placed"],
      [{ type: "own", eventType: "other" }, "own"],
      [{ type: 7, eventType: "other" }, "other"],
      [{ type: "t".repeat(150) }, "t".repeat(100)],
      [{ n: 1 }, undefined],
      [null, undefined],
      [7, undefined],
      ["no JSON", undefined],
    ] as const) {
      assert.equal(reasonOf(recordOf("m", typeof body === "string" ? body : JSON.stringify(body))).type, type);
    }
  });

  it("has the tenant, from Lambda or from a fair queue's message group, but not from a FIFO queue's group", () => {
    const fair = recordOf("m", "{}");
    fair.attributes.MessageGroupId = "tenant-1";
    assert.equal(reasonOf(fair).tenant, "tenant-1");
    assert.equal(reasonOf(fair, { context: { ...context, tenantId: "tenant-2" } }).tenant, "tenant-2");
    assert.equal(reasonOf(recordOf("m", "{}", { group: "order-1" })).tenant, undefined);
    assert.equal(reasonOf(fair, { context: { ...context, tenantId: "t".repeat(300) } }).tenant.length, 128);
  });

  it("leaves out stack and causes where they do not fit, then all but the shortest form, which keeps the count", () => {
    const error = new Error("x".repeat(200), { cause: new TypeError("y".repeat(200)) });
    const sized = (room: number) => {
      const record = withReason(textOf(recordOf("m-1", "{}")));
      record.body = "b".repeat(1_048_576 - room);
      return reasonOf(record, { error });
    };
    const whole = sized(8000);
    assert.ok(whole.stack.length > 0 && whole.causes.length === 1);
    const length = JSON.stringify(whole).length + "DeadLetterReasonString".length;
    assert.deepEqual(sized(length), whole);
    const { stack, causes, ...brief } = whole;
    assert.deepEqual(sized(length - 1), brief);
    const shortest = sized(JSON.stringify(brief).length);
    assert.deepEqual(Object.keys(shortest), [
      "errorType",
      "errorMessage",
      "redrives",
      "attempts",
      "failedAt",
      "messageId",
      "correlationId",
    ]);
    assert.equal(shortest.redrives, 1);
  });

  it("handles any thrown value", () => {
    const raise = () => {
      throw new Error("asked");
    };
    const hostile: unknown[] = [
      new Proxy({}, { get: raise, has: raise, getPrototypeOf: raise }),
      new Proxy(new Error("e"), { get: raise, has: raise }),
      Object.assign(new Error("e"), { errors: new Proxy([], { get: raise }) }),
      new AggregateError([new Proxy(new Error("e"), { get: raise, has: raise }), null, Symbol("s")]),
      new Error("e", { cause: new Proxy(new Error("e"), { get: raise }) }),
      Object.defineProperty(new Error("e"), "stack", { get: raise }),
      Object.defineProperty(new Error("e"), "cause", { get: raise }),
      Object.assign(new Error("e"), { stack: { toString: raise } }),
      Object.assign(new Error("e"), { cause: Object.create(null) }),
      Symbol("s"),
      null,
    ];
    for (const error of hostile) {
      const { errorType, errorMessage, causes = [] } = reasonFor(error);
      for (const named of [{ errorType, errorMessage }, ...causes]) {
        assert.deepEqual([typeof named.errorType, typeof named.errorMessage], ["string", "string"]);
      }
    }
  });
});
