// This repository's program in Pulumi's own language host, which compiles it and the components from their sources.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { runInLanguageHost } from "./support/engine";
import { pipelineGraph } from "./support/pipeline-graph";

const root = path.resolve(__dirname, "..");

describe("the program in Pulumi's language host", () => {
  it("registers the same resources, without a build, as an evaluation here", async () => {
    const byUrn = ({ resources }: Graph) => new Map(resources.map((each) => [each.urn, each]));
    const { graph } = await runInLanguageHost({ root, stack: "dev" });
    const evaluated = await pipelineGraph();
    assert.deepEqual(byUrn(graph), byUrn(evaluated));
    assert.deepEqual(graph.outputs, evaluated.outputs);
  });
});
