import { strict as assert } from "node:assert";
import type { Graph } from "@spillway/graph";
import { pipelineGraph } from "../../../test/support/pipeline-graph";
import { describeRun } from "../printer";

describe("what spillway start prints when it is ready", () => {
  let graph: Graph;
  before(async () => {
    graph = await pipelineGraph({ address: "http://127.0.0.1:4566" });
  });
  const lines = (verbose: boolean) =>
    describeRun({ graph, address: "http://127.0.0.1:4566", readyMs: 1, verbose }).split("\n");

  it("fits into 40 lines, and says how to see the rest", () => {
    const printed = lines(false);
    assert.ok(printed.length <= 40, `${printed.length} lines`);
    assert.ok(printed.includes(`    apiUrl: "${graph.outputs.apiUrl}"`));
    assert.ok(printed.some((line) => line.startsWith("  curl -X POST ")));
    assert.equal(
      printed.at(-1),
      `Ctrl-C stops it. All ${graph.resources.length} resources and every output: --verbose.`,
    );
  });

  it("has every resource and every output with --verbose", () => {
    const text = lines(true).join("\n");
    for (const { name } of graph.resources) assert.ok(text.includes(name), name);
    for (const name of Object.keys(graph.outputs)) assert.ok(text.includes(`    ${name}: `), name);
  });
});
