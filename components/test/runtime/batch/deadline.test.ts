// What the consumer of a queue does when the function's timeout comes near, and how it settles what has failed.
import { strict as assert } from "node:assert";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import * as v from "valibot";
import { contextWith, type FakeSqs, recordOf, silently } from "../../../../test/support/fake-sqs";
import { type AnyCallback, type BatchRecord, batchCallback, callback } from "../../../runtime/callback/callback";
import type { ForwardClock } from "../../support/forward-clock";
import { withQueueServer } from "../../support/queue-server";

const Job = v.object({ n: v.number() });

interface Line {
  readonly id: string;
  readonly outcome: string;
}

describe("the consumer of a queue near its timeout", () => {
  let sqs: FakeSqs;
  let clock: ForwardClock;
  const now = Date.now;
  withQueueServer((server, forward) => {
    sqs = server;
    clock = forward;
  });

  const run = async (
    what: AnyCallback,
    records: readonly SQSRecord[],
    options: { milliseconds: number; concurrency?: number; fifo?: boolean; maxReceiveCount?: number },
  ) => {
    let response: SQSBatchResponse | undefined;
    const lines = await silently(async () => {
      response = await sqs.handler(what, options)({ Records: [...records] }, contextWith(options.milliseconds));
    });
    const batch = lines.find(({ message }) => message === "batch");
    return {
      reported: response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort() ?? [],
      failures: (batch?.failures ?? []) as readonly Line[],
      counts: batch?.batch as Readonly<Record<string, number>>,
    };
  };
  const hangs = (_: unknown, { deadline }: { readonly deadline: number }) => clock.overrun(deadline);
  const allHang = ([first]: readonly BatchRecord<unknown>[]) => clock.overrun(first?.context.deadline ?? assert.fail());
  const recordsOf = (count: number) => Array.from({ length: count }, (_, n) => recordOf(`m${n}`, { n }));
  const stored = () => sqs.of("SendMessage").map(({ input }) => input.MessageBody ?? "");

  it("keeps what a batch callback has done while its dead letters are stored past the deadline", async () => {
    let late: () => void = () => {};
    const past = new Promise<void>((resolve) => {
      late = resolve;
    });
    sqs.hold = ({ action }) => (action === "SendMessage" ? past : undefined);
    const good = recordsOf(15);
    const bad = Array.from({ length: 15 }, (_, n) => recordOf(`bad${n}`, `no job ${n}`));
    const { reported, failures, counts } = await run(
      batchCallback(Job, () => async (given) => {
        // When it has returned, and its dead letters are on their way.
        setImmediate(() => {
          clock.forwardTo(given[0]?.context.deadline ?? 0);
          late();
        });
        return undefined;
      }),
      [...bad, ...good],
      { milliseconds: 60_000 },
    );
    assert.deepEqual(
      reported.filter((id) => !id.startsWith("bad")),
      [],
      "what the callback has handled is done",
    );
    assert.deepEqual(failures.map(({ id }) => id).sort(), bad.map(({ messageId }) => messageId).sort());
    assert.equal(counts.succeeded, 15);
  });

  it("starts nothing after the deadline by the clock, even if a callback's computation has blocked every timer", async () => {
    const started: number[] = [];
    const computes = ({ n }: { n: number }) => {
      started.push(n);
      Date.now = () => now() + 60_000;
    };
    for (const what of [callback(Job, () => computes), callback(Job, () => async (job) => computes(job))]) {
      started.length = 0;
      const { reported, counts } = await run(what, recordsOf(5), { milliseconds: 30_000, concurrency: 1 });
      Date.now = now;
      assert.deepEqual(started, [0]);
      assert.deepEqual(reported, ["m1", "m2", "m3", "m4"]);
      assert.deepEqual([counts.succeeded, counts.handedBack], [1, 4], "what has finished is done");
    }
  });

  it("does not call a batch callback when checking its records has taken all the time, and returns them", async () => {
    let called = 0;
    for (const slow of [0, 2]) {
      const slowly = v.pipe(
        Job,
        v.check(({ n }) => {
          if (n === slow) Date.now = () => now() + 60_000;
          return true;
        }),
      );
      const { reported, counts } = await run(
        batchCallback(slowly, () => () => {
          called += 1;
          return undefined;
        }),
        recordsOf(3),
        { milliseconds: 30_000 },
      );
      Date.now = now;
      assert.equal(called, 0);
      assert.deepEqual(reported, ["m0", "m1", "m2"]);
      assert.equal(counts.handedBack, 3);
    }
  });

  const declines = () => {
    throw Object.assign(new Error("no"), { permanent: true });
  };
  for (const [kind, what] of [
    ["callbacks that have failed for good", callback(Job, () => declines)],
    ["a batch callback that has failed for good", batchCallback(Job, () => declines)],
    ["callbacks that hang", callback(Job, () => hangs)],
    ["a batch callback that hangs", batchCallback(Job, () => allHang)],
  ] as const) {
    it(`stores the dead letters of ${kind} in parallel, ten at a time`, async () => {
      const records = recordsOf(25);
      // By body: on a slow machine a second try may be there before the first is answered.
      const [begun, open] = [new Set<string | undefined>(), new Set<string | undefined>()];
      let most = 0;
      let full: (() => void)[] = [];
      sqs.hold = async ({ action, input }) => {
        if (action !== "SendMessage") return;
        begun.add(input.MessageBody);
        open.add(input.MessageBody);
        most = Math.max(most, open.size);
        // They are answered together: once as many are open as may be, and an eleventh has had time to come.
        const held = new Promise<void>((resolve) => full.push(resolve));
        if (open.size === 10 || begun.size === records.length) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          for (const answer of full) answer();
          full = [];
        }
        await held;
        open.delete(input.MessageBody);
      };
      const { failures } = await run(what, records, { milliseconds: 60_000, concurrency: 25, maxReceiveCount: 1 });
      assert.equal(most, 10);
      assert.deepEqual(failures.map(({ id }) => id).sort(), records.map(({ messageId }) => messageId).sort());
    });
  }

  it("answers although no dead letter can be stored in time, starts no more of them, and reports every record", async () => {
    const milliseconds = 60_000;
    const ends = Date.now() + milliseconds;
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    sqs.hold = ({ action }) => {
      if (action !== "SendMessage") return undefined;
      // Ten are on their way, and an eleventh has had time to come: the time for them passes.
      if (new Set(stored()).size === 10) setTimeout(() => clock.forwardTo(ends - 1500), 50);
      return released;
    };
    sqs.answer = ({ action }) =>
      action === "SendMessage" ? { status: 503, body: { __type: "ServiceUnavailable" } } : undefined;
    const records = recordsOf(40);
    const { reported, counts } = await run(
      batchCallback(Job, () => allHang),
      records,
      { milliseconds, maxReceiveCount: 1 },
    );
    assert.ok(Date.now() < ends, "the answer comes before Lambda ends the process");
    assert.deepEqual(reported, records.map(({ messageId }) => messageId).sort());
    assert.equal(counts.retried, 40);
    const { length } = stored();
    assert.equal(new Set(stored()).size, 10, "none is begun when the time for it is over");
    release();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(stored().length, length, "nothing is sent after the answer");
  });

  it("gives the later records of a group the result of the first one, even if that settles after the deadline", async () => {
    let deadline = 0;
    sqs.hold = async ({ action }) => {
      if (action === "SendMessage") clock.forwardTo(deadline + 1);
    };
    sqs.answer = ({ action }) =>
      action === "SendMessage" ? { status: 403, body: { __type: "AccessDenied" } } : undefined;
    const { reported } = await run(
      callback(Job, () => (_, context) => {
        deadline = context.deadline;
        throw Object.assign(new Error("no"), { permanent: true });
      }),
      ["a1", "a2", "a3"].map((id) => recordOf(id, { n: 1 }, { group: "a" })),
      { milliseconds: 60_000, fifo: true },
    );
    assert.deepEqual(reported, ["a1", "a2", "a3"]);
    const delays = sqs
      .of("ChangeMessageVisibilityBatch")
      .flatMap(({ input }) => (input.Entries ?? []).map(({ VisibilityTimeout }) => VisibilityTimeout));
    assert.equal(delays.length, 3);
    assert.equal(new Set(delays).size, 1, "one delay for the whole group");
    assert.ok((delays[0] ?? 0) >= 1);
  });
});
