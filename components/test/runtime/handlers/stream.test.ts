// Longer than 250 lines because each row of the table of failures has its test, for both kinds of streams.
import { strict as assert } from "node:assert";
import type { DynamoDBRecord, KinesisStreamRecord } from "aws-lambda";
import * as v from "valibot";
import { contextWith, deployed, type FakeSqs, silently } from "../../../../test/support/fake-sqs";
import { type AnyCallback, batchCallback, callback, type RecordContext } from "../../../runtime/callback/callback";
import { PermanentError } from "../../../runtime/callback/errors";
import { type TableChange, tableChange } from "../../../runtime/callback/table-change";
import { kinesisHandler } from "../../../runtime/handlers/kinesis";
import { tableHandler } from "../../../runtime/handlers/table";
import type { StreamBatchResponse } from "../../../runtime/stream/stream-item";
import type { ForwardClock } from "../../support/forward-clock";
import { recordOf, streamArn } from "../../support/kinesis-record";
import { withQueueServer } from "../../support/queue-server";

const Job = v.object({ n: v.number() });
class Declined extends PermanentError {}

describe("the consumer of a stream", () => {
  let sqs: FakeSqs;
  let clock: ForwardClock;
  withQueueServer((server, forward) => {
    sqs = server;
    clock = forward;
  });

  const settings = (concurrency = 10) =>
    ({ kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency }) as const;
  const failuresOf = ({ batchItemFailures }: StreamBatchResponse) =>
    batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const run = async (what: AnyCallback, records: readonly KinesisStreamRecord[], { concurrency = 10 } = {}) => {
    let response: StreamBatchResponse = { batchItemFailures: [] };
    const lines = await silently(async () => {
      const handler = deployed(settings(concurrency), () => kinesisHandler(what));
      response = await handler({ Records: [...records] }, contextWith(30_000));
    });
    return { reported: failuresOf(response), lines };
  };
  /** In the order of the shard: they are sent together, and arrive in any order. */
  const stored = () =>
    sqs
      .of("SendMessage")
      .map(({ input }) => ({
        body: Buffer.from(input.MessageBody ?? "", "base64").toString(),
        reason: JSON.parse(input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null"),
      }))
      .sort((a, b) => Number(a.reason.sequenceNumber) - Number(b.reason.sequenceNumber));

  it("reports no failure when all records succeed, and opens a CloudEvent", async () => {
    const seen: [unknown, unknown, string][] = [];
    const note = callback(
      Job,
      () =>
        (job, { event, correlationId }) =>
          void seen.push([job, event, correlationId]),
    );
    const envelope = { specversion: "1.0", id: "e-1", source: "/s", type: "job", correlationid: "c-1", data: { n: 2 } };
    const { reported, lines } = await run(note, [recordOf(1), recordOf(2, envelope)]);
    assert.deepEqual(reported, []);
    assert.deepEqual(seen, [
      [{ n: 1 }, { n: 1 }, "shardId-000000000000:1"],
      [{ n: 2 }, envelope, "c-1"],
    ]);
    assert.equal(sqs.requests.length, 0);
    assert.equal((lines[0]?.batch as Record<string, number> | undefined)?.succeeded, 2);
    assert.deepEqual(lines[0]?.correlationIds, ["shardId-000000000000:1", "c-1"]);
  });

  it("passes a callback the partition key of its record", async () => {
    const keys: unknown[] = [];
    const note = callback(
      Job,
      () =>
        (_, { partitionKey }) =>
          void keys.push(partitionKey),
    );
    const together = batchCallback(Job, () => (records) => {
      keys.push(...records.map(({ context }) => context.partitionKey));
      return [];
    });
    const record = recordOf(1);
    const withKey = { ...record, kinesis: { ...record.kinesis, partitionKey: "c-7" } };
    await run(note, [withKey]);
    await run(together, [withKey]);
    assert.deepEqual(keys, ["c-7", "c-7"]);
  });

  it("keeps the order within a partition key and runs partition keys in parallel", async () => {
    const order: Record<string, number[]> = { a: [], b: [] };
    let running = 0;
    let most = 0;
    const slow = callback(v.object({ n: v.number(), key: v.string() }), () => async ({ n, key }) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5 * Math.random()));
      running -= 1;
      order[key]?.push(n);
    });
    const records = Array.from({ length: 20 }, (_, n) => {
      const key = n % 3 === 0 ? "b" : "a";
      return recordOf(n, { n, key }, key);
    });
    await run(slow, records);
    for (const key of ["a", "b"])
      assert.deepEqual(
        order[key],
        [...(order[key] ?? [])].sort((x, y) => x - y),
      );
    assert.equal((order.a?.length ?? 0) + (order.b?.length ?? 0), 20);
    assert.equal(most, 2);
  });

  it("dead-letters a permanent failure with its payload, position and reason, and continues", async () => {
    const done: number[] = [];
    const decline = callback(Job, () => ({ n }) => {
      if (n === 2) throw new Declined("not this one");
      done.push(n);
    });
    const { reported } = await run(decline, [recordOf(1), recordOf(2), recordOf(3), recordOf(4, "no JSON")]);
    assert.deepEqual(reported, []);
    assert.deepEqual(done, [1, 3]);
    const [declined, invalid] = stored();
    assert.equal(declined?.body, '{"n":2}');
    const { failedAt, stack, bundle, ...reason } = declined?.reason ?? {};
    assert.match(stack, /^ {4}at .*stream\.test\.ts:\d+:\d+/);
    assert.match(bundle, /^[0-9a-f]{12}$/);
    assert.ok(!Number.isNaN(Date.parse(failedAt)));
    assert.deepEqual(reason, {
      errorType: "Declined",
      errorMessage: "not this one",
      functionName: "spillway-test-orders",
      sourceArn: streamArn,
      correlationId: "shardId-000000000000:2",
      requestId: "request-1",
      shardId: "shardId-000000000000",
      sequenceNumber: "2",
      partitionKey: "key-2",
      encoding: "base64",
    });
    assert.equal(invalid?.body, "no JSON");
    assert.equal(invalid?.reason.errorType, "InvalidEvent");
  });

  it("reports the lowest transient failure, starts nothing above it, and stores no poison record from above it", async () => {
    const started: number[] = [];
    const fail = callback(Job, () => async ({ n }) => {
      started.push(n);
      if (n === 4 || n === 6) throw new Error("not now");
      if (n === 2 || n === 5) throw new Declined("never");
    });
    const records = Array.from({ length: 12 }, (_, n) => recordOf(n));
    const { reported } = await run(fail, records, { concurrency: 1 });
    assert.deepEqual(reported, ["4"]);
    assert.deepEqual(started, [0, 1, 2, 3, 4]);
    assert.deepEqual(
      stored().map(({ body }) => body),
      ['{"n":2}'],
    );
  });

  it("dead-letters a poison record behind a transient failure once only, however often that one is retried", async () => {
    let down = true;
    const flaky = callback(Job, () => ({ n }) => {
      if (n === 1 && down) throw new Error("not now");
      if (n === 3) throw new Declined("never");
    });
    const records = [0, 1, 2, 3, 4].map((n) => recordOf(n));
    for (let attempt = 0; attempt < 3; attempt += 1)
      assert.deepEqual((await run(flaky, records.slice(attempt && 1))).reported, ["1"]);
    assert.equal(stored().length, 0);
    down = false;
    assert.deepEqual((await run(flaky, records.slice(1))).reported, []);
    assert.deepEqual(
      stored().map(({ body }) => body),
      ['{"n":3}'],
    );
  });

  it("continues from a record whose dead letter could not be stored", async () => {
    sqs.answer = ({ input }) =>
      input.MessageBody === recordOf(2).kinesis.data
        ? { status: 400, body: { __type: "x#QueueDoesNotExist" } }
        : undefined;
    const never = callback(Job, () => () => {
      throw new Declined("never");
    });
    const { reported } = await run(never, [recordOf(1), recordOf(2), recordOf(3)]);
    assert.deepEqual(reported, ["2"]);
  });

  it("answers although no dead letter can be stored in time, starts no more of them, and continues from the first", async () => {
    const bodies = () => new Set(sqs.of("SendMessage").map(({ input }) => input.MessageBody));
    sqs.hold = () => {
      // Ten are on their way, and an eleventh has had time to come: the time for them passes.
      if (bodies().size === 10) setTimeout(() => clock.forward(29_000), 50);
      return new Promise(() => {});
    };
    const never = callback(Job, () => () => {
      throw new Declined("never");
    });
    const { reported, lines } = await run(
      never,
      Array.from({ length: 40 }, (_, n) => recordOf(n)),
    );
    assert.deepEqual(reported, ["0"]);
    assert.equal(bodies().size, 10);
    assert.partialDeepStrictEqual(lines.at(-2), { message: "batch", batch: { deadLettered: 0, handedBack: 40 } });
  });

  it("dead-letters an empty record with a space as its base64, because SQS refuses an empty body", async () => {
    const { reported } = await run(
      callback(Job, () => () => {}),
      [recordOf(0, ""), recordOf(1)],
    );
    assert.deepEqual(reported, []);
    const [{ input } = assert.fail(), ...others] = sqs.of("SendMessage");
    assert.equal(others.length, 0);
    assert.equal(input.MessageBody, " ");
    assert.equal(Buffer.from(" ", "base64").length, 0);
  });

  it("leaves a record that is too large for a message to the mapping's destination", async () => {
    const large = recordOf(1, { n: 1, more: "x".repeat(900_000) });
    const never = callback(v.object({ n: v.string() }), () => () => {});
    const { reported } = await run(never, [recordOf(0, { n: "0" }), large]);
    assert.deepEqual(reported, ["1"]);
    assert.equal(sqs.of("SendMessage").length, 0);
  });

  it("gives up a hanging callback shortly before the timeout, and continues from its record", async () => {
    const hang = callback(
      Job,
      () =>
        ({ n }, { deadline }) =>
          n === 1 ? clock.overrun(deadline) : undefined,
    );
    const { reported, lines } = await run(hang, [recordOf(0), recordOf(1), recordOf(2)]);
    assert.deepEqual(reported, ["1"]);
    assert.match(JSON.stringify(lines[0]?.failures), /"errorType":"CallbackTimeout"/);
  });

  it("passes a batch callback all records, and reports the lowest that it returns", async () => {
    const some = batchCallback(
      Job,
      () => (records) => records.slice(1).map(({ id }) => ({ id, error: new Error("no") })),
    );
    assert.deepEqual((await run(some, [recordOf(1), recordOf(2), recordOf(3)])).reported, ["2"]);
  });

  describe("of a table", () => {
    const Order = v.object({ orderId: v.string(), total: v.number(), correlationId: v.optional(v.string()) });
    const change = (
      eventName: "INSERT" | "MODIFY" | "REMOVE",
      more: DynamoDBRecord["dynamodb"] & object,
      rest: object = {},
    ): DynamoDBRecord => ({
      eventID: "event-1",
      eventName,
      eventSource: "aws:dynamodb",
      eventSourceARN: "arn:aws:dynamodb:eu-west-1:000000000000:table/orders/stream/2026",
      dynamodb: { Keys: { orderId: { S: "o-1" } }, SequenceNumber: "7", StreamViewType: "NEW_AND_OLD_IMAGES", ...more },
      ...rest,
    });
    const image = (total: string, more = {}) => ({ orderId: { S: "o-1" }, total: { N: total }, ...more });

    const runTable = async (what: AnyCallback, records: DynamoDBRecord[]) => {
      let reported: string[] = [];
      await silently(async () => {
        const handler = deployed(settings(), () => tableHandler(what));
        reported = failuresOf(await handler({ Records: records }, contextWith(30_000)));
      });
      return reported;
    };

    it("passes both images as plain values, typed and checked by the item's schema", async () => {
      const seen: (TableChange<{ orderId: string; total: number }> & Pick<RecordContext, "correlationId">)[] = [];
      const note = callback(tableChange(Order), () => (given, { correlationId }) => {
        seen.push({ ...given, correlationId });
        // The compiler knows which images there are.
        if (given.eventName === "INSERT") given.newImage.total.toFixed();
      });
      const changes = [
        change("INSERT", { NewImage: image("1", { correlationId: { S: "c-1" } }) }),
        change("MODIFY", { NewImage: image("2"), OldImage: image("1") }),
        change(
          "REMOVE",
          { OldImage: image("2") },
          { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } },
        ),
        change("REMOVE", { OldImage: image("2") }),
      ];
      assert.deepEqual(await runTable(note, changes), []);
      const keys = { orderId: "o-1" };
      assert.deepEqual(seen, [
        {
          eventName: "INSERT",
          keys,
          newImage: { orderId: "o-1", total: 1, correlationId: "c-1" },
          expired: false,
          correlationId: "c-1",
        },
        {
          eventName: "MODIFY",
          keys,
          newImage: { orderId: "o-1", total: 2 },
          oldImage: { orderId: "o-1", total: 1 },
          expired: false,
          correlationId: "event-1",
        },
        { eventName: "REMOVE", keys, oldImage: { orderId: "o-1", total: 2 }, expired: true, correlationId: "event-1" },
        { eventName: "REMOVE", keys, oldImage: { orderId: "o-1", total: 2 }, expired: false, correlationId: "event-1" },
      ]);
    });

    it("dead-letters a change whose image the schema refuses, with the whole record", async () => {
      const bad = change("INSERT", { NewImage: { orderId: { S: "o-1" }, total: { S: "much" } } });
      assert.deepEqual(
        await runTable(
          callback(tableChange(Order), () => () => {}),
          [bad],
        ),
        [],
      );
      const [{ input } = assert.fail()] = sqs.of("SendMessage");
      assert.deepEqual(JSON.parse(input.MessageBody ?? ""), bad);
      const reason = JSON.parse(input.MessageAttributes?.DeadLetterReason?.StringValue ?? "");
      assert.match(reason.errorMessage, /^newImage\.total: Invalid type/);
      assert.equal(reason.encoding, "json");
      assert.equal(reason.sequenceNumber, "7");
    });

    it("dead-letters a change with characters that SQS refuses", async () => {
      const never = callback(tableChange(Order), () => () => {
        throw new Declined("never \uffff");
      });
      await runTable(never, [change("INSERT", { NewImage: image("1", { correlationId: { S: "\ufffe\u0001" } }) })]);
      const [{ input } = assert.fail()] = sqs.of("SendMessage");
      const reason = input.MessageAttributes?.DeadLetterReason?.StringValue ?? "";
      for (const text of [String(input.MessageBody), reason]) {
        assert.match(text, /^[\t\n\r\x20-\ud7ff\ue000-\ufffd]+$/);
      }
      assert.equal(JSON.parse(String(input.MessageBody)).dynamodb.NewImage.correlationId.S, "\ufffe\u0001");
      assert.equal(JSON.parse(reason).errorMessage, "never \uffff");
    });

    it("accepts schemas that check asynchronously", async () => {
      const later = v.pipeAsync(
        Order,
        v.checkAsync(async ({ total }) => total > 1, "too little"),
      );
      const note = callback(tableChange(later), () => () => {});
      assert.deepEqual(
        await runTable(note, [change("INSERT", { NewImage: image("2") }), change("INSERT", { NewImage: image("1") })]),
        [],
      );
      assert.equal(sqs.of("SendMessage").length, 1);
    });
  });
});
