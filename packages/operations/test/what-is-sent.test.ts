import { strict as assert } from "node:assert";
import { shown, written } from "../edit/content";
import { openEnvelope } from "../letters/envelope";
import type { DeadLetter } from "../letters/letter";
import { letterOf } from "../letters/parse";
import { routeOf } from "../letters/route";
import { batchesOf } from "../redrive/batches";
import { lanesOf, runLanes } from "../redrive/lanes";
import { entryFor, tellsOutcome } from "../redrive/outgoing";
import type { Consumer } from "../stack/stack";

const arn = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
const consumerOf = (name: string, kind: string, more: Partial<Consumer> = {}): Consumer => ({
  ...{ name, kind, functionName: `${name}-function` },
  url: `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}-dead-letters`,
  sourceArn: arn(name),
  ...more,
});
const orders = consumerOf("orders", "queue");
const others = consumerOf("others", "queue");
const stack = { consumers: [orders, others], flags: " --stack prod" };

interface Parts {
  readonly body?: string;
  readonly reason?: object;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly system?: Readonly<Record<string, string>>;
}

function letter(consumer: Consumer, { body = "{}", reason, attributes = {}, system = {} }: Parts = {}): DeadLetter {
  const all = reason === undefined ? attributes : { ...attributes, DeadLetterReason: JSON.stringify(reason) };
  const MessageAttributes = Object.fromEntries(
    Object.entries(all).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
  );
  const message = { MessageId: "m-1", Body: body, MessageAttributes, Attributes: { SentTimestamp: "1000", ...system } };
  return letterOf(message, consumer, 1000);
}

describe("where a dead letter goes", () => {
  const queueOf = (of: DeadLetter, to?: Consumer) => {
    const route = routeOf(of, stack, to);
    return route.to === "queue" ? route.queueUrl : assert.fail(JSON.stringify(route));
  };
  const whyOf = (of: DeadLetter, to?: Consumer) => {
    const route = routeOf(of, stack, to);
    return route.to === "nowhere" ? route.why : assert.fail(JSON.stringify(route));
  };

  it("is its queue, also one of several that share the dead-letter queue, and no other than the stack's", () => {
    assert.equal(queueOf(letter(orders)), "https://sqs.eu-west-1.amazonaws.com/123456789012/orders");
    const reason = { errorType: "E", errorMessage: "", failedAt: "2026-11-29T00:00:00Z" };
    const ofOthers = letter(orders, { reason: { ...reason, sourceArn: arn("others") } });
    assert.equal(queueOf(ofOthers), "https://sqs.eu-west-1.amazonaws.com/123456789012/others");
    const moved = letter(orders, { system: { DeadLetterQueueSourceArn: arn("others") } });
    assert.match(queueOf(moved), /\/others$/);
    const strange = letter(orders, { reason: { ...reason, sourceArn: arn("stolen") } });
    assert.match(whyOf(strange), /which is no queue of this stack/);
    assert.match(queueOf(strange, orders), /\/orders$/);
  });

  it("is the target of a schedule, if the event is whole and the target is the stack's", () => {
    const hourly = consumerOf("hourly", "schedule");
    assert.match(queueOf(letter(hourly, { attributes: { TARGET_ARN: arn("orders") } })), /\/orders$/);
    const cut = { TARGET_ARN: arn("orders"), IS_PAYLOAD_TRUNCATED: "true" };
    assert.match(whyOf(letter(hourly, { attributes: cut })), /its end was cut off/);
    assert.match(whyOf(letter(hourly, { attributes: { TARGET_ARN: arn("strange") } })), /is no queue of this stack/);
    const entry = entryFor(letter(hourly, { attributes: { TARGET_ARN: arn("orders"), ERROR_CODE: "X" } }), false);
    assert.deepEqual(Object.keys(entry.MessageAttributes ?? {}), ["DeadLetterReason"]);
  });

  it("is nowhere for what holds no record, or fits no other consumer", () => {
    const clicks = consumerOf("clicks", "stream");
    const batch = { streamArn: "s", shardId: "0", startSequenceNumber: "1", endSequenceNumber: "2", batchSize: 2 };
    const description = {
      version: "1.0",
      requestContext: { condition: "RetryAttemptsExhausted" },
      KinesisBatchInfo: batch,
    };
    assert.match(
      whyOf(letter(clicks, { body: JSON.stringify(description) })),
      /with: npx spillway dlq replay clicks --stack prod$/,
    );
    assert.match(whyOf(letter(clicks)), /has no reason of the stream consumer/);
    assert.match(whyOf(letter(orders), clicks), /--to takes the consumer of a queue or of a topic/);
    const reason = { errorType: "E", errorMessage: "", encoding: "base64", sequenceNumber: "1" };
    const binary = letter(clicks, { body: Buffer.from([255, 254]).toString("base64"), reason });
    assert.match(whyOf(binary, orders), /is not text/);
    const text = letter(clicks, { body: Buffer.from("{}").toString("base64"), reason });
    assert.equal(entryFor(text, false).MessageBody, "{}");
    assert.match(queueOf(text, orders), /\/orders$/);
    const fifo = consumerOf("ledger.fifo", "queue");
    assert.match(whyOf(text, fifo), /consumes a FIFO queue, and the dead letter has no message group/);
    assert.match(queueOf(letter(orders, { system: { MessageGroupId: "g" } }), fifo), /ledger\.fifo$/);
  });
});

