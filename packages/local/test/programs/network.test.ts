import { strict as assert } from "node:assert";
import * as path from "node:path";
import { Run } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

describe("a network of the program, on this machine", () => {
  it("has no effect, and the run reports so once", async () => {
    const said: string[] = [];
    const program = path.join(__dirname, "..", "fixtures", "network.ts");
    const run = await Run.start({ program, say: (line) => void said.push(line) });
    try {
      await run.send("jobsUrl", { id: "j-1" });
      await until(async () => (await run.items("keptTable")).length === 1);
      assert.deepEqual(
        said.filter((line) => line.includes("network")),
        ['The network "network" has no effect here: functions reach the local servers directly.'],
      );
    } finally {
      await run.stop();
    }
  });
});
