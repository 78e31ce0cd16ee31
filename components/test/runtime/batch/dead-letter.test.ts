import { strict as assert } from "node:assert";
import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";
import { recordOf } from "../../../../test/support/fake-sqs";
import type { MessageAttribute } from "../../../runtime/aws/sqs-client";
import { deadLetterOf as compose, type GivenUp } from "../../../runtime/batch/dead-letter";
import { originalAttributes, QueueItem } from "../../../runtime/handlers/queue-record";

const deadLetterOf = (record: SQSRecord, given: GivenUp) => compose(new QueueItem(record).lost(), given);

const givenUp = {
  error: new RangeError("too busy"),
  context: { functionName: "orders", awsRequestId: "request-1" },
  failedAt: new Date("2026-01-02T03:04:05Z"),
};
const ten: SQSMessageAttributes = Object.fromEntries(
  Array.from({ length: 10 }, (_, n) => [`a${n}`, { dataType: "String", stringValue: `v${n}` }]),
);
const reasonIn = (attributes: Readonly<Record<string, MessageAttribute>> | undefined) =>
  JSON.parse(attributes?.DeadLetterReason?.StringValue ?? "null");
/** What SQS was sent, as Lambda passes it. */
const received = (attributes: Readonly<Record<string, MessageAttribute>> = {}): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType as "String",
        ...(StringValue && { stringValue: StringValue }),
        ...(BinaryValue && { binaryValue: BinaryValue }),
      },
    ]),
  );

