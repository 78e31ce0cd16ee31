// The line that says what has become of an event that was a dead letter before, for each source and each outcome.
// Longer than 250 lines because each way in which a record can be settled has its row here.
import { strict as assert } from "node:assert";
import type { DynamoDBRecord, KinesisStreamRecord, SNSMessageAttributes, SQSRecord } from "aws-lambda";
import * as v from "valibot";
import {
  contextWith,
  deployed,
  type FakeSqs,
  type RecordOptions,
  recordOf,
  silently,
} from "../../../../test/support/fake-sqs";
import {
  type AnyCallback,
  batchCallback,
  callback,
  type Handle,
  windowCallback,
} from "../../../runtime/callback/callback";
import { NotYet, PermanentError } from "../../../runtime/callback/errors";
import { kinesisHandler } from "../../../runtime/handlers/kinesis";
import { tableHandler } from "../../../runtime/handlers/table";
import { topicHandler } from "../../../runtime/handlers/topic";
import type { StreamBatchResponse } from "../../../runtime/stream/stream-item";
import type { ForwardClock } from "../../support/forward-clock";
import { recordOf as streamRecord } from "../../support/kinesis-record";
import { withQueueServer } from "../../support/queue-server";

type Lines = readonly Readonly<Record<string, unknown>>[];
const Job = v.object({ n: v.number() });
class Declined extends PermanentError {}

const reason = JSON.stringify({
  errorType: "Declined",
  errorMessage: "no",
  redrives: 1,
  correlationId: "flow-1",
  failedAt: "2026-01-01T00:00:00.000Z",
});
const comesBack = (id: string, n: number, options: RecordOptions = {}) =>
  recordOf(id, { n }, { ...options, attributes: { DeadLetterReason: { dataType: "String", stringValue: reason } } });
const each = (handle: Handle<{ n: number }>) => callback(Job, () => handle);
const declines = each(() => {
  throw new Declined("no");
});
const busy = each(() => {
  throw new Error("busy");
});
const succeeds = each(() => {});

/** What the lines say, without what each line has. */
const redriven = (lines: Lines) =>
  lines.filter(({ message }) => message === "redriven").map(({ recordId, outcome }) => [recordId, outcome]);

