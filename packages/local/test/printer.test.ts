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

  it("fits into 40 lines together with what else the start has to say", () => {
    // A second call is one more line.
    const [api, stage] = ["restApi:RestApi", "stage:Stage"].map((type) =>
      graph.resources.find((each) => each.type === `aws:apigateway/${type}`),
    );
    assert.ok(api && stage);
    const id = "another";
    const another = [
      { ...api, id },
      { ...stage, inputs: { ...stage.inputs, restApi: id } },
    ];
    const largest = { ...graph, resources: [...graph.resources, ...another] };
    for (let beside = 0; beside <= 8; beside += 1) {
      const text = describeRun({
        graph: largest,
        address: "http://127.0.0.1:4566",
        readyMs: 1,
        verbose: false,
        beside,
      });
      const all = text.split("\n").length + beside;
      assert.ok(all <= 40, `${all} lines, of which ${beside} are others`);
      assert.equal(text.match(/^ {2}curl /gm)?.length, 2);
      assert.ok(text.includes("├─ spillway:index:QueueConsumer "), "of the resources, some are left");
    }
  });

  it("has every resource and every output with --verbose", () => {
    const text = lines(true).join("\n");
    for (const { name } of graph.resources) assert.ok(text.includes(name), name);
    for (const name of Object.keys(graph.outputs)) assert.ok(text.includes(`    ${name}: `), name);
  });
});
