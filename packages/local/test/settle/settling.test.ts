// When time is skipped, and what a test learns while it waits for a program that does not settle soon.
import { strict as assert } from "node:assert";
import type { Mapping } from "../../lambda/mapping/mapping";
import { createSkippingClock } from "../../service/skipping-clock";
import { RequestsUnderWay } from "../../settle/requests";
import { Settling, type SettlingSettings } from "../../settle/settling";

/** A pool in which a function begins in that turn of the event loop, and ends a few turns later. */
class BusyPool {
  readonly invocations = new Map<string, number>();
  active = 0;
  #turns = 0;

  constructor(readonly first: number) {
    setImmediate(() => this.#next());
  }

  longerThan(milliseconds: number) {
    return milliseconds === 4000 && this.active > 0 ? [{ functionName: "slow-05b5b25", timeout: 30 }] : [];
  }

  #next(): void {
    this.#turns += 1;
    const over = this.first + 5;
    this.active = this.#turns >= this.first && this.#turns < over ? 1 : 0;
    if (this.#turns < over) setImmediate(() => this.#next());
  }
}

function settlingWith(pool: BusyPool, settings: Partial<SettlingSettings>): Settling {
  const region = "eu-west-1";
  return new Settling({
    clock: createSkippingClock(),
    requests: new RequestsUnderWay(),
    lambda: { pool, registry: { mappings: new Map() } },
    sizeOf: () => 0,
    graph: { project: "p", stack: "dev", region, accountId: "", preview: false, resources: [], outputs: {} },
    ...settings,
  });
}

describe("a test that waits for its program", () => {
  it("skips no time in which a function runs, whenever it begins", async () => {
    for (let turn = 1; turn <= 15; turn += 1) {
      const clock = createSkippingClock();
      const pool = new BusyPool(turn);
      let active: number | undefined;
      clock.after(60_000, () => {
        active = pool.active;
      });
      await settlingWith(pool, { clock }).settle();
      assert.equal(active, 0, `turn ${turn}`);
    }
  });

  it("waits for what a function writes into a stream that has been read already", async () => {
    const pool = { invocations: new Map([["chained", 0]]), active: 0, longerThan: () => [] };
    let records = 1;
    let done = 0;
    // Each record is found by the next reading only, and its function writes another one.
    const refresh = async () => {
      if (records === 0) return;
      records -= 1;
      pool.active = 1;
      pool.invocations.set("chained", (pool.invocations.get("chained") ?? 0) + 1);
      setTimeout(() => {
        done += 1;
        if (done < 4) records += 1;
        pool.active = 0;
      }, 2);
    };
    const definition = {
      eventSourceArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/s",
      functionName: "f",
    };
    const mapping = { state: "Enabled", pending: 0, refresh, definition } as Partial<Mapping> as Mapping;
    const registry = { mappings: new Map([["1", { mapping, modifiedAt: 0 }]]) };
    await settlingWith(new BusyPool(1), { lambda: { pool, registry } }).settle();
    assert.deepEqual([done, records], [4, 0]);
  });

  it("is told once which function has run for long, and with which timeout", async () => {
    const lines: string[] = [];
    await settlingWith(new BusyPool(1), { say: (line) => lines.push(line) }).settle();
    assert.deepEqual(lines, ['The test waits for "slow-05b5b25", which has run for 4 s. Its timeout is 30 s.']);
  });
});
