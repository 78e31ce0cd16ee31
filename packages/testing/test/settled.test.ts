// A program settles after everything that it waits for, and no test waits for that.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "./fixtures/waiting";

const program = path.join(__dirname, "fixtures", "waiting");

describe("a program under test", () => {
  let run: TestRun<Consumers>;
  before(async () => {
    // Not every dead letter is read here, and the end takes no notice of that.
    run = await startLocal<Consumers>({ program, failOnDeadLetters: false });
  });
  after(() => run?.stop());
  const done = (id: string) => run.table("done").get({ id });

  it("settles after the back-off of four failed attempts", async () => {
    await run.send("retried", { id: "fifth", failures: 4 });
    await run.settled();
    assert.equal((await done("fifth"))?.attempts, 5);
  });

  it("settles after a dead letter of five attempts, which tells its event, its reason and its flow", async () => {
    const flow = await run.send("retried", { id: "never", failures: 99 });
    await run.settled();
    const [letter, ...others] = await run.deadLetters("retried");
    assert.equal(others.length, 0);
    const { errorType, errorMessage, attempts, correlationId } = letter?.reason ?? {};
    assert.deepEqual(
      { errorType, errorMessage, attempts, correlationId },
      { errorType: "Error", errorMessage: "attempt 5 of never fails", attempts: 5, correlationId: flow },
    );
    assert.deepEqual(letter?.event, { id: "never", failures: 99 });
    assert.match(letter?.reason.stack ?? "", /callbacks\.ts/);
  });

  it("settles after a crash at each attempt, whose message SQS has moved", async () => {
    await run.send("crashing", { id: "crash" });
    await run.settled();
    const letters = await run.deadLetters("crashing");
    assert.deepEqual(
      letters.map(({ event, reason }) => [event, reason.errorType]),
      [[{ id: "crash" }, "MovedBySQS"]],
    );
  });

  it("settles after the delay of a message and after a batching window", async () => {
    await run.send("retried", { id: "delayed" }, { delaySeconds: 900 });
    await run.send("batched", { id: "one of a batch" });
    await run.send("batched", { id: "another of a batch" });
    await run.settled();
    for (const id of ["delayed", "one of a batch", "another of a batch"])
      assert.equal((await done(id))?.attempts, 1, id);
  });

  it("keeps the order of a FIFO queue while its first message is tried again", async () => {
    await run.send("ordered", { id: "first", failures: 2 });
    await run.send("ordered", { id: "second" });
    await run.send("ordered", "not read by this test", { unchecked: true, messageGroupId: "other" });
    await run.settled();
    const [first, second] = [await done("first"), await done("second")];
    assert.deepEqual([first?.attempts, second?.attempts], [3, 1]);
    assert.ok(String(first?.at) <= String(second?.at));
  });

  it("settles after the retries of a topic's function, and after the changes of a table", async () => {
    await run.publish("asked", "job.asked", { id: "announced", failures: 2 });
    await run.settled();
    assert.equal((await done("announced"))?.attempts, 3);
    assert.notEqual(await done("after announced"), undefined);
  });

  it("settles after a tumbling window of a stream", async () => {
    for (const id of ["a", "b", "c"]) await run.put("counted", { id });
    await run.settled();
    const windows = (await run.table("done").items()).filter(({ id }) => String(id).startsWith("window"));
    assert.equal(
      windows.reduce((sum, { count }) => sum + Number(count), 0),
      3,
    );
  });

  it("lets functions see the time pass that is skipped", async () => {
    await run.send("retried", { id: "today" });
    await run.settled();
    await run.advance({ days: 2, hours: 1 });
    await run.send("retried", { id: "later" });
    await run.settled();
    const [today, later] = await Promise.all(
      ["today", "later"].map(async (id) => Date.parse(String((await done(id))?.at))),
    );
    assert.ok(Number(later) - Number(today) >= 49 * 3_600_000);
  });

  it("lets no time pass if nothing waits", async () => {
    const before = Date.now();
    for (const id of ["at once", "at once, too"]) {
      await run.send("retried", { id });
      await run.settled();
    }
    const [first, second] = await Promise.all(
      ["at once", "at once, too"].map(async (id) => Date.parse(String((await done(id))?.at))),
    );
    assert.ok(Number(second) - Number(first) <= Date.now() - before, `${second} is too long after ${first}`);
  });

  it("does not let more time pass than it was told to", async () => {
    await run.send("retried", { id: "in ten minutes" }, { delaySeconds: 600 });
    await run.advance({ minutes: 9 });
    assert.equal(await done("in ten minutes"), undefined);
    await run.advance({ minutes: 2 });
    assert.equal((await done("in ten minutes"))?.attempts, 1);
  });

  it("skips no time in which a function runs, also if a test waits for several things at once", async () => {
    const ids = ["once", "once more", "and again"];
    for (const [index, id] of ids.entries()) await run.send("retried", { id }, { delaySeconds: 300 * (index + 1) });
    await Promise.all([run.advance({ hours: 1 }), run.settled(), run.settled()]);
    assert.deepEqual(await Promise.all(ids.map(async (id) => (await done(id))?.attempts)), [1, 1, 1]);
  });

  it("runs a schedule when a test says so, and never by itself", async () => {
    await run.advance({ hours: 1 });
    assert.equal(await done("nightly"), undefined);
    await run.tick("nightly");
    await run.settled();
    assert.equal((await done("nightly"))?.attempts, 1);
  });

  it("says what still moves in a program that never settles", async () => {
    await run.publish("turns", "turn", { id: "round" });
    await assert.rejects(run.settled({ invocations: 20 }), (error: Error) => {
      assert.match(error.message, /^The program does not settle/);
      assert.match(error.message, /Meanwhile "looping" ran \d+ times\./);
      assert.match(error.message, /A callback that causes itself again never settles/);
      assert.match(error.stack ?? "", /settled\.test\.ts/);
      return true;
    });
  });

  it("does not settle by being stopped", async () => {
    await run.publish("turns", "turn", { id: "round" });
    const settled = assert.rejects(
      run.settled({ invocations: 1_000_000 }),
      /^Error: The local run (was stopped|has ended)/,
    );
    await run.stop();
    await settled;
  });
});