describe("an event that was a dead letter before", () => {
  let sqs: FakeSqs;
  let clock: ForwardClock;
  withQueueServer((server, forward) => {
    sqs = server;
    clock = forward;
  });
  const refuseDeadLetters = () => {
    sqs.answer = ({ action }) =>
      action === "SendMessage" ? { status: 400, body: { __type: "x#QueueDoesNotExist", message: "no" } } : undefined;
  };
  const lastReason = () =>
    JSON.parse(sqs.of("SendMessage").at(-1)?.input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null");
  const batchAt = (lines: Lines) => lines.findIndex(({ message }) => message === "batch");

  describe("in a queue", () => {
    const run = (
      what: AnyCallback,
      records: readonly SQSRecord[],
      options: { concurrency?: number; fifo?: boolean } = {},
    ) => silently(() => sqs.handler(what, options)({ Records: [...records] }, contextWith(30_000)));

    it("is reported when it succeeds, with its current id, its correlation id and how often it came back", async () => {
      const lines = await run(succeeds, [recordOf("new", { n: 1 }), comesBack("back", 2)]);
      const [line, ...others] = lines.filter(({ message }) => message === "redriven");
      const { timestamp, service, sampling_rate, ...told } = line ?? {};
      assert.deepEqual(told, {
        level: "INFO",
        message: "redriven",
        function_request_id: "request-1",
        recordId: "back",
        correlationId: "flow-1",
        redrives: 2,
        outcome: "succeeded",
      });
      assert.deepEqual(others, []);
      assert.deepEqual(sqs.requests, []);
    });

    it("is reported as a warning when it fails again, and its next reason counts", async () => {
      const lines = await run(declines, [recordOf("new", { n: 1 }), comesBack("back", 2)]);
      assert.deepEqual(redriven(lines), [["back", "deadLettered"]]);
      assert.equal(lines.find(({ message }) => message === "redriven")?.level, "WARN");
      const reasons = sqs
        .of("SendMessage")
        .map(({ input }) => JSON.parse(input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null"));
      assert.deepEqual(reasons.map(({ redrives }) => redrives).sort(), [2, undefined]);
    });

    it("is reported at every level that Lambda or Powertools filters by, with a level that Lambda keeps", async () => {
      const lineOf = async (what: AnyCallback, variables: Readonly<Record<string, string>>) => {
        const before = { ...process.env };
        Object.assign(process.env, variables);
        const lines = await run(what, [comesBack("back", 2)]).finally(() => {
          for (const name of Object.keys(variables)) delete process.env[name];
          Object.assign(process.env, before);
        });
        const [line, ...others] = lines.filter(({ message }) => message === "redriven");
        assert.deepEqual(others, []);
        return line ?? assert.fail("no line");
      };
      for (const level of ["WARN", "ERROR", "FATAL"]) {
        for (const [what, outcome] of [
          [succeeds, "succeeded"],
          [declines, "deadLettered"],
        ] as const) {
          const { timestamp, ...told } = await lineOf(what, { AWS_LAMBDA_LOG_LEVEL: level });
          const of = { function_request_id: "request-1", recordId: "back", correlationId: "flow-1" };
          assert.deepEqual(told, { level, message: "redriven", ...of, redrives: 2, outcome });
          assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        }
      }
      for (const level of ["ERROR", "SILENT"]) {
        const { outcome, level: stated } = await lineOf(succeeds, { POWERTOOLS_LOG_LEVEL: level });
        assert.deepEqual([outcome, stated], ["succeeded", "INFO"]);
      }
    });

    it("is reported as retried while it has attempts, and as dead-lettered at the last", async () => {
      assert.deepEqual(redriven(await run(busy, [comesBack("back", 1)])), [["back", "retried"]]);
      assert.deepEqual(redriven(await run(busy, [comesBack("back", 1, { attempt: 5 })])), [["back", "deadLettered"]]);
    });

    it("is reported as retried where its dead letter is refused or too large", async () => {
      const large = { ...comesBack("large", 1), body: "x".repeat(1_048_575) };
      assert.deepEqual(redriven(await run(succeeds, [large])), [["large", "retried"]]);
      refuseDeadLetters();
      assert.deepEqual(redriven(await run(declines, [comesBack("back", 1)])), [["back", "retried"]]);
    });

    it("is reported as handed back where its turn has not come", async () => {
      const waits = each(() => {
        throw new NotYet("in hand", Date.now() + 5000);
      });
      assert.deepEqual(redriven(await run(waits, [comesBack("back", 1)])), [["back", "handedBack"]]);
    });

    it("is reported as retried where it hangs until the deadline, and as handed back where it has not started", async () => {
      const hangs = each(async (_, { deadline }) => {
        await clock.overrun(deadline);
        await new Promise<void>(() => {});
      });
      const lines = await run(hangs, [comesBack("hangs", 1), comesBack("waits", 2)], { concurrency: 1 });
      assert.deepEqual(redriven(lines), [
        ["hangs", "retried"],
        ["waits", "handedBack"],
      ]);
    });

    it("is reported as handed back behind a failed record of its group", async () => {
      const lines = await run(busy, [comesBack("first", 1, { group: "g" }), comesBack("second", 2, { group: "g" })], {
        fifo: true,
      });
      assert.deepEqual(redriven(lines), [
        ["first", "retried"],
        ["second", "handedBack"],
      ]);
    });

    it("is reported by what a batch callback returns or throws", async () => {
      const some = batchCallback(Job, () => (records) => {
        const failed = records.filter(({ event }) => event.n !== 1);
        return failed.map(({ id, event }) => ({ id, error: event.n === 2 ? new Declined("no") : new Error("busy") }));
      });
      const records = [comesBack("fine", 1), comesBack("declined", 2), comesBack("busy", 3)];
      assert.deepEqual(redriven(await run(some, [...records, { ...comesBack("odd", 4), body: "no JSON" }])), [
        ["fine", "succeeded"],
        ["declined", "deadLettered"],
        ["busy", "retried"],
        ["odd", "deadLettered"],
      ]);
      const all = batchCallback(Job, () => () => {
        throw new Error("busy");
      });
      assert.deepEqual(
        redriven(await run(all, records)).map(([, outcome]) => outcome),
        ["retried", "retried", "retried"],
      );
    });

    it("is reported at once, and once, where it runs alone and is deleted, because a later record may kill the process", async () => {
      for (const [what, outcome] of [
        [succeeds, "succeeded"],
        [declines, "deadLettered"],
      ] as const) {
        const lines = await run(what, [comesBack("back", 1, { attempt: 2 })]);
        assert.deepEqual(redriven(lines), [["back", outcome]]);
        assert.ok(lines.findIndex(({ message }) => message === "redriven") < batchAt(lines));
      }
    });

    it("is reported with its batch where it could not be deleted at once", async () => {
      sqs.answer = ({ action }) =>
        action === "DeleteMessageBatch"
          ? { status: 400, body: { __type: "x#AccessDenied", message: "no" } }
          : undefined;
      const lines = await run(succeeds, [comesBack("back", 1, { attempt: 2 })]);
      assert.deepEqual(redriven(lines), [["back", "succeeded"]]);
      assert.ok(lines.findIndex(({ message }) => message === "redriven") > batchAt(lines));
    });

    it("is not reported where the dead letter has no reason of the consumer", async () => {
      const foreign = recordOf(
        "m",
        { n: 1 },
        { attributes: { DeadLetterReason: { dataType: "String", stringValue: "?" } } },
      );
      assert.deepEqual(redriven(await run(succeeds, [recordOf("moved", { n: 1 }, { attempt: 6 }), foreign])), []);
    });
  });

  describe("of a topic", () => {
    const run = async (what: AnyCallback, MessageAttributes: SNSMessageAttributes) => {
      const handler = deployed({ kind: "topic", deadLetterQueueUrl: sqs.deadLetterQueueUrl }, () => topicHandler(what));
      const Sns = {
        ...{ Type: "Notification", MessageId: "m-1", TopicArn: "arn:aws:sns:eu-west-1:000000000000:jobs" },
        ...{ Subject: "", Message: '{"n":1}', Timestamp: "2026-01-01T00:00:00.000Z", SignatureVersion: "1" },
        ...{ Signature: "", SigningCertUrl: "", UnsubscribeUrl: "", MessageAttributes },
      };
      let failure: unknown;
      const lines = await silently(() =>
        handler(
          { Records: [{ EventVersion: "1.0", EventSubscriptionArn: "arn", EventSource: "aws:sns", Sns }] },
          contextWith(30_000),
        ).catch((error: unknown) => {
          failure = error;
        }),
      );
      return { lines, failure };
    };
    const earlier = { DeadLetterReason: { Type: "String" as const, Value: reason } };

    it("is reported, and keeps its correlation id", async () => {
      const flows: string[] = [];
      const notes = each((_, { correlationId }) => void flows.push(correlationId));
      assert.deepEqual(redriven((await run(notes, earlier)).lines), [["m-1", "succeeded"]]);
      assert.deepEqual(flows, ["flow-1"]);
      const { lines, failure } = await run(busy, earlier);
      assert.deepEqual(redriven(lines), [["m-1", "retried"]]);
      assert.match(String(failure), /busy/);
    });

    it("has its own attributes again when it fails, and the count in its next reason", async () => {
      const attributes = { kind: { DataType: "String", StringValue: "a" } };
      const folded = { Type: "String" as const, Value: JSON.stringify({ ...JSON.parse(reason), attributes }) };
      const { lines } = await run(declines, { DeadLetterReason: folded, more: { Type: "String", Value: "b" } });
      assert.deepEqual(redriven(lines), [["m-1", "deadLettered"]]);
      const { DeadLetterReason, ...own } = sqs.of("SendMessage")[0]?.input.MessageAttributes ?? {};
      assert.deepEqual(own, { ...attributes, more: { DataType: "String", StringValue: "b" } });
      assert.equal(lastReason().redrives, 2);
    });
  });

  const settings = () => ({ kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency: 10 }) as const;
  const again = <R extends object>(record: R) => ({ ...record, deadLetterReason: reason });

  describe("of a stream", () => {
    const run = async (what: AnyCallback, records: readonly KinesisStreamRecord[], more: object = {}) => {
      let response: StreamBatchResponse | undefined;
      const lines = await silently(async () => {
        const handler = deployed(settings(), () => kinesisHandler(what));
        response = await handler({ Records: [...records], ...more }, contextWith(30_000)).catch(() => undefined);
      });
      return { told: redriven(lines), reported: response?.batchItemFailures };
    };
    const id = (n: number) => `shardId-000000000000:${n}`;

    it("is reported, and its next reason counts", async () => {
      const declinesTwo = each(({ n }) => {
        if (n === 2) throw new Declined("no");
      });
      const { told, reported } = await run(declinesTwo, [
        again(streamRecord(1)),
        again(streamRecord(2)),
        streamRecord(3),
      ]);
      assert.deepEqual(told, [
        [id(1), "succeeded"],
        [id(2), "deadLettered"],
      ]);
      assert.deepEqual(reported, []);
      const { redrives, previous } = lastReason();
      assert.deepEqual([redrives, previous.errorType], [2, "Declined"]);
    });

    it("is reported as handed back above the record that is retried, although it has run, because it comes again", async () => {
      const failsOne = each(async ({ n }) => {
        if (n !== 1) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new Error("busy");
      });
      const { told, reported } = await run(
        failsOne,
        [0, 1, 2].map((n) => again(streamRecord(n))),
      );
      assert.deepEqual(told, [
        [id(0), "succeeded"],
        [id(1), "retried"],
        [id(2), "handedBack"],
      ]);
      assert.deepEqual(reported, [{ itemIdentifier: "1" }]);
    });

    it("is reported as handed back where its dead letter is refused", async () => {
      refuseDeadLetters();
      assert.deepEqual((await run(declines, [again(streamRecord(1))])).told, [[id(1), "handedBack"]]);
    });

    it("is reported by the result of its window", async () => {
      const window = { window: { start: "2026-01-01T00:00:00Z", end: "2026-01-01T00:01:00Z" } };
      const counts = windowCallback(Job, () => (records) => ({ count: records.length }));
      const fails = windowCallback(Job, () => (): object => {
        throw new Error("busy");
      });
      const records = [again(streamRecord(1)), again(streamRecord(2, "no JSON"))];
      assert.deepEqual((await run(counts, records, window)).told, [
        [id(1), "succeeded"],
        [id(2), "deadLettered"],
      ]);
      const retried = [1, 2].map((n) => [id(n), "retried"]);
      assert.deepEqual((await run(fails, records, window)).told, retried);
      assert.deepEqual((await run(fails, records, { ...window, isFinalInvokeForWindow: true })).told, retried);
    });
  });

  it("of a table is reported, and its next dead letter is the change alone", async () => {
    const change: DynamoDBRecord = {
      eventID: "event-1",
      eventName: "MODIFY",
      eventSource: "aws:dynamodb",
      eventSourceARN: "arn:aws:dynamodb:eu-west-1:000000000000:table/orders/stream/2026",
      dynamodb: { Keys: { n: { N: "1" } }, SequenceNumber: "7", NewImage: { n: { N: "1" } } },
    };
    const never = callback(v.any(), () => () => {
      throw new Declined("no");
    });
    const lines = await silently(() =>
      deployed(settings(), () => tableHandler(never))({ Records: [again(change)] }, contextWith(30_000)),
    );
    assert.deepEqual(redriven(lines), [["event-1", "deadLettered"]]);
    assert.deepEqual(JSON.parse(sqs.of("SendMessage")[0]?.input.MessageBody ?? ""), change);
    assert.deepEqual([lastReason().redrives, lastReason().type], [2, "MODIFY"]);
  });
});
