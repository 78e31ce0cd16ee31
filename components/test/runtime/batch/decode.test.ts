// From what a record carries to the event of a callback: what is kept exactly, what is no event, and what no retry can
// change.
import { strict as assert } from "node:assert";
import { DynamoDBServiceException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { NumberValue } from "@aws-sdk/lib-dynamodb";
import type { AttributeValue } from "aws-lambda";
import * as v from "valibot";
import { contextWith, deployed, FakeSqs, recordOf, silently } from "../../../../test/support/fake-sqs";
import { AwsError } from "../../../runtime/aws/aws";
import { parseJson } from "../../../runtime/batch/decode";
import { openEnvelope } from "../../../runtime/batch/envelope";
import { type AnyCallback, callback } from "../../../runtime/callback/callback";
import { isPermanent } from "../../../runtime/callback/errors";
import { tableChange } from "../../../runtime/callback/table-change";
import { tableHandler } from "../../../runtime/handlers/table";
import { plainImage } from "../../../runtime/stream/table-image";

const base64 = (value: string | readonly number[]) =>
  (typeof value === "string" ? Buffer.from(value) : Buffer.from(value)).toString("base64");

describe("an item in a table's stream", () => {
  const numberOf = (N: string) => plainImage({ n: { N } }).n;

  it("has a number where a number can represent all its digits", () => {
    for (const [text, number] of [
      ["0", 0],
      ["-0.00", -0],
      ["19.99", 19.99],
      ["0.1", 0.1],
      ["1234567.123456789", 1234567.123456789],
      ["9007199254740991", 9007199254740991],
      ["-9007199254740991", -9007199254740991],
      ["0.12345678901234568", 0.12345678901234568],
      ["1E-130", 1e-130],
      ["100000000000000000000e-20", 1],
    ] as const) {
      assert.equal(numberOf(text), number, text);
    }
  });

  it("has a bigint for an integer beyond the safe integers", () => {
    assert.equal(numberOf("9007199254740993"), 9007199254740993n);
    assert.equal(numberOf("-12345678901234567890123456789012345678"), -12345678901234567890123456789012345678n);
  });

  it("has a NumberValue of the document client for any other number", () => {
    for (const text of [
      "0.12345678901234567890123456789012345678",
      "12345678901234567890.5",
      "-12345678901234567.89",
      "9.9999999999999999999999999999999999999E+125",
    ]) {
      const value = numberOf(text);
      assert.ok(value instanceof NumberValue, text);
      assert.equal(value.toString(), text);
    }
    assert.deepEqual([...plainImage({ s: { NS: ["1", "0.12345678901234567891"] } }).s].map(String), [
      "1",
      "0.12345678901234567891",
    ]);
  });

  it("has bytes for binary attributes, also in sets, lists and maps", () => {
    const image: Record<string, AttributeValue> = {
      photo: { B: base64([0, 255, 16]) },
      all: { BS: [base64([1]), base64([2, 3])] },
      deep: { L: [{ M: { x: { B: base64([4]) } } }] },
      text: { S: "AP8Q" },
    };
    assert.deepEqual(plainImage(image), {
      photo: Uint8Array.of(0, 255, 16),
      all: new Set([Uint8Array.of(1), Uint8Array.of(2, 3)]),
      deep: [{ x: Uint8Array.of(4) }],
      text: "AP8Q",
    });
  });
});

describe("a body", () => {
  const opened = (text: string) => openEnvelope(parseJson(text)).event;
  const cloudEvent = (members: object) =>
    JSON.stringify({ specversion: "1.0", id: "e", source: "/s", type: "t", ...members });

  it("may have a byte order mark before its JSON, and so may the message of a notification", () => {
    assert.deepEqual(opened('\ufeff{"a":1}'), { a: 1 });
    const notification = { Type: "Notification", TopicArn: "arn", MessageId: "m", Message: '\ufeff{"a":1}' };
    assert.deepEqual(opened(JSON.stringify(notification)), { a: 1 });
  });

  it("may be a CloudEvent whose data its producer sent as bytes", () => {
    const json = base64('{"a":1}');
    assert.deepEqual(opened(cloudEvent({ data_base64: json })), { a: 1 });
    assert.deepEqual(opened(cloudEvent({ data_base64: json, datacontenttype: "application/json" })), { a: 1 });
    assert.deepEqual(
      opened(cloudEvent({ data_base64: json, datacontenttype: "application/vnd.a+json; charset=utf-8" })),
      {
        a: 1,
      },
    );
    const bytes = Uint8Array.of(0, 255);
    assert.deepEqual(opened(cloudEvent({ data_base64: base64([0, 255]), datacontenttype: "image/png" })), bytes);
    assert.deepEqual(
      opened(cloudEvent({ data_base64: base64([0, 255]) })),
      bytes,
      "what is no JSON is its own content",
    );
  });

  it("may nest any number of envelopes", () => {
    const depth = 100_000;
    const head = '{"specversion":"1.0","id":"1","source":"s","type":"t","data":';
    assert.deepEqual(opened(`${head.repeat(depth)}{"n":1}${"}".repeat(depth)}`), { n: 1 });
  });
});

describe("a failure that no retry can change", () => {
  let sqs: FakeSqs;
  beforeEach(async () => {
    sqs = await FakeSqs.start();
  });
  afterEach(() => sqs.stop());

  const reasons = () =>
    sqs
      .of("SendMessage")
      .map(({ input }) => JSON.parse(input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null"));
  const runQueue = async (what: AnyCallback, body: unknown) => {
    let reported = 0;
    await silently(async () => {
      const answer = await sqs.handler(what)({ Records: [recordOf("a", body)] }, contextWith(30_000));
      reported = answer.batchItemFailures.length;
    });
    return reported;
  };

  it("is an error that a schema throws: the record is dead-lettered at once with that error", async () => {
    const whole = v.object({
      n: v.pipe(
        v.string(),
        v.transform((text) => BigInt(text)),
      ),
    });
    assert.equal(
      await runQueue(
        callback(whole, () => () => {}),
        { n: "1.5" },
      ),
      0,
    );
    assert.equal(reasons()[0].errorType, "InvalidEvent");
    assert.match(reasons()[0].errorMessage, /cannot be decoded: SyntaxError: Cannot convert 1.5 to a BigInt/);
  });

  it("is not the rejection of an asynchronous schema, which may have called a service that is unavailable", async () => {
    const asking = v.pipeAsync(
      v.object({}),
      v.checkAsync(async () => {
        throw new Error("away");
      }),
    );
    assert.equal(
      await runQueue(
        callback(asking, () => () => {}),
        {},
      ),
      1,
    );
    assert.deepEqual(reasons(), []);
  });

  it("is a table's image that cannot be decoded: it is dead-lettered with its payload, and the shard continues", async () => {
    const seen: unknown[] = [];
    const change = (id: string, image: object) => ({
      eventID: id,
      eventName: "INSERT" as const,
      dynamodb: { Keys: { id: { S: id } }, NewImage: { id: { S: id }, ...image }, SequenceNumber: id },
    });
    const changes = callback(
      tableChange(v.object({ id: v.string() })),
      () =>
        ({ newImage }) =>
          void seen.push(newImage?.id),
    );
    let failures: unknown;
    await silently(async () => {
      const source = { kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency: 10 } as const;
      const handler = deployed(source, () => tableHandler(changes));
      const answer = await handler(
        { Records: [change("1", { odd: { Z: "?" } }), change("2", {})] },
        contextWith(30_000),
      );
      failures = answer.batchItemFailures;
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(seen, ["2"]);
    assert.deepEqual(
      reasons().map(({ errorType }) => errorType),
      ["InvalidEvent"],
    );
    const [{ input } = assert.fail()] = sqs.of("SendMessage");
    assert.deepEqual(JSON.parse(input.MessageBody ?? ""), change("1", { odd: { Z: "?" } }));
  });

  const sdkError = (name: string, httpStatusCode = 400) =>
    new DynamoDBServiceException({ name, $fault: "client", $metadata: { httpStatusCode } });
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: "cancelled",
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });

  it("is a request that AWS refuses because of its content, whichever client sent it", () => {
    for (const error of [
      new AwsError("InvalidParameter", "Message too long", 400),
      new AwsError("InvalidParameterValue", "", 400),
      new AwsError("InvalidMessageContents", "", 400),
      new AwsError("ValidationException", "", 400),
      new AwsError("HTTP 413", "", 413),
      sdkError("ValidationException"),
      sdkError("SomethingTooLarge", 413),
      cancelled("None", "ValidationError"),
    ]) {
      assert.ok(isPermanent(error), String(error));
    }
  });

  it("is not a refusal that may change without the record, nor an error that only has such a name", () => {
    for (const error of [
      new AwsError("AccessDenied", "", 403),
      new AwsError("ThrottlingException", "", 400),
      new AwsError("NotFound", "", 404),
      new AwsError("InternalFailure", "", 500),
      sdkError("ResourceNotFoundException"),
      sdkError("ConditionalCheckFailedException"),
      cancelled("None", "TransactionConflict"),
      Object.assign(new Error(), { name: "ValidationException" }),
      Object.assign(sdkError("ValidationException"), { permanent: false }),
    ]) {
      assert.ok(!isPermanent(error), String(error));
    }
  });
});
