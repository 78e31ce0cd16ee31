// What a test learns while it waits for a program that does not settle soon.
import { strict as assert } from "node:assert";
import { createSkippingClock } from "../../service/skipping-clock";
import { RequestsUnderWay } from "../../settle/requests";
import { Settling } from "../../settle/settling";

describe("a test that waits for its program", () => {
  it("is told once which function has run for long, and with which timeout", async () => {
    const lines: string[] = [];
    const region = "eu-west-1";
    let looks = 0;
    const settling = new Settling({
      clock: createSkippingClock(),
      requests: new RequestsUnderWay(),
      lambda: {
        // The function runs for ten looks.
        pool: {
          invocations: new Map(),
          get active() {
            looks += 1;
            return looks <= 10 ? 1 : 0;
          },
          longerThan: (milliseconds) =>
            milliseconds === 4000 && looks > 2 && looks <= 10 ? [{ functionName: "slow-05b5b25", timeout: 30 }] : [],
        },
        registry: { mappings: new Map() },
      },
      sizeOf: () => 0,
      graph: { project: "p", stack: "dev", region, accountId: "", preview: false, resources: [], outputs: {} },
      say: (line) => lines.push(line),
    });
    await settling.settle();
    assert.deepEqual(lines, ['The test waits for "slow-05b5b25", which has run for 4 s. Its timeout is 30 s.']);
  });
});
