import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { explainedList } from "../../tools/generate/iam-statements";
import { documented } from "../../tools/generate/program";
import { Recorded } from "../support/component-graph";
import { pipelineGraph } from "../support/pipeline-graph";

describe("the list of IAM statements in docs/security.md", () => {
  it("is correct for the pipeline with the endpoint's log, too", async () => {
    const config = { ...documented.config, "spillway:apiGatewayLogging": "create" };
    const graph = await pipelineGraph({ stack: documented.stack, config });
    assert.match(explainedList(graph), /\*\*endpoint api-logging\*\* *\| `logs:CreateLogGroup`.* \| `\*` \(\d\)/);
  });

  it("is refused for a wildcard that no reason explains", async () => {
    const { graph } = await Recorded.of(() => {
      new aws.iam.Role("worker", {
        assumeRolePolicy: JSON.stringify({ Statement: [] }),
        managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      });
    });
    assert.throws(
      () => explainedList(graph),
      /^Error: Statements that nothing explains; .*\n- role worker: everything in on managed policy AdministratorAccess;/,
    );
  });
});
