// What schedules and rules deliver is judged by the program's own policies: the schedule's role, and the queue's policy
// for a rule.
import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { recordProgram } from "@spillway/graph/record";
import { withoutEffect } from "../../without-effect";
import { judgedBy } from "../support/judged-by";
import { type Deliveries, startDeliveries } from "../support/scheduler";
import { type ManualClock, manualClock, region, user } from "../support/sqs";

describe("the permissions to deliver for", () => {
  let run: Deliveries;
  let clock: ManualClock;
  afterEach(() => run.close());

  /** Evaluates the program, and creates each of its resources. */
  const start = async (program: () => void) => {
    const graph = await recordProgram(async () => program(), { config: { "aws:region": region } });
    clock = manualClock();
    run = await startDeliveries({ clock, observers: [judgedBy(graph)] });
    for (const resource of graph.resources.filter(({ custom }) => custom)) {
      if (withoutEffect[resource.type] !== undefined) continue;
      await run.provisioners[resource.type]?.(resource);
    }
  };
  const allow = (actions: string[], resources: pulumi.Input<string>[], more: object = {}) => ({
    Version: "2012-10-17" as const,
    Statement: [{ Effect: "Allow" as const, Action: actions, Resource: resources, ...more }],
  });

  const schedule = (permitted: "tasks" | "nothing") => () => {
    const tasks = new aws.sqs.Queue("tasks", { name: "tasks" });
    const dead = new aws.sqs.Queue("dead", { name: "dead" });
    const role = new aws.iam.Role("r", { assumeRolePolicy: '{"Statement":[]}' });
    const resources = permitted === "tasks" ? [tasks.arn, dead.arn] : [dead.arn];
    new aws.iam.RolePolicy("p", { role: role.name, policy: allow(["sqs:SendMessage"], resources) });
    new aws.scheduler.Schedule("s", {
      name: "s",
      scheduleExpression: "rate(1 hour)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: tasks.arn, roleArn: role.arn, input: "{}", deadLetterConfig: { arn: dead.arn } },
    });
  };

  it("a schedule come from its role", async () => {
    await start(schedule("tasks"));
    await clock.pass(1000);
    assert.deepEqual(await run.bodies("tasks"), ["{}"]);
  });

  it("a schedule are named in its dead letter where its role lacks them", async () => {
    await start(schedule("nothing"));
    await clock.pass(1000);
    assert.deepEqual(await run.bodies("tasks"), []);
    const [letter] = await run.receive("dead");
    assert.equal(letter?.attributes.ERROR_CODE, "AccessDenied");
    assert.match(
      letter?.attributes.ERROR_MESSAGE ?? "",
      /is not authorized to perform: sqs:SendMessage on resource: .*:tasks /,
    );
  });

  const rule = (admitted: "this" | "another") => () => {
    const orders = new aws.sqs.Queue("orders", { name: "orders" });
    const dead = new aws.sqs.Queue("dead", { name: "dead" });
    const placed = new aws.cloudwatch.EventRule("placed", { name: "placed", eventPattern: '{"source":["shop"]}' });
    const principal = { Principal: { Service: "events.amazonaws.com" } };
    const from = (arn: pulumi.Input<string>) => ({ ...principal, Condition: { ArnEquals: { "aws:SourceArn": arn } } });
    new aws.sqs.QueuePolicy("orders", {
      queueUrl: orders.url,
      policy: allow(
        ["sqs:SendMessage"],
        [orders.arn],
        from(admitted === "this" ? placed.arn : "arn:aws:events:::rule/x"),
      ),
    });
    const policy = allow(["sqs:SendMessage"], [dead.arn], from(placed.arn));
    new aws.sqs.QueuePolicy("dead", { queueUrl: dead.url, policy });
    const deadLetterConfig = { arn: dead.arn };
    new aws.cloudwatch.EventTarget("placed", { rule: placed.name, arn: orders.arn, deadLetterConfig });
  };
  const put = async () => {
    const entry = { Source: "shop", DetailType: "placed", Detail: '{"id":1}' };
    await run.ask(user, "events", "PutEvents", { Entries: [entry] });
    await clock.pass(0);
  };

  it("a rule come from the queue's policy, which admits EventBridge for it", async () => {
    await start(rule("this"));
    await put();
    assert.equal((await run.bodies("orders")).length, 1);
  });

  it("a rule are named in its dead letter where the queue's policy lacks them", async () => {
    await start(rule("another"));
    await put();
    assert.deepEqual(await run.bodies("orders"), []);
    const [letter] = await run.receive("dead");
    assert.equal(letter?.attributes.ERROR_CODE, "NO_PERMISSIONS");
    assert.deepEqual(JSON.parse(letter?.body ?? "").detail, { id: 1 });
  });
});