describe("a dead letter", () => {
  it("keeps the types of attributes, including binary ones", () => {
    const record = recordOf("m", "{}", {
      attributes: {
        count: { dataType: "Number.int" as "Number", stringValue: "3" },
        raw: { dataType: "Binary", binaryValue: "AAEC" },
      },
    });
    const { MessageAttributes } = deadLetterOf(record, givenUp) ?? assert.fail();
    assert.deepEqual(MessageAttributes?.count, { DataType: "Number.int", StringValue: "3" });
    assert.deepEqual(MessageAttributes?.raw, { DataType: "Binary", BinaryValue: "AAEC" });
  });

  it("stores ten attributes inside the reason, and restores them when it comes back and fails again", () => {
    const first = deadLetterOf(recordOf("m", "{}", { attributes: ten }), givenUp) ?? assert.fail();
    assert.deepEqual(Object.keys(first.MessageAttributes ?? {}), ["DeadLetterReason"]);
    const { attributes } = reasonIn(first.MessageAttributes);
    assert.equal(Object.keys(attributes).length, 10);
    assert.deepEqual(attributes.a3, { DataType: "String", StringValue: "v3" });

    const redriven = recordOf("m", "{}", { attributes: received(first.MessageAttributes), attempt: 2 });
    assert.deepEqual(originalAttributes(redriven.messageAttributes), attributes);
    const second = deadLetterOf(redriven, { ...givenUp, error: new TypeError("other") }) ?? assert.fail();
    const reason = reasonIn(second.MessageAttributes);
    assert.deepEqual([reason.errorType, reason.attempts, reason.attributes], ["TypeError", 2, attributes]);
  });

  it("replaces an older reason and keeps nine attributes beside the new one", () => {
    const { a9, ...nine } = ten;
    const first = deadLetterOf(recordOf("m", "{}", { attributes: nine }), givenUp) ?? assert.fail();
    assert.equal(Object.keys(first.MessageAttributes ?? {}).length, 10);
    const again =
      deadLetterOf(recordOf("m", "{}", { attributes: received(first.MessageAttributes) }), givenUp) ?? assert.fail();
    assert.equal(Object.keys(again.MessageAttributes ?? {}).length, 10);
    assert.equal(reasonIn(again.MessageAttributes).attributes, undefined);
  });

  it("has the trace of the record", () => {
    const record = recordOf("m", "{}");
    record.attributes.AWSTraceHeader = "Root=1-abc-def;Parent=1;Sampled=1";
    assert.equal(reasonIn(deadLetterOf(record, givenUp)?.MessageAttributes).traceId, "1-abc-def");
  });

  it("escapes characters that SQS refuses as JSON does, in its body and its attributes", () => {
    const body = '{"a":"\uffff😀"}';
    const attributes = { kind: { dataType: "String" as const, stringValue: "a\u0000\ud800" } };
    const letter = deadLetterOf(recordOf("m", body, { attributes }), { ...givenUp, error: new Error("\u0001\ufffe") });
    assert.equal(letter?.MessageBody, '{"a":"\\uffff😀"}');
    assert.deepEqual(JSON.parse(letter?.MessageBody ?? ""), JSON.parse(body));
    assert.equal(letter?.MessageAttributes?.kind?.StringValue, "a\\u0000\\ud800");
    assert.equal(reasonIn(letter?.MessageAttributes).errorMessage, "\u0001\ufffe");
  });

  it("truncates a long error", () => {
    const { errorMessage } = reasonIn(
      deadLetterOf(recordOf("m", "{}"), { ...givenUp, error: new Error("x".repeat(5000)) })?.MessageAttributes,
    );
    assert.equal(errorMessage, `${"x".repeat(2000)}…`);
  });

  it("has the shortest reason where the full one does not fit into 1 MiB, and none where even that does not fit", () => {
    const error = new Error("y".repeat(1500));
    const bodyOf = (room: number) => "b".repeat(1_048_576 - room);
    const shortest = reasonIn(deadLetterOf(recordOf("m", bodyOf(400)), { ...givenUp, error })?.MessageAttributes);
    assert.deepEqual(Object.keys(shortest), [
      "errorType",
      "errorMessage",
      "attempts",
      "failedAt",
      "messageId",
      "correlationId",
    ]);
    assert.equal(shortest.errorMessage.length, 101);
    const tiny = reasonIn(
      deadLetterOf(recordOf("m".repeat(100), bodyOf(400)), { ...givenUp, error })?.MessageAttributes,
    );
    assert.deepEqual(Object.keys(tiny), ["errorType", "errorMessage", "attempts", "failedAt"]);
    assert.equal(deadLetterOf(recordOf("m", bodyOf(1)), { ...givenUp, error }), undefined);
    const fits = deadLetterOf(recordOf("m", bodyOf(2500)), { ...givenUp, error });
    assert.equal(reasonIn(fits?.MessageAttributes).functionName, "orders");
  });

  it("has the record's own id, and the correlation id of its envelope or its attribute, otherwise its own", () => {
    const correlationId = { dataType: "String" as const, stringValue: "by-attribute" };
    const envelope = { specversion: "1.0", id: "e", source: "/s", type: "t", correlationid: "by-envelope", data: {} };
    for (const [record, flow] of [
      [recordOf("m", JSON.stringify(envelope), { attributes: { correlationId } }), "by-envelope"],
      [recordOf("m", "{}", { attributes: { correlationId } }), "by-attribute"],
      [recordOf("m", "no event", { attributes: { correlationId } }), "by-attribute"],
      [recordOf("m", "{}"), "m"],
    ] as const) {
      const reason = reasonIn(deadLetterOf(record, givenUp)?.MessageAttributes);
      assert.deepEqual([reason.messageId, reason.correlationId], ["m", flow]);
    }
  });

  it("leaves a correlation id that exceeds our limit where it is", () => {
    const correlationId = { dataType: "String" as const, stringValue: "c".repeat(5000) };
    const { MessageAttributes } =
      deadLetterOf(recordOf("m", "{}", { attributes: { correlationId } }), givenUp) ?? assert.fail();
    assert.equal(reasonIn(MessageAttributes).correlationId, undefined);
    assert.equal(MessageAttributes?.correlationId?.StringValue?.length, 5000);
  });

  it("reports the causes of an error, and the errors in an AggregateError", () => {
    const circular = new Error("outer", { cause: new RangeError("inner") });
    Object.assign(circular.cause as Error, { cause: circular });
    let endless = new Error("0");
    for (let n = 1; n < 20_000; n += 1) endless = new Error(String(n), { cause: endless });
    for (const [error, type, message] of [
      [
        new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") }),
        "TypeError",
        "fetch failed: connect ECONNREFUSED 127.0.0.1:1",
      ],
      [new AggregateError([new Error("first"), new TypeError("second")]), "AggregateError", "first; TypeError: second"],
      [
        new TypeError("fetch failed", { cause: new AggregateError([new Error("::1"), new Error("127.0.0.1")]) }),
        "TypeError",
        "fetch failed: ::1; 127.0.0.1",
      ],
      [circular, "Error", "outer: RangeError: inner"],
      [new Error("outer", { cause: "a text" }), "Error", "outer: a text"],
      [
        new Error("UpdateItem failed: Throttled: slow down", {
          cause: Object.assign(new Error("slow down"), { name: "Throttled" }),
        }),
        "Error",
        "UpdateItem failed: Throttled: slow down",
      ],
      [endless, "Error", [19_999, 19_998, 19_997, 19_996, 19_995, 19_994, 19_993, 19_992, 19_991, 19_990].join(": ")],
    ] as const) {
      const reason = reasonIn(deadLetterOf(recordOf("m", "{}"), { ...givenUp, error })?.MessageAttributes);
      assert.deepEqual([reason.errorType, reason.errorMessage], [type, message]);
    }
  });

  it("names any thrown value", () => {
    class Quiet extends Error {}
    for (const [error, type, message] of [
      [new Quiet("q"), "Quiet", "q"],
      ["text", "string", "text"],
      [undefined, "undefined", "undefined"],
    ] as const) {
      const reason = reasonIn(deadLetterOf(recordOf("m", "{}"), { ...givenUp, error })?.MessageAttributes);
      assert.deepEqual([reason.errorType, reason.errorMessage], [type, message]);
    }
  });

  it("handles any thrown value, and any attribute that has the reason's name", () => {
    const odd = [
      [Object.create(null), "object"],
      [Object.assign(new Error(), { message: { a: 1 } }), "Error"],
      [Object.assign(new Error("m"), { name: 7 }), "Error"],
      [undefined, "undefined"],
    ] as const;
    for (const [error, errorType] of odd) {
      const reason = reasonIn(deadLetterOf(recordOf("m", "{}"), { ...givenUp, error })?.MessageAttributes);
      assert.equal(reason.errorType, errorType);
      assert.equal(typeof reason.errorMessage, "string");
    }
    for (const attributes of ['{"a":{}}', '"abc"', "7", "null"]) {
      const sent = { DeadLetterReason: { dataType: "String" as const, stringValue: `{"attributes":${attributes}}` } };
      const letter = deadLetterOf(recordOf("m", "{}", { attributes: sent }), givenUp);
      assert.deepEqual(Object.keys(letter?.MessageAttributes ?? {}), ["DeadLetterReason"]);
    }
  });
});
