// EventBridge's API, and what is refused of the program's buses, rules and targets.
import assert from "node:assert/strict";
import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  type EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import type { Value } from "@spillway/graph";
import { eventBridgeClient } from "../support/events";
import { type Deliveries, eventsArn, queueArn, roleArn, startDeliveries } from "../support/scheduler";
import { accountId, type ManualClock, manualClock, region } from "../support/sqs";

describe("event buses, rules and targets", () => {
  let run: Deliveries;
  let clock: ManualClock;
  let client: EventBridgeClient;
  beforeEach(async () => {
    clock = manualClock();
    run = await startDeliveries({ clock });
    client = eventBridgeClient(run.ask);
    await run.createQueue("orders");
    await run.createQueue("dead");
  });
  afterEach(async () => {
    client.destroy();
    await run.close();
  });

  it("are described", async () => {
    const policy = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "events:PutEvents", Resource: "*" }] });
    await run.bus("shop", { description: "of the shop" });
    await run.provision("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "p", { eventBusName: "shop", policy });
    const eventPattern = '{"source":["shop"]}';
    await run.rule("placed", { eventBusName: "shop", eventPattern, description: "orders" });
    const deadLetterConfig = { arn: queueArn("dead") };
    const inputTransformer = { inputPaths: { id: "$.detail.id" }, inputTemplate: '{"id":<id>}' };
    await run.target("placed", { eventBusName: "shop", targetId: "t", deadLetterConfig, inputTransformer });
    await run.rule("placed-late", { eventBusName: "shop", eventPattern, state: "DISABLED" });

    const { EventBuses = [] } = await client.send(new ListEventBusesCommand({}));
    assert.deepEqual(
      EventBuses.map(({ Name, Arn }) => [Name, Arn]),
      [
        ["default", eventsArn("event-bus/default")],
        ["shop", eventsArn("event-bus/shop")],
      ],
    );
    const shop = await client.send(new DescribeEventBusCommand({ Name: "shop" }));
    assert.deepEqual([shop.Description, shop.Policy], ["of the shop", policy]);
    const { Rules = [] } = await client.send(new ListRulesCommand({ EventBusName: "shop", NamePrefix: "placed" }));
    const [placed, late] = Rules;
    const Arn = eventsArn("rule/shop/placed");
    const expected = { Name: "placed", Arn, EventBusName: "shop", State: "ENABLED", Description: "orders" };
    assert.deepEqual(placed, { ...expected, EventPattern: eventPattern });
    assert.deepEqual([late?.Name, late?.State], ["placed-late", "DISABLED"]);
    const described = await client.send(new DescribeRuleCommand({ EventBusName: "shop", Name: "placed" }));
    assert.equal(described.EventPattern, eventPattern);
    const targets = await client.send(new ListTargetsByRuleCommand({ EventBusName: "shop", Rule: "placed" }));
    assert.deepEqual(targets.Targets, [
      {
        Id: "t",
        Arn: queueArn("orders"),
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
        DeadLetterConfig: { Arn: queueArn("dead") },
        InputTransformer: { InputPathsMap: { id: "$.detail.id" }, InputTemplate: '{"id":<id>}' },
      },
    ]);
    await assert.rejects(client.send(new DescribeRuleCommand({ Name: "placed" })), {
      name: "ResourceNotFoundException",
      message: "Rule placed does not exist on EventBus default.",
    });
    await assert.rejects(client.send(new PutRuleCommand({ Name: "new", EventPattern: eventPattern })), {
      name: "ValidationException",
      message: /PutRule: what it changes is kept in the program: edit it there/,
    });
  });

  it("test a pattern against an event", async () => {
    const event = {
      ...{ id: "1", account: accountId, source: "shop", time: "2026-01-01T00:00:00Z", region },
      ...{ resources: [], "detail-type": "placed", detail: { n: 1 } },
    };
    const test = (pattern: unknown, given: unknown = event) =>
      client.send(new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(given) }));
    assert.equal((await test({ detail: { n: [1] } })).Result, true);
    assert.equal((await test({ detail: { n: [2] } })).Result, false);
    await assert.rejects(test({ n: 1 }), { name: "InvalidEventPatternException" });
    await assert.rejects(test({ source: ["shop"] }, { source: "shop" }), { message: /it has no id, account, time/ });
  });

  const [ruleType, targetType] = ["aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"];
  const pattern = { eventPattern: '{"source":["shop"]}' };
  const refused: readonly (readonly [string, string, Record<string, Value>, RegExp])[] = [
    ["a rule without a condition", ruleType, {}, /EventPattern or ScheduleExpression must be specified/],
    [
      "a pattern that is none",
      ruleType,
      { eventPattern: '{"a":1}' },
      /InvalidEventPatternException: Event pattern is not/,
    ],
    ["a rule on a bus that there is not", ruleType, { ...pattern, eventBusName: "no" }, /Event bus no does not exist/],
    [
      "a schedule on another bus",
      ruleType,
      { scheduleExpression: "rate(1 day)", eventBusName: "b" },
      /only on the default/,
    ],
    [
      "a one-time schedule",
      ruleType,
      { scheduleExpression: "at(2026-01-01T00:00:00)" },
      /ScheduleExpression is not valid/,
    ],
    ["1 hours", ruleType, { scheduleExpression: "rate(1 hours)" }, /singular/],
    ["5 minute", ruleType, { scheduleExpression: "rate(5 minute)" }, /plural/],
    [
      "a role of the rule",
      ruleType,
      { ...pattern, roleArn },
      /roleArn of a rule is not supported .* give it to the target/,
    ],
    ["a target without its rule", targetType, { rule: "none" }, /Rule none does not exist on EventBus default/],
    [
      "targets of other services",
      targetType,
      { arn: "arn:aws:states:r:0:stateMachine:s" },
      /queues, topics and functions/,
    ],
    [
      "a FIFO queue without a group",
      targetType,
      { arn: queueArn("q.fifo") },
      /SqsParameters must be specified for target/,
    ],
    ["two inputs", targetType, { input: "1", inputPath: "$" }, /Only one of Input, InputPath, or InputTransformer/],
    [
      "properties of other targets",
      targetType,
      { kinesisTarget: { partitionKeyPath: "$.id" } },
      /not have kinesisTarget/,
    ],
    ["a FIFO dead-letter queue", targetType, { deadLetterConfig: { arn: queueArn("d.fifo") } }, /deadLetterConfig.arn/],
  ];
  for (const [what, type, inputs, message] of refused) {
    it(`refuse ${what}`, async () => {
      await run.rule("there");
      const given = type === targetType ? { rule: "there", arn: queueArn("orders"), ...inputs } : inputs;
      await assert.rejects(run.provision(type, "wrong", given), (error: Error) => {
        assert.ok(error.message.startsWith(`${type} "wrong": `), error.message);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("refuse a sixth target of a rule", async () => {
    await run.rule("all");
    for (const targetId of ["1", "2", "3", "4", "5", "5"]) await run.target("all", { targetId });
    await assert.rejects(run.target("all", { targetId: "6" }), /LimitExceededException: .* maximum number allowed/);
  });

  it("refuse a policy that cannot be evaluated, and partner event sources", async () => {
    const policy = JSON.stringify({
      Statement: {
        Effect: "Allow",
        Action: "events:PutEvents",
        Resource: "*",
        Condition: { IpAddress: { "aws:SourceIp": "::/0" } },
      },
    });
    const provisioning = run.provision("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "p", { policy });
    await assert.rejects(provisioning, /cannot judge the condition operator IpAddress/);
    await assert.rejects(run.bus("partner", { eventSourceName: "aws.partner/x" }), /does not have eventSourceName/);
  });
});
