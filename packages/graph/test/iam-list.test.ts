import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { evaluateProgram } from "@spillway/graph";
import { QueueConsumer } from "spillway";
import { iamStatements } from "../../tools/generate/iam-statements-page";
import { documented, root } from "../../tools/generate/program";
import { note } from "../support/callbacks";
import { Recorded } from "../support/component-graph";

const listOf = async (run: () => unknown) => iamStatements((await Recorded.of(run)).graph);
const granting = (statement: object) => () => {
  new aws.iam.Role("worker", {
    assumeRolePolicy: JSON.stringify({
      Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } },
    }),
    inlinePolicies: [{ name: "own", policy: JSON.stringify({ Statement: { Effect: "Allow", ...statement } }) }],
  });
};
const queue = "arn:aws:sqs:eu-west-1:000000000000:orders";
const table = "arn:aws:dynamodb:eu-west-1:000000000000:table";

describe("the list of IAM statements", () => {
  it("has each action with its resources, and a reason for each wildcard", async () => {
    const rows = (await listOf(() => new QueueConsumer("notes", { callback: note })))
      .split("\n")
      .map((line) => line.replace(/ +/g, " ").replace(/ \|$/, ""));
    for (const row of [
      "| **function notes** | `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:GetQueueAttributes`, `sqs:ChangeMessageVisibility` | notes queue",
      "| | `sqs:SendMessage` | notes-dead-letters queue",
      "| | `logs:CreateLogStream`, `logs:PutLogEvents` | every log stream of notes log group (1)",
      "| | `xray:PutTraceSegments`, `xray:PutTelemetryRecords` | `*` (2)",
      "| everyone | may not | `sqs:*` | without TLS | notes queue, notes-dead-letters queue",
      "| service lambda.amazonaws.com | may | `sts:AssumeRole` | | notes role",
    ]) {
      assert.ok(rows.includes(row), `${row}\nis not in\n${rows.join("\n")}`);
    }
    assert.ok(rows.some((row) => /^1\. Streams within/.test(row)) && rows.some((row) => /^2\. X-Ray/.test(row)));
  });

  const faults: Readonly<Record<string, object>> = {
    "a wildcard in an action": { Action: "sqs:*", Resource: queue },
    "every action but some": { NotAction: "sqs:SendMessage", Resource: queue },
    "a wildcard in a resource": { Action: "sqs:SendMessage", Resource: `${queue}*` },
    "an action beside those that know no resource": {
      Action: ["xray:PutTraceSegments", "s3:PutObject"],
      Resource: "*",
    },
    "the indexes of all tables": { Action: "dynamodb:Query", Resource: `${table}/*/index/*` },
    "writing to indexes": { Action: "dynamodb:PutItem", Resource: `${table}/orders/index/*` },
  };
  for (const [name, statement] of Object.entries(faults)) {
    it(`is refused for ${name}`, async () => {
      await assert.rejects(
        listOf(granting(statement)),
        /^Error: Statements that nothing explains:\n- role worker: .* on /,
      );
    });
  }

  it("is refused for a managed policy, and for a resource that admits every action", async () => {
    await assert.rejects(
      listOf(() => {
        new aws.iam.Role("worker", {
          assumeRolePolicy: JSON.stringify({ Statement: [] }),
          managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
        });
      }),
      /- role worker: everything in on managed policy AdministratorAccess;/,
    );
    await assert.rejects(
      listOf(() => {
        const { url } = new aws.sqs.Queue("open");
        const statement = { Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: queue };
        new aws.sqs.QueuePolicy("open", { queueUrl: url, policy: JSON.stringify({ Statement: [statement] }) });
      }),
      /- open queue: everyone may sqs:\* on /,
    );
  });

  it("holds for the pipeline with the endpoint's log, too", async () => {
    const config = { ...documented.config, "spillway:apiGatewayLogging": "create" };
    const graph = await evaluateProgram({ program: `${root}/index.ts`, stack: documented.stack, config });
    assert.match(iamStatements(graph), /\*\*endpoint api-logging\*\* *\| `logs:CreateLogGroup`.* \| `\*` \(\d\)/);
  });
});
