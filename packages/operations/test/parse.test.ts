// What a message of a dead-letter queue is taken for.
import { strict as assert } from "node:assert";
import type { Message } from "@aws-sdk/client-sqs";
import { eventOf, typeOf } from "../letters/event";
import { conditionOf, type Filter, takes } from "../letters/filter";
import { groupsOf } from "../letters/groups";
import { letterOf } from "../letters/parse";

const day = 86_400;
const sent = Date.parse("2026-11-29T00:00:00Z");
const queue = { name: "orders", kind: "queue", url: "https://sqs/1/dead", sourceArn: "arn:aws:sqs:eu-west-1:1:orders" };
const text = (StringValue: string) => ({ DataType: "String", StringValue });

function letter(
  {
    reason,
    body = '{"id":"o-1"}',
    attributes = {},
    system = {},
    id = "m-1",
  }: {
    readonly reason?: unknown;
    readonly body?: string;
    readonly attributes?: Message["MessageAttributes"];
    readonly system?: Message["Attributes"];
    readonly id?: string;
  },
  consumer: Partial<typeof queue> = {},
) {
  const said =
    reason === undefined
      ? {}
      : { DeadLetterReason: text(typeof reason === "string" ? reason : JSON.stringify(reason)) };
  const message: Message = {
    MessageId: id,
    ReceiptHandle: "h",
    Body: body,
    MessageAttributes: { ...attributes, ...said },
    Attributes: { SentTimestamp: String(sent), ...system },
  };
  return letterOf(message, { ...queue, ...consumer }, 14 * day);
}

const full = {
  ...{ errorType: "PaymentDeclined", errorMessage: "The bank declined o-1.", failedAt: "2026-11-29T00:01:00.000Z" },
  ...{ attempts: 2, redrives: 1, bundle: "0123456789ab", type: "order.placed", tenant: "t-1", requestId: "r-1" },
  stack: "    at charge (functions/charge.ts:3:9)\n    at placeOrder (functions/place-order.ts:9:1)",
  causes: [{ errorType: "Error", errorMessage: "402" }, { errorType: 3 }],
  previous: { errorType: "TypeError", failedAt: "2026-11-28T00:00:00.000Z" },
};

