import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { QueueConsumer } from "spillway";
import { note } from "../../../test/support/callbacks";
import { Recorded } from "../../../test/support/component-graph";
import { iamList } from "../read/iam-list";

const listOf = async (run: () => unknown) => iamList((await Recorded.of(run)).graph);
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
    const rows = (await listOf(() => new QueueConsumer("notes", { callback: note }))).markdown
      .split("\n")
      .map((line) => line.replace(/ +/g, " ").replace(/ \|$/, ""));
    for (const row of [
      "| **function notes** | `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:GetQueueAttributes`, " +
        "`sqs:ChangeMessageVisibility` | notes queue",
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
    it(`reports and marks ${name}`, async () => {
      const { markdown, unexplained } = await listOf(granting(statement));
      assert.equal(unexplained.length, 1);
      assert.match(unexplained[0] ?? "", /^role worker: .* on .*; name the resource and each action\.$/);
      assert.equal(markdown.split("**(unexplained wildcard)**").length, 2);
    });
  }

  it("reports a managed policy, and a resource that allows every action", async () => {
    const managed = await listOf(() => {
      new aws.iam.Role("worker", {
        assumeRolePolicy: JSON.stringify({ Statement: [] }),
        managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      });
    });
    assert.deepEqual(managed.unexplained, [
      "role worker: everything in on managed policy AdministratorAccess; name the resource and each action.",
    ]);
    const open = await listOf(() => {
      const { url } = new aws.sqs.Queue("open");
      const statement = { Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: queue };
      new aws.sqs.QueuePolicy("open", { queueUrl: url, policy: JSON.stringify({ Statement: [statement] }) });
    });
    assert.match(open.unexplained.join(), /^open queue: everyone may sqs:\* on .*; name each\.$/);
    assert.match(open.markdown, /`sqs:\*` \*\*\(unexplained wildcard\)\*\*/);
  });

  it("has no section of reasons where no wildcard needs one", async () => {
    const { markdown, unexplained } = await listOf(granting({ Action: "sqs:SendMessage", Resource: queue }));
    assert.deepEqual(unexplained, []);
    assert.doesNotMatch(markdown, /Wildcards/);
  });
});
