// Longer than 250 lines because every crash and race between the steps of the protocol has its test here.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Observer, ServiceError } from "@spillway/local/ask";
import type { SNSEvent, SQSRecord } from "aws-lambda";
import * as v from "valibot";
import { contextWith, deployed, FakeSqs, recordOf, silently } from "../../../../test/support/fake-sqs";
import { Run } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";
import {
  type AnyCallback,
  batchCallback,
  callback,
  type RecordContext,
  type SendTarget,
} from "../../../runtime/callback/callback";
import { PermanentError } from "../../../runtime/callback/errors";
import { send } from "../../../runtime/callback/send";
import { kinesisHandler } from "../../../runtime/handlers/kinesis";
import { queueHandler } from "../../../runtime/handlers/queue";
import { topicHandler } from "../../../runtime/handlers/topic";
import { idempotent } from "../../../runtime/idempotency/idempotency";
import type { IdempotencySettings } from "../../../runtime/settings";
import { ForwardClock } from "../../support/forward-clock";
import { recordOf as streamRecordOf } from "../../support/kinesis-record";

const Job = v.object({ n: v.string(), more: v.optional(v.record(v.string(), v.number())) });
type Job = v.InferOutput<typeof Job>;
class Declined extends PermanentError {}

describe("the consumer of an idempotent callback, on a real table", () => {
  let run: Run;
  let sqs: FakeSqs;
  let clock: ForwardClock;
  /** What becomes of the next requests to the table. */
  let disturb: Observer = {};
  before(async () => {
    const observer: Observer = {
      before: (...request) => disturb.before?.(...request),
      after: (...request) => disturb.after?.(...request),
    };
    run = await Run.start({
      program: path.join(__dirname, "../../../../test/support/programs/idempotency-table.ts"),
      observers: [observer],
    });
    process.env.AWS_ENDPOINT_URL_DYNAMODB = run.local.address;
  });
  after(async () => {
    delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
    await run?.stop();
  });
  let scope = 0;
  beforeEach(async () => {
    scope += 1;
    disturb = {};
    sqs = await FakeSqs.start();
    clock = new ForwardClock();
  });
  afterEach(async () => {
    clock.end();
    await sqs.stop();
  });

  const settings = (more: Partial<IdempotencySettings> = {}): IdempotencySettings => ({
    tableArn: run.output("eventsTableArn"),
    scope: `consumer-${scope}`,
    key: ["n"],
    expiresAfter: 3600,
    ...more,
  });
  const handlerOf = (what: AnyCallback, more: Partial<IdempotencySettings> = {}, concurrency = 1) => {
    const source = {
      kind: "queue",
      queueUrl: sqs.queueUrl,
      deadLetterQueueUrl: sqs.deadLetterQueueUrl,
      maxReceiveCount: 5,
      concurrency,
    } as const;
    return deployed(source, () => idempotent(queueHandler, what), {}, settings(more));
  };
  type Handler = ReturnType<typeof handlerOf>;
  type Lines = readonly Readonly<Record<string, unknown>>[];
  const handle = async (handler: Handler, records: readonly SQSRecord[], milliseconds = 30_000) => {
    let reported: string[] = [];
    const lines: Lines = await silently(async () => {
      const { batchItemFailures } = await handler({ Records: [...records] }, contextWith(milliseconds));
      reported = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    });
    const failures = lines.find(({ message }) => message === "batch")?.failures as
      | { errorType: string; errorMessage: string; outcome: string }[]
      | undefined;
    return { reported, lines, errors: (failures ?? []).map(({ errorType }) => errorType), failures };
  };
  /** A callback that does something once told, and a list of what it ran for. */
  const noting = (does: (job: Job, context: RecordContext) => unknown = () => {}) => {
    const runs: string[] = [];
    const what = callback(Job, () => async (job, context) => {
      runs.push(job.n);
      await does(job, context);
    });
    return { runs, what };
  };
  const items = async () =>
    (await run.items("eventsTable")).filter(({ id }) => String(id).startsWith(`consumer-${scope}#`));
  const item = async () => (await items())[0];
  const reasonOf = (index = 0) =>
    JSON.parse(sqs.of("SendMessage")[index]?.input.MessageAttributes?.DeadLetterReason?.StringValue ?? "null");
  const delays = () =>
    sqs
      .of("ChangeMessageVisibilityBatch")
      .flatMap(({ input }) => (input.Entries ?? []).map(({ VisibilityTimeout = 0 }) => VisibilityTimeout));
  const refusing = (action: string, error = new ServiceError("InternalServerError", "down", 500)): Observer => ({
    before: (_, service, asked) => {
      if (service === "dynamodb" && asked === action) throw error;
    },
  });
  const denied = new ServiceError("AccessDeniedException", "no", 400);
  /** Makes the item of the only event another's. */
  const replace = async (more: Record<string, unknown>) => {
    await run.tables.send(
      new PutCommand({ TableName: run.output("eventsTable"), Item: { ...(await item()), ...more } }),
    );
  };

  it("runs the callback once for records of the same event, in one batch and in another, and logs the skip", async () => {
    const { runs, what } = noting();
    const handler = handlerOf(what);
    const first = await handle(handler, [
      recordOf("a", { n: "1" }),
      recordOf("b", { n: "1" }),
      recordOf("c", { n: "2" }),
    ]);
    const again = await handle(handlerOf(what), [recordOf("d", { n: "1" })]);
    assert.deepEqual([first.reported, again.reported], [[], []]);
    assert.deepEqual(runs, ["1", "2"]);
    const skipped = [...first.lines, ...again.lines].filter(({ message }) => /not run again/.test(String(message)));
    assert.deepEqual(
      skipped.map(({ recordId }) => recordId),
      ["b", "d"],
    );
  });

  it("stores an item as Powertools does: INPROGRESS until the invocation ends, then COMPLETED until it expires", async () => {
    let during: Record<string, unknown> = {};
    const { what } = noting(async () => {
      during = (await item()) ?? {};
    });
    const before = Date.now();
    await handle(handlerOf(what), [recordOf("a", { n: "1" })], 20_000);
    const done = (await item()) ?? {};
    assert.match(String(during.id), /^consumer-\d+#[A-Za-z0-9+/]{43}=$/);
    assert.equal(during.status, "INPROGRESS");
    const ends = Number(during.in_progress_expiration);
    assert.ok(ends >= before + 19_000 && ends <= Date.now() + 20_000, `${ends - before} ms after the start`);
    assert.deepEqual([done.id, done.status, done.validation], [during.id, "COMPLETED", during.validation]);
    assert.equal("in_progress_expiration" in done, false);
    const expiration = Number(done.expiration) * 1000;
    assert.ok(expiration >= before + 3_600_000 && expiration <= Date.now() + 3_602_000);
  });

  it("delays the record that loses a race until the time of the other is over, and then skips it", async () => {
    let finish = () => {};
    const { runs, what } = noting(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const winner = handle(handlerOf(what), [recordOf("a", { n: "1" })]);
    await until(() => runs.length === 1);
    const loser = await handle(handlerOf(what), [recordOf("b", { n: "1" })]);
    assert.deepEqual([loser.reported, loser.errors], [["b"], ["IdempotencyAlreadyInProgressError"]]);
    assert.match(loser.failures?.[0]?.errorMessage ?? "", /n 1 is in progress in another invocation/);
    assert.equal(loser.failures?.[0]?.outcome, "handedBack", "nothing has failed");
    const [delay = 0] = delays();
    assert.ok(delay > 10 && delay <= 30, `hidden for the 30 s of the other, not ${delay}`);
    assert.deepEqual(sqs.of("SendMessage"), []);
    finish();
    assert.deepEqual((await winner).reported, []);
    assert.deepEqual((await handle(handlerOf(what), [recordOf("b", { n: "1" }, { attempt: 2 })])).reported, []);
    assert.deepEqual(runs, ["1"]);
  });

  it("releases the event when the callback fails, so that the retry runs", async () => {
    let failing = true;
    const { runs, what } = noting(() => {
      if (failing) throw new RangeError("busy");
    });
    const failed = await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
    assert.deepEqual([failed.reported, failed.errors], [["a"], ["RangeError"]]);
    assert.deepEqual(await items(), []);
    failing = false;
    assert.deepEqual((await handle(handlerOf(what), [recordOf("a", { n: "1" }, { attempt: 2 })])).reported, []);
    assert.deepEqual(runs, ["1", "1"]);
    assert.equal((await item())?.status, "COMPLETED");
  });

  it("dead-letters a permanent error under its own name, even where the event cannot be released", async () => {
    const { what } = noting(() => {
      throw new Declined("no funds");
    });
    disturb = refusing("DeleteItem", denied);
    const { reported, lines } = await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
    assert.deepEqual(reported, []);
    assert.deepEqual([reasonOf().errorType, reasonOf().errorMessage], ["Declined", "no funds"]);
    const warning = lines.find(({ message }) => /could not be released/.test(String(message)));
    assert.match(String(warning?.errorMessage), /^DeleteItem on the table spillway-dev-events-\w+ failed: Access/);
  });

  it("treats the same content in another order as the same event, and other content under its key as a conflict", async () => {
    const { runs, what } = noting();
    const handler = handlerOf(what);
    const { reported } = await handle(handler, [
      recordOf("a", { n: "1", more: { a: 1, b: 2 } }),
      recordOf("b", { unknown: true, more: { b: 2, a: 1 }, n: "1" }),
      recordOf("c", { n: "1", more: { a: 1, b: 3 } }),
    ]);
    assert.deepEqual(reported, []);
    assert.deepEqual(runs, ["1"]);
    assert.equal(sqs.of("SendMessage").length, 1);
    assert.deepEqual(
      [reasonOf().errorType, reasonOf().errorMessage],
      ["IdempotencyValidationError", "An event with the same n 1 and other content was handled before."],
    );
  });

  it("dead-letters an event without its key as an InvalidEvent, and does not call the table", async () => {
    const asked: string[] = [];
    disturb = { before: (_, service, action) => void (service === "dynamodb" && asked.push(action)) };
    const { runs, what } = noting();
    const handler = handlerOf(what, { key: ["n", "more.a"] });
    await handle(handler, [recordOf("a", { n: "1" }), recordOf("b", { n: "", more: { a: 1, b: 2 } })]);
    assert.deepEqual(runs, []);
    assert.deepEqual(asked, []);
    assert.deepEqual(
      [reasonOf().errorType, reasonOf().errorMessage, reasonOf(1).errorMessage],
      [
        "InvalidEvent",
        "more.a: Expected a string, a number or a boolean that identifies the event, but received undefined",
        'n: Expected a string, a number or a boolean that identifies the event, but received ""',
      ],
    );
  });

  it("dead-letters an event that is nested too deeply for its content to be compared, because no retry changes it", async () => {
    const any = callback(v.object({ n: v.string(), deep: v.unknown() }), () => () => {});
    const deep = 100_000;
    const { reported } = await handle(handlerOf(any), [
      recordOf("a", `{"n":"1","deep":${"[".repeat(deep)}${"]".repeat(deep)}}`),
    ]);
    assert.deepEqual(reported, []);
    assert.equal(reasonOf().errorType, "InvalidEvent");
    assert.match(String(reasonOf().errorMessage), /RangeError/);
  });

  it("tells events apart by all parts of the key, and by their consumer", async () => {
    const { runs, what } = noting();
    const key = ["n", "more.a"];
    const jobs = [1, 2].map((a) => recordOf(String(a), { n: "1", more: { a, b: 0 } }));
    await handle(handlerOf(what, { key }), jobs);
    await handle(handlerOf(what, { key, scope: `consumer-${scope}#other` }), jobs);
    assert.deepEqual(runs, ["1", "1", "1", "1"]);
  });

  it("fails the record temporarily, without a run, while the table is not available", async () => {
    const { runs, what } = noting();
    for (const [action, error] of [
      ["PutItem", denied],
      ["PutItem", new ServiceError("ThrottlingException", "slow down", 400)],
    ] as const) {
      disturb = refusing(action, error);
      const { reported, errors, failures } = await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
      assert.deepEqual([reported, errors], [["a"], ["IdempotencyPersistenceLayerError"]]);
      assert.match(failures?.[0]?.errorMessage ?? "", new RegExp(`^PutItem on the table .* failed: ${error.code}: `));
    }
    assert.deepEqual(runs, []);
  });

  it("does not run a completed callback again where only storing its completion fails", async () => {
    const { runs, what } = noting();
    disturb = refusing("UpdateItem", denied);
    const { reported, lines } = await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
    assert.deepEqual([reported, runs], [[], ["1"]]);
    assert.ok(
      lines.some(
        ({ message, level }) =>
          /the completion of an event could not be stored/.test(String(message)) && level === "WARN",
      ),
    );
  });

  it("retries storing a completed event until the table accepts it, and runs no duplicate meanwhile or afterwards", async () => {
    for (const code of ["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"]) {
      const { runs, what } = noting();
      let refusals = 0;
      disturb = {
        before: (_, service, action) => {
          if (service !== "dynamodb" || action !== "UpdateItem" || refusals === 5) return;
          refusals += 1;
          throw new ServiceError(code, "slow down", 400);
        },
      };
      const { reported, lines } = await handle(handlerOf(what), [recordOf("a", { n: code })]);
      assert.deepEqual([reported, runs, refusals], [[], [code], 5]);
      assert.equal(
        lines.some(({ level }) => level === "WARN"),
        false,
      );
      await handle(handlerOf(what), [recordOf("b", { n: code })]);
      assert.deepEqual(runs, [code]);
    }
    assert.deepEqual(new Set((await items()).map(({ status }) => status)), new Set(["COMPLETED"]));
  });

  it("stores a completed event however little time is left, also where its deadline falls between two milliseconds", async () => {
    for (const milliseconds of [10_001, 20_003, 29_999]) {
      const { what } = noting(async (_, { deadline }) => assert.ok(Number.isInteger(deadline), String(deadline)));
      const { reported, lines } = await handle(
        handlerOf(what),
        [recordOf("a", { n: String(milliseconds) })],
        milliseconds,
      );
      assert.deepEqual([reported, lines.filter(({ level }) => level === "WARN")], [[], []]);
    }
    assert.deepEqual(
      (await items()).map(({ status }) => status),
      ["COMPLETED", "COMPLETED", "COMPLETED"],
    );
  });

  describe("gives up storing the completion before the deadline, at which the record would fail and its callback run again", function () {
    // A machine that is busy may take longer than the half second that is left by then; what is wrong is so each time.
    this.retries(2);
    const silent: Observer = {
      before: (_, service, action) =>
        service === "dynamodb" && action === "UpdateItem" ? new Promise<void>(() => {}) : undefined,
    };
    for (const [what, table] of [
      ["where the table refuses it", refusing("UpdateItem", new ServiceError("ThrottlingException", "slow", 400))],
      ["where the table does not answer", silent],
    ] as const) {
      it(what, async () => {
        const { runs, what } = noting();
        disturb = table;
        const { reported, lines } = await handle(handlerOf(what), [recordOf("a", { n: "1" })], 6000);
        assert.deepEqual([reported, runs], [[], ["1"]]);
        assert.ok(
          lines.some(
            ({ message, level }) =>
              /the completion of an event could not be stored/.test(String(message)) && level === "WARN",
          ),
        );
      });
    }
  });

  it("is not locked out by its own item when the table's answer is lost", async () => {
    const lost = new Set(["PutItem", "UpdateItem"]);
    disturb = {
      after: (_, service, action) => {
        if (service === "dynamodb" && lost.delete(action)) throw new ServiceError("InternalServerError", "lost", 500);
      },
    };
    const { runs, what } = noting();
    const { reported, lines } = await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
    assert.deepEqual([reported, runs, [...lost]], [[], ["1"], []]);
    assert.equal((await item())?.status, "COMPLETED");
    assert.equal(
      lines.some(({ level }) => level === "WARN"),
      false,
    );
  });

  it("claims an event that is released while it reads the item in its way", async () => {
    const { runs, what } = noting();
    await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
    disturb = {
      before: async (_, service, action) => {
        if (service !== "dynamodb" || action !== "GetItem") return;
        disturb = {};
        const id = (await item())?.id;
        await run.tables.send(new DeleteCommand({ TableName: run.output("eventsTable"), Key: { id } }));
      },
    };
    const { reported } = await handle(handlerOf(what), [recordOf("b", { n: "1" })]);
    assert.deepEqual([reported, runs], [[], ["1", "1"]]);
  });

  describe("after a process has died", () => {
    /** As a process leaves it that died with the event in hand. */
    const leave = async (record: string, milliseconds: number) => {
      const { what } = noting();
      await handle(handlerOf(what), [recordOf("before", { n: "1" })]);
      await replace({
        status: "INPROGRESS",
        owner: "dead",
        record,
        in_progress_expiration: Date.now() + milliseconds,
      });
    };

    it("runs its own record in its next attempt, as soon as the time of the dead process is over", async () => {
      await leave("a", 300);
      const { runs, what } = noting();
      const { reported } = await handle(handlerOf(what), [recordOf("a", { n: "1" }, { attempt: 2 })]);
      assert.deepEqual([reported, runs], [[], ["1"]]);
    });

    it("delays another record until that time is over", async () => {
      await leave("a", 20_000);
      const { runs, what } = noting();
      const early = await handle(handlerOf(what), [recordOf("b", { n: "1" })]);
      assert.deepEqual([early.reported, early.errors, runs], [["b"], ["IdempotencyAlreadyInProgressError"], []]);
      clock.forward(20_000);
      assert.deepEqual((await handle(handlerOf(what), [recordOf("b", { n: "1" }, { attempt: 2 })])).reported, []);
      assert.deepEqual(runs, ["1"]);
    });

    it("delays its own record where that time extends beyond the deadline, without a run", async () => {
      await leave("a", 60_000);
      const { runs, what } = noting();
      const { reported, errors } = await handle(handlerOf(what), [recordOf("a", { n: "1" }, { attempt: 5 })]);
      assert.deepEqual([reported, errors, runs], [["a"], ["IdempotencyAlreadyInProgressError"], []]);
      const [delay = 0] = delays();
      assert.ok(delay > 30 && delay <= 60, `until the time of the dead is over, not ${delay}`);
      assert.equal((await item())?.owner, "dead");
      assert.deepEqual(sqs.of("SendMessage"), []);
    });

    // Over after the deadline of an attempt that begins now, and so shortly before it that the callback has no time: so
    // long that a slow machine makes no difference.
    for (const left of [60_000, 40_000]) {
      it(`uses up one retry of a stream at most, which tries its own record again at once, ${left} ms before that`, async () => {
        const record = streamRecordOf(1, { n: "1" });
        await leave(record.eventID, left);
        clock.skipWaits();
        const source = { kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency: 1 } as const;
        const { runs, what } = noting(() => clock.forward(20_000));
        const handler = deployed(source, () => idempotent(kinesisHandler, what), {}, settings());
        let attempts = 0;
        await silently(async () => {
          let failed = true;
          while (failed && attempts < 10) {
            attempts += 1;
            const { batchItemFailures } = await handler({ Records: [record] }, contextWith(60_000));
            failed = batchItemFailures.length > 0;
          }
        });
        assert.deepEqual([attempts, runs], [2, ["1"]]);
      });
    }
  });

  describe("at the last attempt of a duplicate", () => {
    const last = { attempt: 5 };
    const leave = async (milliseconds: number) => {
      await handle(handlerOf(noting().what), [recordOf("first", { n: "1" })]);
      await replace({ status: "INPROGRESS", owner: "another", in_progress_expiration: Date.now() + milliseconds });
    };

    it("waits until the time of the other is over, and runs what that one has not done", async () => {
      await leave(300);
      const { runs, what } = noting();
      const { reported } = await handle(handlerOf(what), [recordOf("b", { n: "1" }, last)]);
      assert.deepEqual([reported, runs, sqs.of("SendMessage")], [[], ["1"], []]);
    });

    it("is done without a run while the other is processing the event: no dead letter without a failure", async () => {
      await leave(60_000);
      const { runs, what } = noting();
      const { reported, errors, lines } = await handle(handlerOf(what), [recordOf("b", { n: "1" }, last)]);
      assert.deepEqual([reported, errors, runs, sqs.of("SendMessage")], [[], [], [], []]);
      assert.ok(lines.some(({ message }) => String(message).startsWith("another record of the event is in progress")));
      assert.equal((await item())?.owner, "another");
    });

    it("dead-letters an event with other content under its key, which no other run completes", async () => {
      await leave(60_000);
      const { runs, what } = noting();
      const other = recordOf("b", { n: "1", more: { x: 1 } }, last);
      assert.deepEqual([(await handle(handlerOf(what), [other])).reported, runs], [[], []]);
      assert.equal(reasonOf().errorType, "IdempotencyValidationError");
    });
  });

  it("releases an event that still runs at the deadline before Lambda has the answer", async () => {
    for (const [n, does] of [
      ["hangs", (_: Job, { deadline }: RecordContext) => clock.overrun(deadline)],
      // It gives up itself: it has not done its work, whatever it returns.
      [
        "returns",
        (_: Job, { signal, deadline }: RecordContext) => {
          const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
          return Promise.race([aborted, clock.overrun(deadline)]);
        },
      ],
    ] as const) {
      const { what } = noting(does);
      const { reported, errors } = await handle(handlerOf(what), [recordOf("a", { n })], 60_000);
      assert.deepEqual([reported, errors], [["a"], ["CallbackTimeout"]]);
      assert.deepEqual(await items(), [], n);
    }
  });

  it("releases ten events at a time where many still run at the deadline", async () => {
    const records = Array.from({ length: 25 }, (_, n) => recordOf(`m${n}`, { n: String(n) }));
    const { runs, what } = noting((_, { deadline }) =>
      runs.length === records.length ? clock.overrun(deadline) : new Promise(() => {}),
    );
    let waiting: (() => void)[] = [];
    let [begun, most] = [0, 0];
    disturb = {
      before: async (_, service, action) => {
        if (service !== "dynamodb" || action !== "DeleteItem") return;
        begun += 1;
        const held = new Promise<void>((resolve) => waiting.push(resolve));
        most = Math.max(most, waiting.length);
        // None goes on before ten are there, or all, and an eleventh has had time to come.
        if (waiting.length === 10 || begun === records.length) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          for (const goOn of waiting) goOn();
          waiting = [];
        }
        await held;
      },
    };
    const { reported } = await handle(handlerOf(what, {}, records.length), records, 60_000);
    assert.equal(reported.length, records.length);
    assert.equal(most, 10);
    assert.deepEqual(await items(), []);
  });

  it("notes what is done and frees what has failed while many events of a callback wait to be sent", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    sqs.hold = ({ action }) => (action === "SendMessage" ? released : undefined);
    const sending: Promise<string>[] = [];
    const { what } = noting(({ n }) => {
      sending.push(...Array.from({ length: 60 }, () => send(sqs.queueUrl as SendTarget<Job>, { n })));
      if (n === "2") throw new RangeError("busy");
    });
    const { reported } = await handle(handlerOf(what), [recordOf("a", { n: "1" }), recordOf("b", { n: "2" })], 5000);
    assert.deepEqual(reported, ["b"]);
    const statuses = (await items()).map(({ status }) => status);
    assert.deepEqual(statuses, ["COMPLETED"]);
    assert.equal(sqs.of("SendMessage").length, 50, "none of the others has had an answer");
    release();
    await Promise.all(sending);
  });

  it("neither completes nor releases an event that another invocation has taken over", async () => {
    for (const fails of [false, true]) {
      const { what } = noting(async () => {
        await replace({ owner: "another" });
        if (fails) throw new Error("busy");
      });
      await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
      const { status, owner } = (await item()) ?? {};
      assert.deepEqual([status, owner], ["INPROGRESS", "another"]);
      await replace({ in_progress_expiration: 1 });
    }
  });

  it("runs an event again that has expired, although DynamoDB has not deleted its item yet", async () => {
    const { runs, what } = noting();
    await handle(handlerOf(what), [recordOf("a", { n: "1" })]);
    await replace({ expiration: Math.floor(Date.now() / 1000) - 1 });
    await handle(handlerOf(what), [recordOf("b", { n: "1", more: { a: 1, b: 1 } })]);
    assert.deepEqual(runs, ["1", "1"]);
  });

  it("works for streams: a duplicate uses up no attempt while the other is processing the event", async () => {
    const source = { kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency: 1 } as const;
    const { runs, what } = noting();
    const handler = deployed(source, () => idempotent(kinesisHandler, what), {}, settings());
    let milliseconds = 30_000;
    const handled = async (...records: ReturnType<typeof streamRecordOf>[]) => {
      let reported: string[] = [];
      await silently(async () => {
        const { batchItemFailures } = await handler({ Records: records }, contextWith(milliseconds));
        reported = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      });
      return reported;
    };
    assert.deepEqual(await handled(streamRecordOf(1, { n: "1" }), streamRecordOf(2, { n: "1" })), []);
    await replace({ status: "INPROGRESS", owner: "another", in_progress_expiration: Date.now() + 60_000 });
    assert.deepEqual(await handled(streamRecordOf(3, { n: "2" }), streamRecordOf(4, { n: "1" })), []);
    assert.deepEqual(runs, ["1", "2"]);
    const other = streamRecordOf(5, { n: "1", more: { x: 1 } });
    assert.deepEqual(await handled(other), []);
    assert.equal(reasonOf().errorType, "IdempotencyValidationError");
    // Left behind by an attempt of this very record, which nobody else runs.
    await replace({ record: other.eventID });
    milliseconds = 2000;
    assert.deepEqual(await handled(other), ["5"]);
  });

  it("works for topics: a duplicate uses up no attempt while the other is processing the event", async () => {
    const source = { kind: "topic", deadLetterQueueUrl: sqs.deadLetterQueueUrl } as const;
    const { runs, what } = noting();
    const handler = deployed(source, () => idempotent(topicHandler, what), {}, settings());
    const handled = (MessageId: string, milliseconds = 30_000) => {
      const Sns = { MessageId, Message: JSON.stringify({ n: "1" }), MessageAttributes: {}, TopicArn: "arn" };
      return silently(() => handler({ Records: [{ Sns }] } as SNSEvent, contextWith(milliseconds)));
    };
    await handled("m-1");
    await handled("m-2");
    await replace({ status: "INPROGRESS", owner: "another", in_progress_expiration: Date.now() + 60_000 });
    await handled("m-3");
    assert.deepEqual([runs, sqs.of("SendMessage")], [["1"], []]);
    // In progress in another invocation of this very message: Lambda tries it again after a minute.
    await replace({ record: "m-3" });
    clock.skipWaits();
    await assert.rejects(handled("m-3"), { name: "IdempotencyAlreadyInProgressError" });
    assert.equal(clock.ahead, 0, "it has not waited");
    // Left behind by a process that died, shortly before the deadline: this may be the last attempt.
    await replace({ record: "m-3", in_progress_expiration: Date.now() + 40_000 });
    await handled("m-3", 60_000);
    assert.deepEqual(runs, ["1", "1"]);
  });

  it("waits in a stream, whose shard is blocked anyway, until the time of the other is over", async () => {
    const source = { kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency: 1 } as const;
    const { runs, what } = noting();
    const handler = deployed(source, () => idempotent(kinesisHandler, what), {}, settings());
    let failures: unknown;
    const handled = (n: number) =>
      silently(async () => {
        const answer = await handler({ Records: [streamRecordOf(n, { n: "1" })] }, contextWith(30_000));
        failures = answer.batchItemFailures;
      });
    await handled(1);
    await replace({ status: "INPROGRESS", owner: "another", in_progress_expiration: Date.now() + 300 });
    await handled(2);
    assert.deepEqual([failures, runs], [[], ["1", "1"]]);
  });

  it("is refused around a batch callback, and without its settings", () => {
    const batch = batchCallback(Job, () => () => undefined);
    assert.throws(() => handlerOf(batch), /one record at a time, and this is a batch callback/);
    const source = { kind: "topic", deadLetterQueueUrl: sqs.deadLetterQueueUrl } as const;
    assert.throws(() => deployed(source, () => idempotent(topicHandler, noting().what)), /has no idempotency settings/);
  });
});
