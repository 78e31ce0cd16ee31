// The programs that people copy export all their dead letters, so that their first start warns of nothing.
import { strict as assert } from "node:assert";
import { globSync } from "node:fs";
import * as path from "node:path";
import { deadLettersIn, notExported } from "@spillway/graph/read/dead-letters";
import { evaluateHere } from "./support/evaluate-here";
import { root } from "./support/packed";
import { pipelineGraph } from "./support/pipeline-graph";

describe("the dead letters of all components", () => {
  const programs = globSync("{templates,examples}/*/index.ts", { cwd: root }).sort();
  it("are exported by the pipeline", async () => {
    const graph = await pipelineGraph();
    assert.equal(deadLettersIn(graph).length, 9);
    assert.deepEqual(notExported(graph), []);
  });

  it("are those of the programs to copy", () => assert.ok(programs.length >= 6));

  for (const program of programs) {
    it(`are exported by ${program}`, async () => {
      // A template has no name yet.
      const graph = await evaluateHere({ program: path.join(root, program), stack: "dev", project: "shop" });
      assert.ok(deadLettersIn(graph).length > 0);
      assert.deepEqual(notExported(graph), []);
    });
  }
});
