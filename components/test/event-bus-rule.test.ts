import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { type NoteEvent, note, onPlaced, puttingOnBus } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { eventBus, putEvents } from "../binding";
import { EventBusRule } from "../event-bus-rule";
import { QueueConsumer } from "../queue-consumer";

const ruleType = "aws:cloudwatch/eventRule:EventRule";
const targetType = "aws:cloudwatch/eventTarget:EventTarget";
const policyType = "aws:sqs/queuePolicy:QueuePolicy";

const onOwnBus = () => {
  const bus = eventBus<NoteEvent>(new aws.cloudwatch.EventBus("notes"));
  const target = new QueueConsumer("placed", { callback: onPlaced });
  const rule = new EventBusRule("notes-placed", { bus, types: ["placed"], pattern: { source: ["notes"] }, target });
  return { dead: rule.deadLetters, queue: rule.deadLetterQueueUrl };
};

describe("EventBusRule", () => {
  it("sends matching events to a queue that admits exactly this rule, with retries and dead letters", async () => {
    const graph = await Recorded.of(onOwnBus);
    const bus = graph.one("aws:cloudwatch/eventBus:EventBus").outputs.name;
    const rule = graph.one(ruleType);
    assert.deepEqual(rule.inputs, {
      eventBusName: bus,
      eventPattern: '{"source":["notes"],"detail-type":["placed"]}',
      state: "ENABLED",
    });
    const [queue, dead] = ["placed", "notes-placed-dead-letters"].map(
      (name) => graph.one("aws:sqs/queue:Queue", name).outputs.arn,
    );
    const target = graph.one(targetType);
    assert.deepEqual(target.inputs, {
      eventBusName: bus,
      rule: rule.outputs.name,
      arn: queue,
      retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: dead },
    });
    const admits = (Sid: string, Resource: unknown) => ({
      Sid,
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": rule.outputs.arn } },
      Resource,
    });
    for (const [name, statement] of [
      ["placed", admits("FromRulenotesplaced", queue)],
      ["notes-placed-dead-letters", admits("Undelivered", dead)],
    ] as const) {
      const [tls, ...others] = graph.json(policyType, name, "policy").Statement as { Sid: string }[];
      assert.deepEqual([tls?.Sid, others], ["TlsOnly", [statement]]);
      assert.ok(target.options.dependsOn.includes(graph.one(policyType, name).urn), name);
    }
    graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "notes-placed-dead-letters");
    assert.deepEqual(graph.graph.outputs.dead, {
      url: graph.graph.outputs.queue,
      sourceArn: rule.outputs.arn,
      kind: "rule",
    });
    const preview = await Recorded.of(onOwnBus, { preview: true });
    assert.equal(preview.graph.resources.length, graph.graph.resources.length);
  });

  it("accepts the default bus, a group, its own retries, a transformer and tags, and may be disabled", async () => {
    const inputTransformer = { inputPaths: { id: "$.detail.object.key" }, inputTemplate: '{"id":<id>}' };
    const graph = await Recorded.of(() => {
      const target = new QueueConsumer("notes", { callback: note, fifo: true, contentBasedDeduplication: true });
      new EventBusRule("uploads", {
        pattern: { source: ["aws.s3"], detail: { bucket: { name: ["uploads"] } } },
        target,
        messageGroupId: "g",
        maximumRetryAttempts: 0,
        maximumEventAge: 86_400,
        enabled: false,
        overrides: { rule: { tags: { team: "a" } }, target: { inputTransformer } },
      });
    });
    assert.deepEqual(graph.one(ruleType).inputs, {
      eventPattern: '{"source":["aws.s3"],"detail":{"bucket":{"name":["uploads"]}}}',
      state: "DISABLED",
      tags: { team: "a" },
    });
    const { eventBusName, sqsTarget, retryPolicy, ...target } = graph.one(targetType).inputs;
    assert.equal(eventBusName, undefined);
    assert.deepEqual(sqsTarget, { messageGroupId: "g" });
    assert.deepEqual(retryPolicy, { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 86_400 });
    assert.deepEqual(target.inputTransformer, inputTransformer);
    // Of a rule it must be a standard one, whatever the target is.
    assert.equal(graph.one("aws:sqs/queue:Queue", "uploads-dead-letters").inputs.fifoQueue, undefined);
  });

  it("is refused with all errors together", async () => {
    const message = await refusal(() => {
      const target = new QueueConsumer("notes", { callback: note, fifo: true });
      new EventBusRule("a rule", {
        pattern: {
          source: "notes",
          detail: { state: [], more: {}, known: [{ exists: "true" }], bus: [{ wildcard: "*:*:*:*:*:event-bus/*" }] },
          "detail-type": ["placed"],
        },
        types: ["placed"],
        target,
        maximumRetryAttempts: 186,
        maximumEventAge: 59,
      });
    });
    for (const says of [
      'EventBusRule "a rule":',
      'the name "a rule" cannot name',
      "maximumRetryAttempts is 186; EventBridge allows a whole number from 0 to 185.",
      "maximumEventAge is 59 s; EventBridge allows a whole number from 60 to 86400 s.",
      "its target is a FIFO queue, which needs a messageGroupId",
      "its target is a FIFO queue without contentBasedDeduplication, and no deduplication id can be sent",
      'types and pattern["detail-type"] both say which types are sent',
      'pattern: source: "source" must be an object or an array. EventBridge refuses it: https://docs.aws.amazon.com/',
      "pattern: detail.state: Empty arrays are not allowed. EventBridge refuses it",
      "pattern: detail.more: Empty objects are not allowed. EventBridge refuses it",
      "pattern: detail.known: exists match pattern must be either true or false. EventBridge refuses it",
      "pattern: detail.bus: Rule is too complex - try using fewer wildcard characters",
    ]) {
      assert.ok(message.includes(says), `${says}\n${message}`);
    }
  });

  for (const [what, args, says] of [
    ["a rule that takes nothing", {}, /it takes no event: give types, or a pattern/],
    ["a pattern that is too long", { pattern: { source: ["x".repeat(4096)] } }, /EventBridge allows 4096/],
    ["a group for a standard queue", { types: ["a"], messageGroupId: "g" }, /messageGroupId is for FIFO queues/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const program = () => {
        const target = new QueueConsumer("notes", { callback: note });
        new EventBusRule("rule", { ...args, target });
      };
      assert.match(await refusal(program), says);
    });
  }

  it("refuses a message group that SQS refuses", async () => {
    const grouped = (messageGroupId: string) => () => {
      const target = new QueueConsumer("notes", { callback: note, fifo: true, contentBasedDeduplication: true });
      new EventBusRule("rule", { types: ["a"], target, messageGroupId });
    };
    await Recorded.of(grouped(`${"g".repeat(127)}~`));
    for (const group of ["", "g g", "g\n", "ü", "g".repeat(129)]) {
      const message = await refusal(grouped(group));
      assert.ok(message.includes(`messageGroupId is ${JSON.stringify(group)}; SQS allows 1 to 128 letters`), message);
    }
  });
});

describe("putEvents", () => {
  it("grants putting events on this bus, and names the bus by its ARN", async () => {
    const graph = await Recorded.of(() => {
      const bus = eventBus<NoteEvent>(new aws.cloudwatch.EventBus("notes"));
      new QueueConsumer("source", { callback: puttingOnBus, bindings: { bus: putEvents(bus) } });
    });
    const { arn } = graph.one("aws:cloudwatch/eventBus:EventBus").outputs;
    const statements = graph.json("aws:iam/rolePolicy:RolePolicy", "source", "policy").Statement as object[];
    assert.deepEqual(statements[2], { Effect: "Allow", Action: ["events:PutEvents"], Resource: [arn] });
    const { SPILLWAY } = (
      graph.one("aws:lambda/function:Function").inputs.environment as { variables: { SPILLWAY: string } }
    ).variables;
    assert.deepEqual(JSON.parse(SPILLWAY).bindings, { bus: arn });
  });
});
