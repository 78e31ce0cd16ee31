// Longer than 250 lines because it holds the rows of the table of failures, the envelopes and what callbacks publish.
import { strict as assert } from "node:assert";
import type { SNSMessageAttributes } from "aws-lambda";
import * as v from "valibot";
import { contextWith, deployed, FakeSqs, silently } from "../../../../test/support/fake-sqs";
import { openEnvelope } from "../../../runtime/batch/envelope";
import {
  type AnyCallback,
  type BusTarget,
  callback,
  type PublishTarget,
  type StreamTarget,
} from "../../../runtime/callback/callback";
import { PermanentError } from "../../../runtime/callback/errors";
import { publish, put, putEvent } from "../../../runtime/callback/publish";
import { topicHandler } from "../../../runtime/handlers/topic";

const Job = v.object({ n: v.number() });

describe("the consumer of a topic", () => {
  let sqs: FakeSqs;
  beforeEach(async () => {
    sqs = await FakeSqs.start();
  });
  afterEach(() => sqs.stop());

  const run = (what: AnyCallback, message: string, MessageAttributes: SNSMessageAttributes = {}) => {
    const handler = deployed({ kind: "topic", deadLetterQueueUrl: sqs.deadLetterQueueUrl }, () => topicHandler(what));
    const Sns = {
      Type: "Notification",
      MessageId: "m-1",
      TopicArn: "arn:aws:sns:eu-west-1:000000000000:jobs",
      Subject: "",
      Message: message,
      Timestamp: "2026-01-01T00:00:00.000Z",
      SignatureVersion: "1",
      Signature: "",
      SigningCertUrl: "",
      UnsubscribeUrl: "",
      MessageAttributes,
    };
    const record = { EventVersion: "1.0", EventSubscriptionArn: "arn", EventSource: "aws:sns", Sns };
    return silently(() => handler({ Records: [record] }, contextWith(30_000)));
  };

  it("passes the message, with the correlation id of its attribute", async () => {
    const seen: unknown[] = [];
    const note = callback(
      Job,
      () =>
        (job, { correlationId, attempt }) =>
          void seen.push([job, correlationId, attempt]),
    );
    await run(note, '{"n":1}', { correlationId: { Type: "String", Value: "c-1" } });
    await run(note, '{"n":2}');
    assert.deepEqual(seen, [
      [{ n: 1 }, "c-1", undefined],
      [{ n: 2 }, "m-1", undefined],
    ]);
  });

  it("dead-letters a permanent failure with body, attributes and reason, and succeeds", async () => {
    const never = callback(Job, () => () => {
      throw new PermanentError("never");
    });
    await run(never, '{"n":1}', { kind: { Type: "String", Value: "a" }, raw: { Type: "Binary", Value: "AAE=" } });
    const [{ input } = assert.fail()] = sqs.of("SendMessage");
    assert.equal(input.MessageBody, '{"n":1}');
    assert.deepEqual(input.MessageAttributes?.kind, { DataType: "String", StringValue: "a" });
    assert.deepEqual(input.MessageAttributes?.raw, { DataType: "Binary", BinaryValue: "AAE=" });
    const reason = JSON.parse(input.MessageAttributes?.DeadLetterReason?.StringValue ?? "");
    assert.equal(reason.errorType, "PermanentError");
    assert.equal(reason.sourceArn, "arn:aws:sns:eu-west-1:000000000000:jobs");
    assert.equal("attempts" in reason, false);
    assert.deepEqual([reason.messageId, reason.correlationId], ["m-1", "m-1"]);
  });

  it("fails so that Lambda tries again, and its record says which class of error it was, and what caused it", async () => {
    class Busy extends Error {}
    const busy = callback(Job, () => () => {
      throw new Busy("not now", { cause: new RangeError("no stock") });
    });
    await assert.rejects(run(busy, '{"n":1}'), (error: Error) => {
      assert.deepEqual([error.name, error.message], ["Busy", "not now: RangeError: no stock"]);
      assert.match(
        String(error.stack),
        /^Busy: not now\n {4}at .*topic\.test\.ts:\d+.*\ncaused by RangeError: no stock/s,
      );
      return true;
    });
    assert.equal(sqs.requests.length, 0);
  });

  it("fails with an error that a queue takes in Lambda's record, also where it quotes what SQS refuses", async () => {
    const quotes = callback(Job, () => () => {
      throw new Error("no \uffff\ufffe\u0001😀");
    });
    await assert.rejects(run(quotes, '{"n":1}'), ({ message, stack = "" }: Error) => {
      assert.equal(message, "no \ufffd\ufffd\u0001😀");
      assert.ok(stack.startsWith(`Error: ${message}\n    at `), stack);
      return true;
    });
  });

  it("fails with an error whatever is thrown", async () => {
    const raise = () => {
      throw new Error("asked");
    };
    for (const [thrown, name, message] of [
      [new Proxy(new Error("e"), { get: raise, has: raise, getPrototypeOf: raise }), "object", "(no text)"],
      ["a text", "string", "a text"],
      [undefined, "undefined", "undefined"],
    ] as const) {
      const fails = callback(Job, () => () => {
        throw thrown;
      });
      await assert.rejects(run(fails, '{"n":1}'), (error: Error) => {
        assert.deepEqual([error.name, error.message, typeof error.stack], [name, message, "string"]);
        return true;
      });
    }
  });

  it("fails when the dead letter cannot be stored, so that the event is not lost", async () => {
    sqs.answer = () => ({ status: 400, body: { __type: "x#QueueDoesNotExist", message: "no" } });
    await assert.rejects(
      run(
        callback(Job, () => () => {}),
        "no JSON",
      ),
      /is not JSON/,
    );
  });
});

