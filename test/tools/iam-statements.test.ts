import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { evaluateProgram } from "@spillway/graph";
import { explainedList } from "../../tools/generate/iam-statements";
import { documented, root } from "../../tools/generate/program";
import { Recorded } from "../support/component-graph";

describe("the list of IAM statements in docs/security.md", () => {
  it("holds for the pipeline with the endpoint's log, too", async () => {
    const config = { ...documented.config, "spillway:apiGatewayLogging": "create" };
    const graph = await evaluateProgram({ program: `${root}/index.ts`, stack: documented.stack, config });
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