describe("a message of a dead-letter queue", () => {
  it("has the consumer's reason, and expires by when it was sent", () => {
    const { kind, errorType, errorMessage, reason, failedAt, expiresAt, redrives, group } = letter({ reason: full });
    assert.deepEqual(
      [kind, errorType, errorMessage, redrives, group],
      ["reason", full.errorType, full.errorMessage, 1, undefined],
    );
    assert.equal(failedAt?.toISOString(), full.failedAt);
    assert.equal(expiresAt.toISOString(), "2026-12-13T00:00:00.000Z");
    assert.deepEqual(reason, { ...full, causes: [{ errorType: "Error", errorMessage: "402" }] });
  });

  it("may have anything in that attribute, and members of any type", () => {
    for (const reason of ["not JSON", "null", "[]", "{}", '{"errorType":3}', '{"errorType":""}']) {
      assert.equal(letter({ reason }).errorType, "NoReason", reason);
    }
    const odd = letter({
      reason: { errorType: "E", attempts: "two", redrives: -1, causes: {}, previous: [], encoding: "x" },
    });
    assert.deepEqual(odd.reason, { errorType: "E", errorMessage: "" });
    assert.deepEqual([odd.redrives, odd.failedAt], [0, undefined]);
    const own = { DataType: "String", StringValue: "kept" };
    const attributes = { own, none: null, length: { DataType: "Binary", BinaryValue: { length: 4e9 } } };
    assert.deepEqual(letter({ reason: { errorType: "E", attributes } }).reason?.attributes, { own });
  });

  it("was moved by SQS, or given up by a service, or says nothing", () => {
    const moved = letter({
      system: { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-west-1:1:orders", MessageGroupId: "t-2" },
    });
    assert.deepEqual([moved.kind, moved.errorType, moved.group], ["moved", "MovedBySQS", undefined]);
    const attributes = { ERROR_CODE: text("AccessDenied"), ERROR_MESSAGE: text("No."), RETRY_ATTEMPTS: text("3") };
    const rule = letter({ attributes }, { kind: "rule" });
    assert.deepEqual([rule.kind, rule.errorType, rule.errorMessage], ["service", "AccessDenied", "No. Retries: 3."]);
    assert.equal(letter({}, { kind: "topic" }).errorType, "UndeliveredBySNS");
    assert.deepEqual([letter({}).kind, letter({}).errorType], ["moved", "NoReason"]);
    const fifo = letter({ system: { MessageGroupId: "g" } }, { url: "https://sqs/1/dead.fifo" });
    assert.equal(fifo.group, "g");
  });

  it("is Lambda's description of a batch, or of an event that it holds", () => {
    const batch = {
      version: "1.0",
      timestamp: "2026-11-29T00:02:00.000Z",
      requestContext: { requestId: "r", condition: "RetryAttemptsExhausted", approximateInvokeCount: 4 },
      responseContext: { functionError: null },
      KinesisBatchInfo: {
        shardId: "shardId-0",
        startSequenceNumber: "1",
        endSequenceNumber: "2",
        batchSize: 2,
        streamArn: "s",
      },
    };
    const stream = letter({ body: JSON.stringify(batch) }, { kind: "stream" });
    assert.deepEqual([stream.kind, stream.errorType], ["description", "RetryAttemptsExhausted"]);
    assert.equal(
      stream.errorMessage,
      "A batch of 2 records of shardId-0 failed at each of 4 attempts, as the function reported.",
    );
    assert.equal(stream.failedAt?.toISOString(), batch.timestamp);
    assert.deepEqual([eventOf(stream), typeOf(stream)], [undefined, undefined]);
    const event = {
      version: "1.0",
      requestContext: { requestId: "r", condition: "RetriesExhausted", approximateInvokeCount: 3 },
      requestPayload: { Records: [{ Sns: { Message: '{"type":"placed","n":1}' } }] },
      responsePayload: { errorType: "TypeError", errorMessage: "fetch failed" },
    };
    const topic = letter({ body: JSON.stringify(event) }, { kind: "topic-consumer" });
    assert.deepEqual([topic.kind, topic.errorType, topic.errorMessage], ["description", "TypeError", "fetch failed"]);
    assert.deepEqual([eventOf(topic), typeOf(topic)], [{ type: "placed", n: 1 }, "placed"]);
    // Anybody may send such an event to a queue, and a queue may be the destination of another function.
    const sent = letter({ body: JSON.stringify(event), system: { DeadLetterQueueSourceArn: "arn" } });
    assert.deepEqual([sent.kind, eventOf(sent)], ["moved", event]);
  });
});

describe("a filter of dead letters", () => {
  const cloudEvent = { specversion: "1.0", id: "e-1", source: "shop", type: "order.placed" };
  const one = letter({
    reason: { ...full, messageId: "source-1", correlationId: "flow-1" },
    body: JSON.stringify({ ...cloudEvent, data: { orderId: "o-1", items: [{ sku: "pen", quantity: 2 }] } }),
  });
  const is = (filter: Filter) => takes(filter, one);
  const where = (...texts: readonly string[]) => is({ where: texts.map(conditionOf) });

  it("takes what has one of the values of each member", () => {
    assert.ok(is({}));
    assert.ok(is({ reason: ["Other", "PaymentDeclined"] }) && is({ reason: ["bank declined"] }));
    // A part of a type is none.
    assert.ok(!is({ reason: ["Payment"] }));
    assert.ok(is({ type: ["order.placed"], bundle: ["0123456789ab"], tenant: ["t-1"] }));
    assert.ok(!is({ type: ["order.placed"], bundle: ["other"] }));
    assert.ok(["m-1", "source-1", "flow-1"].every((id) => is({ id: [id] })) && !is({ id: ["r-1"] }));
    const [before, at, later] = ["00:00:59", "00:01:00", "00:01:01"].map((time) => new Date(`2026-11-29T${time}Z`));
    assert.ok(before && at && later);
    assert.ok(is({ since: at }) && is({ until: at }) && !is({ since: later }) && !is({ until: before }));
  });

  it("looks into the event as the callback gets it, and into its envelope", () => {
    assert.ok(where("orderId=o-1") && where("$.items[*].sku=pen", "items[0].quantity=2") && where("..sku=pen"));
    assert.ok(where("data.orderId=o-1") && where("id=e-1"));
    assert.ok(!where("orderId=o-2") && !where("items[0].quantity=20") && !where("orderId=o-1", "absent=1"));
    const kinesis = letter({
      reason: { errorType: "E", encoding: "base64" },
      body: Buffer.from('{"id":"k"}').toString("base64"),
    });
    assert.ok(takes({ where: [conditionOf("id=k")] }, kinesis));
    assert.ok(!takes({ where: [conditionOf("id=k")] }, letter({ body: "no JSON" })));
  });

  it("is chosen by the name or the ARN of its source, whatever that is", () => {
    for (const resource of ["jobs", "stream/jobs", "table/jobs/stream/2026-11-29T00:00:00.000"]) {
      const sourceArn = `arn:aws:service:eu-west-1:1:${resource}`;
      const one = letter({ reason: { ...full, sourceArn, functionName: "work" } });
      for (const source of ["jobs", sourceArn, "work"]) assert.ok(takes({ source: [source] }, one), source);
      for (const source of ["", "00.000", "1", "stream"]) assert.ok(!takes({ source: [source] }, one), source);
    }
  });

  it("runs no scripts, and refuses what is no condition", () => {
    for (const script of ["$[?(@.orderId)]=1", "(@.length-1)=1", "$..[?(process.exit(1))]=1", "`a=1"]) {
      assert.throws(() => conditionOf(script), /A path has names, \[n\], \[\*\] and \.\. only/, script);
    }
    for (const none of ["orderId", "=o-1", " =o-1"]) assert.throws(() => conditionOf(none), /is no condition/, none);
  });
});

describe("groups of dead letters", () => {
  const at = (minute: number) => `2026-11-29T00:0${minute}:00.000Z`;
  const of = (errorMessage: string, minute: number, more: object = {}) =>
    letter({ reason: { errorType: "E", errorMessage, failedAt: at(minute), ...more }, id: `m-${minute}` });

  it("count what is the same but for what identifies the event, since when, until when, how often again", () => {
    const groups = groupsOf(
      [
        of('Order "a b" of c-17 failed 3 times.', 1),
        of("Order 'x' of c-9 failed 25 times.", 3, { redrives: 2 }),
        of("Other.", 2),
      ],
      "reason",
    );
    assert.deepEqual(
      groups.map(({ count, oldest, newest, cameBack, example }) => [count, oldest, newest, cameBack, example]),
      [
        [2, at(1), at(3), 1, "m-3"],
        [1, at(2), at(2), 0, "m-2"],
      ],
    );
    assert.equal(groups[0]?.expires, "2026-12-13T00:00:00.000Z");
  });

  it("tell the same error from two places apart, and not two messages from one", () => {
    const stack = (place: string) => ({ stack: `E: message\n    at ${place}\n    at main (index.ts:1:1)` });
    const letters = [
      of("One.", 1, stack("a (a.ts:1:1)")),
      of("Two.", 2, stack("a (a.ts:1:1)")),
      of("One.", 3, stack("b (b.ts:1:1)")),
    ];
    assert.deepEqual(
      groupsOf(letters, "reason").map(({ count, frame }) => [count, frame]),
      [
        [2, "a (a.ts:1:1)"],
        [1, "b (b.ts:1:1)"],
      ],
    );
  });

  it("are of one consumer by reason, and of all by anything else", () => {
    const letters = [letter({ reason: full }), letter({ reason: full }, { name: "other" }), letter({ body: "text" })];
    assert.deepEqual(
      groupsOf(letters, "reason").map(({ consumers }) => consumers),
      [["orders"], ["other"], ["orders"]],
    );
    assert.deepEqual(
      groupsOf(letters, "type").map(({ key, count, consumers }) => [key, count, consumers]),
      [
        ["order.placed", 2, ["orders", "other"]],
        [undefined, 1, ["orders"]],
      ],
    );
    assert.deepEqual(
      groupsOf(letters, "tenant").map(({ key }) => key),
      ["t-1", undefined],
    );
    assert.deepEqual(
      groupsOf(letters, "bundle").map(({ key }) => key),
      ["0123456789ab", undefined],
    );
    assert.deepEqual(
      groupsOf(letters, "consumer").map(({ key, count }) => [key, count]),
      [
        ["orders", 2],
        ["other", 1],
      ],
    );
  });
});