describe("a dead letter as a message", () => {
  it("keeps its reason, group and trace, and is one message when it is sent twice to a FIFO queue", () => {
    const reason = { errorType: "E", errorMessage: "m", failedAt: "2026-11-29T00:00:00Z" };
    const system = { MessageGroupId: "g", AWSTraceHeader: "Root=1" };
    const entry = entryFor(letter(orders, { reason, system }), true);
    assert.deepEqual(JSON.parse(entry.MessageAttributes?.DeadLetterReason?.StringValue ?? ""), reason);
    assert.deepEqual([entry.MessageGroupId, entry.MessageDeduplicationId], ["g", "m-1"]);
    assert.equal(entry.MessageSystemAttributes?.AWSTraceHeader?.StringValue, "Root=1");
  });

  it("has a reason where SQS gave none, if there is room", () => {
    const reason = JSON.parse(entryFor(letter(orders), false).MessageAttributes?.DeadLetterReason?.StringValue ?? "");
    assert.deepEqual(
      [reason.errorType, reason.messageId, reason.correlationId, reason.failedAt],
      ["NoReason", "m-1", "m-1", "1970-01-01T00:00:01.000Z"],
    );
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`a${index}`, "x"]));
    assert.deepEqual(
      Object.keys(entryFor(letter(orders, { attributes: ten }), false).MessageAttributes ?? {}).length,
      10,
    );
    const large = entryFor(letter(orders, { body: "x".repeat(1_048_500) }), false);
    assert.equal(large.MessageAttributes, undefined);
  });

  it("has characters that SQS refuses as escapes of JSON, in its text and in the reason that it is given", () => {
    const taken = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;
    const event = { name: "a\uffff\u0001😀" };
    const data = Buffer.from(JSON.stringify(event)).toString("base64");
    const reason = { errorType: "E", errorMessage: "", encoding: "base64", sequenceNumber: "1" };
    const ofStream = entryFor(letter(consumerOf("clicks", "stream"), { body: data, reason }), false);
    assert.match(ofStream.MessageBody ?? "", taken);
    assert.deepEqual(JSON.parse(ofStream.MessageBody ?? ""), event);
    // Without a reason of the consumer: Lambda's record of an event that has failed at every attempt.
    const body = JSON.stringify({
      ...{ version: "1.0", requestContext: { condition: "RetriesExhausted" }, requestPayload: { Records: [] } },
      responsePayload: { errorType: "E", errorMessage: event.name },
    }).replace("\uffff", "\\uffff");
    const ofLambda = entryFor(letter(consumerOf("audit", "topic-consumer"), { body }), false);
    const given = ofLambda.MessageAttributes?.DeadLetterReason?.StringValue ?? "";
    assert.match(given, taken);
    assert.equal(JSON.parse(given).errorMessage, event.name);
  });

  const items = (...sizes: readonly number[]) =>
    sizes.map((size, index) => ({ entry: { MessageBody: "x".repeat(size), MessageGroupId: index % 2 ? "b" : "a" } }));

  it("is in a batch of at most ten and 1 MiB, in order, and alone of its group for a FIFO queue", () => {
    const sizes = (batches: readonly (readonly unknown[])[]) => batches.map((batch) => batch.length);
    assert.deepEqual(sizes(batchesOf(items(...Array.from({ length: 23 }, () => 1)), false)), [10, 10, 3]);
    assert.deepEqual(sizes(batchesOf(items(600_000, 448_576, 1, 1_048_576), false)), [2, 1, 1]);
    const fifo = batchesOf(items(1, 1, 1, 1, 1), true);
    assert.deepEqual(sizes(fifo), [2, 2, 1]);
  });
});

