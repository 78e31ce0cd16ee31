// The event source mapping of a stream over its life: paused, ended, started again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { createCheckpointStore } from "../../../lambda/mapping/checkpoint-store";
import { until } from "../../support/lambda";
import { lostQueueArn, type StreamSetup, setUpStream, throwing } from "../../support/stream-mapping";

describe("a stream's event source mapping, from start to end", () => {
  let run: StreamSetup;
  afterEach(() => run.close());
  const put = (...data: readonly string[]) => data.map((each) => run.services.put("k", each));

  it("stays disabled where the program disables it", () => {
    run = setUpStream({ handler: () => {}, mapping: { enabled: false } });
    assert.equal(run.start().state, "Disabled");
    assert.deepEqual(run.services.asked, []);
  });

  it("continues after a pause at the same position, with the same retries, and repeats nothing", async () => {
    run = setUpStream({
      handler: throwing("b"),
      mapping: { batchSize: 1 },
      stream: { maximumRetryAttempts: 3, onFailure: lostQueueArn },
    });
    put("a", "b", "c");
    const mapping = run.start();
    await until("it has failed", () => run.reports.length === 2);
    await run.clock.pass(150);
    await until("it has failed twice", () => run.reports.length === 3);
    await mapping.pause();
    assert.equal(mapping.state, "Disabled");
    await run.clock.pass(60_000);
    assert.equal(run.reports.length, 3);
    run.services.expireIterators();
    put("d");
    mapping.resume();
    assert.equal(mapping.state, "Enabled");
    await until("it tries again", () => run.reports.length === 4);
    await run.clock.pass(60_000);
    await until("all are done", () => run.batches.flat().includes("d"));
    assert.deepEqual(run.batches.flat(), ["a", "b", "b", "b", "b", "c", "d"]);
    assert.equal(run.services.sent.length, 1);
  });

  it("waits at its end for running batches, and starts no more", async () => {
    let end: () => void = () => {};
    run = setUpStream({
      handler: () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
      mapping: { batchSize: 1 },
    });
    put("a", "b");
    const mapping = run.start();
    await until("it runs", () => run.batches.length === 1);
    const closed = mapping.close(60_000);
    end();
    await closed;
    assert.equal(run.reports.length, 1);
    put("c");
    await run.clock.pass(60_000);
    assert.deepEqual(run.batches, [["a"]]);
  });

  it("interrupts at its end a batch that runs too long, which counts as not run", async () => {
    const checkpoints = new Map<string, string>();
    run = setUpStream({
      handler: ({ Records }, { signal }) =>
        Records[0]?.kinesis.partitionKey === "slow"
          ? new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("killed"))))
          : undefined,
      mapping: { batchSize: 1 },
      stream: { maximumRetryAttempts: 0, onFailure: lostQueueArn },
      checkpoints: { get: (shard) => checkpoints.get(shard), set: (shard, at) => checkpoints.set(shard, at) },
    });
    const [first] = put("a");
    run.services.put("slow", "b");
    const mapping = run.start();
    await until("it runs", () => run.batches.length === 2);
    await mapping.close(20);
    assert.equal(run.reports.length, 1);
    assert.deepEqual(run.services.sent, []);
    assert.equal(checkpoints.get("shardId-0"), first);
  });

  it("continues in another run after the last record up to which all records are done", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-test-"));
    const file = path.join(folder, "checkpoints.json");
    const definition = { uuid: "m-1", eventSourceArn: "arn" } as Parameters<
      ReturnType<typeof createCheckpointStore>["of"]
    >[0];
    try {
      for (const [fails, expected] of [
        ["b", [["a"], ["b"]]],
        ["none", [["b"], ["c"]]],
      ] as const) {
        const store = createCheckpointStore(file);
        run = setUpStream({
          handler: throwing(fails),
          mapping: { batchSize: 1 },
          checkpoints: store.of(definition),
        });
        put("a", "b", "c");
        run.start();
        await until("it is so far", () => run.batches.length === 2);
        await run.close();
        store.close();
        assert.deepEqual(run.batches, expected);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("continues after a record that it has given up only when its destination is notified", async () => {
    const checkpoints: string[] = [];
    run = setUpStream({
      handler: throwing("a"),
      stream: { maximumRetryAttempts: 0, onFailure: lostQueueArn },
      checkpoints: { get: () => undefined, set: (_shard, at) => checkpoints.push(at) },
    });
    run.services.refuse = (action) => {
      if (action === "SendMessage") throw new Error("down");
    };
    const [first] = put("a");
    const mapping = run.start();
    await until("it cannot be told", () => run.problems.length === 1);
    assert.deepEqual(checkpoints, []);
    await mapping.pause();
    run.services.refuse = () => {};
    mapping.resume();
    await until("it is told", () => run.services.sent.length === 1);
    assert.deepEqual(checkpoints, [first]);
    assert.deepEqual(run.batches, [["a"]]);
  });
});
