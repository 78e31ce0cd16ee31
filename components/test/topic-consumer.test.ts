import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { type NoteEvent, onAny, onPlaced, store } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { writeTable } from "../binding";
import { Topic } from "../topic";
import { TopicConsumer } from "../topic-consumer";

const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";
const permissionType = "aws:lambda/permission:Permission";
const invokeConfigType = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const policyType = "aws:sqs/queuePolicy:QueuePolicy";
const theirs = "arn:aws:sns:eu-west-1:000000000000:theirs";

const own = () => {
  const topic = new Topic<NoteEvent>("events");
  new TopicConsumer("audit", { callback: onAny, topic, alarmTopicArn: "arn:aws:sns:eu-west-1:000000000000:alarms" });
};

describe("TopicConsumer", () => {
  it("is invoked by exactly this topic, with dead-letter queues for deliveries and for failures", async () => {
    const graph = await Recorded.of(own);
    const topic = graph.one("aws:sns/topic:Topic").outputs.arn;
    const fn = graph.one("aws:lambda/function:Function");
    const [dead, undelivered] = ["audit-dead-letters", "events-dead-letters"].map(
      (name) => graph.one("aws:sqs/queue:Queue", name).outputs.arn,
    );
    const permission = graph.one(permissionType);
    assert.deepEqual(permission.inputs, {
      action: "lambda:InvokeFunction",
      function: fn.outputs.name,
      principal: "sns.amazonaws.com",
      sourceArn: topic,
    });
    const invocations = graph.one(invokeConfigType);
    assert.deepEqual(invocations.inputs, {
      functionName: fn.outputs.name,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 21_600,
      destinationConfig: { onFailure: { destination: dead } },
    });
    assert.ok(invocations.options.dependsOn.includes(graph.one("aws:iam/rolePolicy:RolePolicy").urn));
    const subscription = graph.one(subscriptionType);
    assert.deepEqual(subscription.inputs, {
      topic,
      protocol: "lambda",
      endpoint: fn.outputs.arn,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: undelivered }),
    });
    for (const first of [permission, invocations, graph.one(policyType, "events-dead-letters")]) {
      assert.ok(subscription.options.dependsOn.includes(first.urn), first.type);
    }
    const alarm = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "audit-dead-letters");
    assert.deepEqual(alarm.inputs.dimensions, {
      QueueName: graph.one("aws:sqs/queue:Queue", "audit-dead-letters").outputs.name,
    });
    assert.deepEqual(alarm.inputs.alarmActions, ["arn:aws:sns:eu-west-1:000000000000:alarms"]);
  });

  it("may use its bindings, store dead letters and write its log and traces, and nothing else", async () => {
    const graph = await Recorded.of(() => {
      const table = { name: "notes", arn: "arn:aws:dynamodb:eu-west-1:000000000000:table/notes" };
      new TopicConsumer("audit", {
        callback: store,
        bindings: { table: writeTable(table) },
        topic: { arn: theirs },
      });
    });
    const statements = graph.json("aws:iam/rolePolicy:RolePolicy", "audit", "policy").Statement as {
      Action: string[];
      Resource: string[];
    }[];
    const dead = graph.one("aws:sqs/queue:Queue").outputs;
    assert.deepEqual(
      statements.map(({ Action, Resource }) => [Action[0], Resource[0]]),
      [
        ["sqs:SendMessage", dead.arn],
        ["dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:000000000000:table/notes"],
        ["dynamodb:Query", "arn:aws:dynamodb:eu-west-1:000000000000:table/notes"],
        ["dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:000000000000:table/notes"],
        ["logs:CreateLogStream", `${graph.one("aws:cloudwatch/logGroup:LogGroup").outputs.arn}:*`],
        ["xray:PutTraceSegments", "*"],
      ],
    );
    assert.deepEqual(statements[0]?.Action, ["sqs:SendMessage"]);
    const { SPILLWAY } = (
      graph.one("aws:lambda/function:Function").inputs.environment as { variables: { SPILLWAY: string } }
    ).variables;
    assert.deepEqual(JSON.parse(SPILLWAY), {
      bindings: { table: "notes" },
      source: { kind: "topic", deadLetterQueueUrl: dead.url },
    });
  });

  it("puts the undelivered messages of an existing topic into its own dead-letter queue, which admits exactly that topic", async () => {
    const graph = await Recorded.of(() => {
      const topic = new aws.sns.Topic("plain");
      new TopicConsumer("audit", { callback: onPlaced, topic, types: ["placed"] });
    });
    const topic = graph.one("aws:sns/topic:Topic").outputs.arn;
    const dead = graph.one("aws:sqs/queue:Queue").outputs.arn;
    assert.deepEqual((graph.json(policyType, "audit-dead-letters", "policy").Statement as object[])[1], {
      Sid: "Undelivered",
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": topic } },
      Resource: dead,
    });
    const { redrivePolicy, filterPolicy } = graph.one(subscriptionType).inputs;
    assert.equal(redrivePolicy, JSON.stringify({ deadLetterTargetArn: dead }));
    assert.equal(filterPolicy, '{"type":["placed"]}');
  });

  it("accepts types, a filter, its own retries and overrides, and names its dead-letter queues", async () => {
    const graph = await Recorded.of(() => {
      const topic = new Topic<NoteEvent>("events");
      const audit = new TopicConsumer("audit", {
        callback: onPlaced,
        topic,
        types: ["placed"],
        filter: { region: [{ prefix: "eu-" }] },
        filterScope: "MessageBody",
        maximumRetryAttempts: 0,
        maximumEventAge: 60,
        timeout: 900,
        overrides: { function: { description: "d" }, deadLetterQueue: { tags: { team: "a" } } },
      });
      return { dead: audit.deadLetters, queue: audit.deadLetterQueueUrl };
    });
    const { filterPolicy, filterPolicyScope } = graph.one(subscriptionType).inputs;
    assert.deepEqual(
      [filterPolicy, filterPolicyScope],
      ['{"region":[{"prefix":"eu-"}],"type":["placed"]}', "MessageBody"],
    );
    const { maximumRetryAttempts, maximumEventAgeInSeconds } = graph.one(invokeConfigType).inputs;
    assert.deepEqual([maximumRetryAttempts, maximumEventAgeInSeconds], [0, 60]);
    const { timeout, description } = graph.one("aws:lambda/function:Function").inputs;
    assert.deepEqual([timeout, description], [900, "d"]);
    assert.deepEqual(graph.one("aws:sqs/queue:Queue", "audit-dead-letters").inputs.tags, { team: "a" });
    assert.deepEqual(graph.graph.outputs.dead, {
      url: graph.graph.outputs.queue,
      sourceArn: graph.one("aws:sns/topic:Topic").outputs.arn,
      kind: "topic-consumer",
      functionName: graph.one("aws:lambda/function:Function").outputs.name,
      logGroupName: graph.one("aws:cloudwatch/logGroup:LogGroup").outputs.name,
    });
  });

  it("has every resource in the first preview", async () => {
    const count = async (preview: boolean) => (await Recorded.of(own, { preview })).graph.resources.length;
    assert.equal(await count(true), await count(false));
  });

  it("is refused with all errors together", async () => {
    const message = await refusal(() => {
      const topic = new Topic<NoteEvent>("events", { fifo: true });
      new TopicConsumer("2nd audit", {
        callback: onAny,
        topic,
        types: [],
        filter: { type: ["placed"], a: ["1"], b: ["1"], c: ["1"], d: ["1"], e: { f: ["1"] } },
        maximumRetryAttempts: 3,
        maximumEventAge: 59,
        timeout: 901,
      });
    });
    for (const says of [
      'TopicConsumer "2nd audit":',
      'the name "2nd audit" cannot name queues and functions',
      "timeout is 901 s; Lambda allows a whole number from 1 to 900 s.",
      "types is empty, so nothing would be delivered",
      "types and filter.type both say which types are delivered",
      "the filter has 6 keys (types is one of them); SNS allows 5.",
      "filter.e is not a list of values; SNS accepts lists only",
      "maximumRetryAttempts is 3; Lambda allows a whole number from 0 to 2.",
      "maximumEventAge is 59 s; Lambda allows a whole number from 60 to 21600 s.",
      "its topic is FIFO, and SNS delivers FIFO topics to queues only; subscribe a QueueConsumer",
    ]) {
      assert.ok(message.includes(says), `${says}\n${message}`);
    }
  });

  for (const [what, arn, says] of [
    ["the ARN of a FIFO topic", `${theirs}.fifo`, /its topic is FIFO, and SNS delivers FIFO topics to queues only/],
    ["what is no ARN of a topic", "theirs", /topic\.arn is "theirs"; give the ARN of a topic/],
    [
      "more combinations of values than SNS takes",
      { arn: theirs, filter: { a: Array.from({ length: 16 }, String), b: Array.from({ length: 10 }, String) } },
      /the filter has 160 combinations of its values; SNS allows 150/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { arn: known, ...more } = typeof arn === "string" ? { arn } : arn;
      assert.match(
        await refusal(() => new TopicConsumer("audit", { callback: onAny, topic: { arn: known }, ...more })),
        says,
      );
    });
  }

  it("refuses a FIFO topic that is only known at deployment", async () => {
    const program = () => {
      const topic = new aws.sns.Topic("plain", { fifoTopic: true });
      new TopicConsumer("audit", { callback: onAny, topic });
    };
    assert.match(await refusal(program), /TopicConsumer "audit": its topic is FIFO/);
  });
});
