// The list of those who wait for bounded parallelism: its order, who gives up, and what a long one costs.
import { strict as assert } from "node:assert";
import { setImmediate as turn } from "node:timers/promises";
import { Limit } from "../../../runtime/batch/limit";

describe("a limit of work at a time", () => {
  it("runs those who wait in their order, without those who gave up", async () => {
    const limit = new Limit(2);
    const ran: number[] = [];
    const signals = Array.from({ length: 8 }, () => new AbortController());
    const all = signals.map(({ signal }, index) =>
      limit.run(async () => {
        ran.push(index);
        await turn();
      }, signal),
    );
    for (const index of [0, 2, 3, 7]) signals[index]?.abort(new Error(`gave up ${index}`));
    const outcomes = (await Promise.allSettled(all)).map((each) => each.status === "fulfilled" || each.reason.message);
    assert.deepEqual(ran, [0, 1, 4, 5, 6]);
    assert.deepEqual(outcomes, [true, true, "gave up 2", "gave up 3", true, true, true, "gave up 7"]);
    // All places are free again.
    const again: number[] = [];
    const held = [8, 9, 10].map((index) => limit.run(() => turn(again.push(index))));
    assert.deepEqual(again, [8, 9]);
    await Promise.all(held);
    assert.deepEqual(again, [8, 9, 10]);
  });

  it("takes ten times as long for ten times as many, not a hundred times", async () => {
    /** Microseconds of the processor, the least of three: others may take it from this process meanwhile. */
    const costOf = async (count: number) => {
      const costs: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const limit = new Limit(50);
        const before = process.cpuUsage();
        await Promise.all(Array.from({ length: count }, () => limit.run(() => turn())));
        const { user, system } = process.cpuUsage(before);
        costs.push(user + system);
      }
      return Math.min(...costs);
    };
    await costOf(1000);
    const [few, many] = [await costOf(6000), await costOf(60_000)];
    assert.ok(many < 35 * few, `${few} µs for 6,000, ${many} µs for 60,000`);
  });
});