describe("an envelope", () => {
  const cloudEvent = { specversion: "1.0", id: "e", source: "/s", type: "t", correlationid: "c", data: { n: 1 } };
  for (const [what, body, event, envelope, correlationId, type] of [
    ["none", { n: 1 }, { n: 1 }, { n: 1 }, undefined, undefined],
    ["no object", 7, 7, 7, undefined, undefined],
    ["a CloudEvent", cloudEvent, { n: 1 }, cloudEvent, "c", "t"],
    [
      "a notification of SNS around a CloudEvent",
      { Type: "Notification", TopicArn: "arn", MessageId: "m", Message: JSON.stringify(cloudEvent) },
      { n: 1 },
      cloudEvent,
      "c",
      "t",
    ],
    [
      "a notification of SNS around a text",
      { Type: "Notification", TopicArn: "arn", MessageId: "m", Message: "hello" },
      "hello",
      { Type: "Notification", TopicArn: "arn", MessageId: "m", Message: "hello" },
      undefined,
      undefined,
    ],
    [
      "a notification of SNS whose attribute has the flow's id",
      {
        Type: "Notification",
        TopicArn: "arn",
        MessageId: "m",
        Message: '{"n":1}',
        MessageAttributes: { correlationId: { Type: "String", Value: "c" } },
      },
      { n: 1 },
      {
        Type: "Notification",
        TopicArn: "arn",
        MessageId: "m",
        Message: '{"n":1}',
        MessageAttributes: { correlationId: { Type: "String", Value: "c" } },
      },
      "c",
      undefined,
    ],
    [
      "a CloudEvent with an empty id of its flow, which no message attribute could carry on",
      { ...cloudEvent, correlationid: "" },
      { n: 1 },
      { ...cloudEvent, correlationid: "" },
      undefined,
      "t",
    ],
    [
      "an event of EventBridge",
      { version: "0", id: "e", "detail-type": "t", source: "s", account: "0", detail: { n: 1 } },
      { n: 1 },
      { version: "0", id: "e", "detail-type": "t", source: "s", account: "0", detail: { n: 1 } },
      undefined,
      "t",
    ],
    [
      "an event with a type of its own",
      { type: "t", id: "e", source: "s" },
      { type: "t", id: "e", source: "s" },
      { type: "t", id: "e", source: "s" },
      undefined,
      undefined,
    ],
  ] as const) {
    it(`that is ${what}`, () => {
      assert.deepEqual(openEnvelope(body), { event, envelope, correlationId, type });
    });
  }
});

