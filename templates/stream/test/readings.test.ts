// Runs the whole program on this machine, and puts readings into its stream.
import { strict as assert } from "node:assert";
import { after, before, describe, it } from "node:test";
import { startLocal, type TestRun } from "spillway/testing";
import type { Consumers } from "../index";

describe("the readings stream", () => {
  let run: TestRun<Consumers>;
  before(async () => {
    run = await startLocal<Consumers>();
  });
  after(() => run?.stop());

  it("keeps the latest reading of a sensor, whatever comes later", async () => {
    for (const [at, celsius] of [
      [1000, 20],
      [3000, 22],
      [2000, 21],
    ] as const) {
      await run.put("readings", { sensorId: "s-1", celsius, at }, { partitionKey: "s-1" });
    }
    await run.settled();
    assert.deepEqual(await run.table("sensors").items(), [{ sensorId: "s-1", celsius: 22, at: 3000 }]);
  });

  it("gives up a reading that cannot be true, with its reason", async () => {
    // The schema refuses it, so it is put unchecked.
    const cold = { sensorId: "s-2", celsius: -300, at: 1000 };
    await run.put("readings", cold, { partitionKey: "s-2", unchecked: true });
    await run.settled();
    const [letter, ...others] = await run.deadLetters("readings");
    assert.equal(others.length, 0);
    assert.equal(letter?.reason?.errorType, "InvalidEvent");
    assert.equal(await run.table("sensors").get({ sensorId: "s-2" }), undefined);
  });
});