describe("the reason of a dead letter that is sent", () => {
  const reasonIn = (of: DeadLetter) =>
    JSON.parse(entryFor(of, false).MessageAttributes?.DeadLetterReason?.StringValue ?? "{}");
  const timeless = { errorType: "E", errorMessage: "", redrives: 2 };

  it("has a time, because its consumer takes one without a time for none, and logs no outcome", () => {
    const time = new Date(1000).toISOString();
    assert.deepEqual(reasonIn(letter(orders, { reason: timeless })), { ...timeless, failedAt: time });
    assert.deepEqual(reasonIn(letter(orders, { reason: { ...timeless, failedAt: "" } })).failedAt, time);
    const own = { ...timeless, failedAt: "2026-11-29T00:00:00Z" };
    assert.deepEqual(reasonIn(letter(orders, { reason: own })), own);
  });

  it("is no canary's without one, if the message has no room for it", () => {
    const body = "x".repeat(1_048_576 - 80);
    assert.equal(tellsOutcome(letter(orders, { reason: timeless })), true);
    assert.equal(tellsOutcome(letter(orders, { reason: timeless, body })), false);
  });
});

describe("letters of a stream", () => {
  const clicks = consumerOf("clicks", "stream");
  const record = (partitionKey: string, sequenceNumber: string) =>
    letter(clicks, { reason: { errorType: "E", errorMessage: "", encoding: "base64", partitionKey, sequenceNumber } });

  it("run in the order of their key, and end at the first that fails", async () => {
    const ten = "1".padEnd(30, "0");
    const lanes = lanesOf([record("a", ten), record("b", "5"), record("a", "9"), record("b", "4")]);
    const ran: string[] = [];
    await runLanes(lanes, async ({ reason }) => {
      ran.push(`${reason?.partitionKey}${reason?.sequenceNumber}`);
      return reason?.partitionKey !== "b";
    });
    assert.deepEqual(
      ran.filter((each) => each.startsWith("a")),
      ["a9", `a${ten}`],
    );
    assert.deepEqual(
      ran.filter((each) => each.startsWith("b")),
      ["b4"],
    );
  });
});

describe("the envelope of an event", () => {
  const cloud = { specversion: "1.0", id: "1", source: "s", type: "t" };

  it("is opened and closed again, in any nesting", () => {
    const inner = { ...cloud, data: { n: 1 } };
    const bus = { "detail-type": "d", source: "s", account: "1", detail: inner };
    const sns = { Type: "Notification", TopicArn: "a", Message: JSON.stringify(bus) };
    const { event, wrap } = openEnvelope(JSON.stringify(sns));
    assert.deepEqual(event, { n: 1 });
    const { Message, ...rest } = JSON.parse(wrap({ n: 2 }));
    assert.deepEqual(rest, { Type: "Notification", TopicArn: "a" });
    assert.deepEqual(JSON.parse(Message), { ...bus, detail: { ...inner, data: { n: 2 } } });
  });

  it("holds base64 of JSON, and of other bytes nothing that can be edited", () => {
    const data_base64 = Buffer.from('{"n":1}').toString("base64");
    const json = openEnvelope(JSON.stringify({ ...cloud, data_base64 }));
    assert.deepEqual(json.event, { n: 1 });
    assert.equal(Buffer.from(JSON.parse(json.wrap({ n: 2 })).data_base64, "base64").toString(), '{"n":2}');
    const image = openEnvelope(JSON.stringify({ ...cloud, data_base64, datacontenttype: "image/png" }));
    assert.throws(() => image.wrap("x"), /Edit the body as a whole with --whole/);
  });

  it("is none around a text, and characters that SQS refuses are escaped", () => {
    assert.equal(openEnvelope("just text").event, "just text");
    assert.equal(openEnvelope("\uFEFF[1]").wrap(["\uFFFE\uD800"]), '["\\ufffe\\ud800"]');
  });

  it("is left out of what is edited, unless it is edited as a whole", () => {
    const text = JSON.stringify({ ...cloud, data: { n: 1 } });
    assert.equal(shown(text, false), '{\n  "n": 1\n}\n');
    assert.deepEqual(JSON.parse(shown(text, true)), JSON.parse(text));
    assert.equal(written(text, '{ "n": 2 }', false), JSON.stringify({ ...cloud, data: { n: 2 } }));
    assert.equal(written(text, "[ 1 ]", true), "[1]");
  });
});
