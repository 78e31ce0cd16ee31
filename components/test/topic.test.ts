import { strict as assert } from "node:assert";
import { type NoteEvent, onAny, onPlaced, publishing } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { publishTo } from "../binding";
import { EventBusRule } from "../event-bus-rule";
import { QueueConsumer } from "../queue-consumer";
import { Topic } from "../topic";

const policyType = "aws:sqs/queuePolicy:QueuePolicy";
const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";
const statementsOf = (graph: Recorded, queue: string) =>
  graph.json(policyType, queue, "policy").Statement as Record<string, unknown>[];

describe("Topic", () => {
  it("is encrypted, requires TLS, and has a dead-letter queue that admits SNS for exactly this topic", async () => {
    const graph = await Recorded.of(() => void new Topic<NoteEvent>("events"));
    const topic = graph.one("aws:sns/topic:Topic");
    assert.deepEqual(topic.inputs, { kmsMasterKeyId: "alias/aws/sns" });
    assert.deepEqual(graph.json("aws:sns/topicPolicy:TopicPolicy", "events", "policy").Statement, [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topic.outputs.arn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
    assert.deepEqual(statementsOf(graph, "events-dead-letters")[1], {
      Sid: "Undelivered",
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": topic.outputs.arn } },
      Resource: graph.one("aws:sqs/queue:Queue", "events-dead-letters").outputs.arn,
    });
    graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "events-dead-letters");
  });

  it("delivers by type to queues, each with one policy that admits exactly its subscribed topics, however many", async () => {
    const graph = await Recorded.of(() => {
      const [first, second] = [new Topic<NoteEvent>("first"), new Topic<NoteEvent>("second")];
      const placed = new QueueConsumer("placed", { callback: onPlaced });
      const all = new QueueConsumer("all", { callback: onAny });
      first.subscribe(placed, { types: ["placed"], filter: { region: [{ prefix: "eu-" }] } });
      first.subscribe(all);
      second.subscribe(all, { types: ["cancelled"], filterScope: "MessageBody", raw: false });
    });
    const queue = graph.one("aws:sqs/queue:Queue", "all");
    const [first, second] = ["first", "second"].map((name) => graph.one("aws:sns/topic:Topic", name).outputs.arn);
    const admits = (Sid: string, arn: unknown) => ({
      Sid,
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": arn } },
      Resource: queue.outputs.arn,
    });
    assert.equal(graph.all(policyType).filter(({ name }) => name === "all").length, 1);
    assert.deepEqual(statementsOf(graph, "all").slice(1), [admits("Fromfirst", first), admits("Fromsecond", second)]);
    assert.equal(statementsOf(graph, "placed").length, 2);

    const undelivered = JSON.stringify({
      deadLetterTargetArn: graph.one("aws:sqs/queue:Queue", "first-dead-letters").outputs.arn,
    });
    assert.deepEqual(graph.one(subscriptionType, "first-placed").inputs, {
      topic: first,
      protocol: "sqs",
      endpoint: graph.one("aws:sqs/queue:Queue", "placed").outputs.arn,
      rawMessageDelivery: true,
      filterPolicy: '{"region":[{"prefix":"eu-"}],"type":["placed"]}',
      filterPolicyScope: "MessageAttributes",
      redrivePolicy: undelivered,
    });
    const { filterPolicy, ...toAll } = graph.one(subscriptionType, "first-all").inputs;
    assert.equal(filterPolicy, undefined);
    assert.equal(toAll.rawMessageDelivery, true);
    const narrowed = graph.one(subscriptionType, "second-all");
    assert.equal(narrowed.inputs.filterPolicyScope, "MessageBody");
    assert.equal(narrowed.inputs.rawMessageDelivery, false);
    for (const policy of ["all", "second-dead-letters"]) {
      assert.ok(narrowed.options.dependsOn.includes(graph.one(policyType, policy).urn), policy);
    }
  });

  it("grants publishing on this topic with its binding", async () => {
    const graph = await Recorded.of(() => {
      const events = new Topic<NoteEvent>("events");
      new QueueConsumer("source", { callback: publishing, bindings: { events: publishTo(events) } });
    });
    const statements = graph.json("aws:iam/rolePolicy:RolePolicy", "source", "policy").Statement as object[];
    assert.deepEqual(statements[2], {
      Effect: "Allow",
      Action: ["sns:Publish"],
      Resource: [graph.one("aws:sns/topic:Topic").outputs.arn],
    });
  });

  it("is FIFO with its dead-letter queue, and has every resource in the first preview", async () => {
    const program = () => {
      const events = new Topic<NoteEvent>("events", { fifo: true, contentBasedDeduplication: true });
      events.subscribe(new QueueConsumer("all", { callback: onAny, fifo: true }));
    };
    const graph = await Recorded.of(program);
    assert.deepEqual(graph.one("aws:sns/topic:Topic").inputs, {
      fifoTopic: true,
      contentBasedDeduplication: true,
      kmsMasterKeyId: "alias/aws/sns",
    });
    assert.equal(graph.one("aws:sqs/queue:Queue", "events-dead-letters").inputs.fifoQueue, true);
    const preview = await Recorded.of(program, { preview: true });
    assert.equal(preview.graph.resources.length, graph.graph.resources.length);
  });

  it("is distinguished in a queue's policy from a topic whose name has the same letters", async () => {
    const graph = await Recorded.of(() => {
      const all = new QueueConsumer("all", { callback: onAny });
      new Topic<NoteEvent>("note-events").subscribe(all);
      new Topic<NoteEvent>("noteevents").subscribe(all);
      new EventBusRule("x", { target: all, types: ["placed"] });
      new Topic<NoteEvent>("Rulex").subscribe(all);
    });
    const { Statement } = graph.json(policyType, "all", "policy");
    assert.deepEqual(
      (Statement as { Sid: string }[]).map(({ Sid }) => Sid),
      ["TlsOnly", "Fromnoteevents", "Fromnoteevents2", "FromRulex", "FromRulex2"],
    );
  });

  for (const [what, program, says] of [
    [
      "the deduplication of a standard topic",
      () => new Topic<NoteEvent>("events", { contentBasedDeduplication: true }),
      /Topic "events": contentBasedDeduplication is for FIFO topics; add fifo: true/,
    ],
    [
      "a FIFO queue on a standard topic",
      () => new Topic<NoteEvent>("events").subscribe(new QueueConsumer("all", { callback: onAny, fifo: true })),
      /the subscription of "all" leads from a standard topic to a FIFO queue, which SNS refuses/,
    ],
    [
      "a consumer that has subscribed before",
      () => {
        const events = new Topic<NoteEvent>("events");
        const all = new QueueConsumer("all", { callback: onAny });
        events.subscribe(all, { types: ["placed"] });
        events.subscribe(all, { types: ["cancelled"] });
      },
      /the subscription of "all" exists already; combine the types of both in one/,
    ],
    [
      "types that the filter names again",
      () =>
        new Topic<NoteEvent>("events").subscribe(new QueueConsumer("all", { callback: onAny }), {
          types: ["placed"],
          filter: { type: ["cancelled"] },
        }),
      /the subscription of "all": types and filter\.type both say which types are delivered/,
    ],
    [
      "a filter that SNS refuses",
      () =>
        new Topic<NoteEvent>("events").subscribe(new QueueConsumer("all", { callback: onAny }), {
          filter: { total: [{ numeric: [">", 10, "<", 5] }], kind: [{ like: "x" }], more: [{ exists: "true" }] },
        }),
      /filter: total: Bottom must be less than top\. SNS refuses it: .*\n.*filter: kind: Unrecognized match type like\. .*\n.*filter: more: exists match pattern must be either true or false\. SNS/,
    ],
    [
      "an existing queue whose policy is managed elsewhere",
      () => {
        const deadLetterQueue = { url: "https://sqs/d", arn: "arn:aws:sqs:eu-west-1:000000000000:d" };
        const queue = {
          url: "https://sqs/q",
          arn: "arn:aws:sqs:eu-west-1:000000000000:q",
          visibilityTimeout: 180,
          maxReceiveCount: 5,
          deadLetterQueue,
        };
        new Topic<NoteEvent>("events").subscribe(new QueueConsumer("all", { callback: onAny, queue }));
      },
      /its policy is managed elsewhere, so nobody can be admitted to it/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.match(await refusal(program), says);
    });
  }
});
