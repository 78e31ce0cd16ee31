// The consumer of a stream behind its event source mapping: what happens where permanent and transient failures meet in
// a batch.
import assert from "node:assert/strict";
import { callback, PermanentError } from "spillway/callback";
import * as v from "valibot";
import { contextWith, deployed, FakeSqs, silently } from "../../../../../test/support/fake-sqs";
import { kinesisHandler } from "../../../../../test/support/internals";
import { until } from "../../support/lambda";
import { lostQueueArn, type StreamSetup, setUpStream } from "../../support/stream-mapping";

const Job = v.object({ n: v.number(), does: v.picklist(["work", "wait", "refuse"]) });

describe("the consumer of a stream behind its mapping", () => {
  let sqs: FakeSqs;
  let run: StreamSetup;
  beforeEach(async () => {
    sqs = await FakeSqs.start();
  });
  afterEach(async () => {
    await run.close();
    await sqs.stop();
  });

  for (const bisectBatchOnFunctionError of [true, false]) {
    for (const attempts of [1, 2, 9]) {
      const how = bisectBatchOnFunctionError ? "with bisecting" : "without bisecting";
      it(`dead-letters a poison record once after a transient one that fails ${attempts} times, ${how}`, async () => {
        const runs = new Map<number, number>();
        const work = callback(Job, () => ({ n, does }) => {
          runs.set(n, (runs.get(n) ?? 0) + 1);
          if (does === "refuse") throw new PermanentError("never");
          if (does === "wait" && (runs.get(n) ?? 0) <= attempts) throw new Error("not yet");
        });
        await silently(async () => {
          const source = { kind: "stream", deadLetterQueueUrl: sqs.deadLetterQueueUrl, concurrency: 10 } as const;
          const handler = deployed(source, () => kinesisHandler(work));
          run = setUpStream({
            handler: (event) => handler(event as unknown as Parameters<typeof handler>[0], contextWith(30_000)),
            stream: { bisectBatchOnFunctionError, maximumRetryAttempts: 10, onFailure: lostQueueArn },
          });
          const does = ["work", "wait", "work", "refuse", "work", "refuse", "work"];
          for (const [n, each] of does.entries()) run.services.put(`k-${n}`, JSON.stringify({ n, does: each }));
          run.start();
          await until("all are done", async () => {
            await run.clock.pass(10_000);
            return runs.has(6) && sqs.of("SendMessage").length >= 2;
          });
          await run.clock.pass(600_000);
        });
        const letters = sqs
          .of("SendMessage")
          .map(({ input }) => JSON.parse(Buffer.from(input.MessageBody ?? "", "base64").toString()).n);
        assert.deepEqual(letters.sort(), [3, 5]);
        assert.equal(runs.get(1), attempts + 1);
        assert.deepEqual(run.services.sent, []);
        assert.deepEqual(run.problems, []);
      });
    }
  }
});