describe("publishing", () => {
  let aws: FakeSqs;
  beforeEach(async () => {
    aws = await FakeSqs.start();
    process.env.AWS_ENDPOINT_URL = aws.address;
    process.env._X_AMZN_TRACE_ID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  });
  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    delete process.env._X_AMZN_TRACE_ID;
    await aws.stop();
  });
  type Placed = { type: "order.placed"; orderId: string };
  const event: Placed = { type: "order.placed", orderId: "o-1" };
  const topic = "arn:aws:sns:eu-west-1:000000000000:orders" as PublishTarget<Placed>;

  it("puts the event into a CloudEvent, and its type into an attribute", async () => {
    await publish(topic, event, { id: "e-1", correlationId: "c-1", subject: "o-1", source: "/orders" });
    const [{ input, headers } = assert.fail()] = aws.requests;
    const fields = input as unknown as Record<string, string>;
    const { time, ...envelope } = JSON.parse(fields.Message ?? "");
    assert.ok(!Number.isNaN(Date.parse(time)));
    assert.deepEqual(envelope, {
      specversion: "1.0",
      id: "e-1",
      source: "/orders",
      type: "order.placed",
      datacontenttype: "application/json",
      correlationid: "c-1",
      subject: "o-1",
      traceparent: "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
      data: event,
    });
    assert.equal(fields.Action, "Publish");
    assert.equal(fields.TopicArn, topic);
    assert.equal(fields["MessageAttributes.entry.1.Name"], "type");
    assert.equal(fields["MessageAttributes.entry.1.Value.StringValue"], "order.placed");
    assert.match(String(headers.authorization), /\/eu-west-1\/sns\/aws4_request/);
  });

  const fieldsOf = ({ input }: (typeof aws.requests)[number]) => input as unknown as Record<string, string>;

  it("sends a correlation id as an attribute only where a filter can read it, and in the envelope always", async () => {
    const flows = ["c-1 é", "flow\t1", 'flow"1', "flow\\1", "flow😀", "flow\uffff", ""];
    for (const correlationId of flows) await publish(topic, event, { correlationId });
    const attributes = aws.requests.map((request) => fieldsOf(request)["MessageAttributes.entry.2.Value.StringValue"]);
    assert.deepEqual(attributes, ["c-1 é", ...Array<undefined>(6).fill(undefined)]);
    assert.deepEqual(
      aws.requests.map((request) => JSON.parse(fieldsOf(request).Message ?? "").correlationid),
      flows,
    );
  });

  it("refuses permanently a type that no filter can read, and an event that is not JSON", async () => {
    for (const type of ['order"placed', "order\nplaced", "order😀", ""]) {
      await assert.rejects(publish(topic as PublishTarget<{ type: string }>, { type }), {
        name: "PermanentError",
        message: /^The event's type is "order.*SNS delivers it to no subscription|^The event's type is ""/,
      });
    }
    const huge = { type: "t", n: 1n };
    await assert.rejects(publish(topic as string as PublishTarget<typeof huge>, huge), { name: "PermanentError" });
    assert.equal(aws.requests.length, 0);
  });

  it("writes every event in characters that queues accept", async () => {
    const odd = { ...event, orderId: "o\uffff\ufffe\ud800" };
    const stream = "arn:aws:kinesis:eu-west-1:000000000000:stream/s" as StreamTarget<Placed>;
    const bus = "arn:aws:events:eu-west-1:000000000000:event-bus/b" as BusTarget<Placed>;
    aws.answer = () => ({ body: { Entries: [{ EventId: "e" }] } });
    await publish(topic, odd);
    await put(stream, odd, { partitionKey: "k" });
    await putEvent(bus, odd);
    const [published, putInto, sent] = aws.requests.map(({ input }) => input as unknown as Record<string, string>);
    const [entry] = (aws.requests[2]?.input.Entries ?? []) as unknown as { readonly Detail: string }[];
    assert.ok(sent !== undefined);
    for (const text of [published?.Message, Buffer.from(putInto?.Data ?? "", "base64").toString(), entry?.Detail]) {
      assert.match(text ?? "", /"o\\uffff\\ufffe\\ud800"/);
      assert.deepEqual(JSON.parse(text ?? "").data, odd);
    }
  });

  it("derives a deduplication id from an event id that SNS would refuse as one, the same for the same event", async () => {
    const fifo = `${topic}.fifo` as PublishTarget<Placed>;
    for (const id of ["e-1", "e 1\t", "e 1\t", "x".repeat(129)])
      await publish(fifo, event, { id, messageGroupId: "g" });
    const [plain, odd, again, long] = aws.requests.map((request) => fieldsOf(request).MessageDeduplicationId ?? "");
    assert.equal(plain, "e-1");
    assert.match(odd ?? "", /^[0-9a-f]{64}$/);
    assert.equal(again, odd);
    assert.match(long ?? "", /^[0-9a-f]{64}$/);
  });

  it("requires a group for a FIFO topic, and reports SNS's answer", async () => {
    const fifo = `${topic}.fifo` as PublishTarget<Placed>;
    await assert.rejects(publish(fifo, event), { name: "PermanentError", message: /is a FIFO topic; say which group/ });
    aws.answer = () => ({
      status: 404,
      body: "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code>\n<Message>Topic does not exist</Message></Error></ErrorResponse>",
    });
    await assert.rejects(publish(topic, event), { name: "NotFound", message: "Topic does not exist" });
    assert.equal(aws.requests.length, 1);
  });

  it("puts events into a stream, bare or in an envelope", async () => {
    aws.answer = () => ({ body: { SequenceNumber: "7", ShardId: "shardId-000000000000" } });
    const stream = "arn:aws:kinesis:eu-west-1:000000000000:stream/s" as StreamTarget<Placed>;
    assert.equal(await put(stream, event, { partitionKey: "c-1", bare: true }), "7");
    await put(stream, event, { partitionKey: "c-1", correlationId: "f-1" });
    const data = aws.requests.map(({ input }) => {
      const { Data, PartitionKey, StreamARN } = input as unknown as Record<string, string>;
      assert.deepEqual([PartitionKey, StreamARN], ["c-1", stream]);
      return JSON.parse(Buffer.from(Data ?? "", "base64").toString());
    });
    assert.deepEqual(data[0], event);
    assert.equal(data[1].correlationid, "f-1");
    assert.deepEqual(data[1].data, event);
  });

  it("sends an event to a bus, and fails with the entry's own error", async () => {
    const bus = "arn:aws:events:eu-west-1:000000000000:event-bus/b" as BusTarget<Placed>;
    aws.answer = () => ({ body: { FailedEntryCount: 0, Entries: [{ EventId: "i-1" }] } });
    assert.equal(await putEvent(bus, event, { source: "/orders" }), "i-1");
    const [entry] = (aws.requests[0]?.input.Entries ?? []) as unknown as Record<string, string>[];
    assert.deepEqual([entry?.EventBusName, entry?.Source, entry?.DetailType], [bus, "orders", "order.placed"]);
    assert.deepEqual(JSON.parse(entry?.Detail ?? "").data, event);
    aws.answer = () => ({
      body: { FailedEntryCount: 1, Entries: [{ ErrorCode: "NotAuthorizedForSource", ErrorMessage: "no" }] },
    });
    await assert.rejects(putEvent(bus, event), { name: "NotAuthorizedForSource" });
  });
});
