import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { changed, type NoteEvent, note, onAny } from "../../test/support/callbacks";
import { Recorded } from "../../test/support/component-graph";
import { AlarmTopic } from "../alarm-topic";
import { Dashboard } from "../dashboard";
import { DeadLetterQueue } from "../dead-letter-queue";
import { EncryptionKey } from "../encryption-key";
import { EventBusRule } from "../event-bus-rule";
import { HttpIngress } from "../http-ingress";
import { Network } from "../network";
import { QueueConsumer } from "../queue-consumer";
import { Schedule } from "../schedule";
import { StreamConsumer } from "../stream-consumer";
import { Table } from "../table";
import { TableConsumer } from "../table-consumer";
import { Topic } from "../topic";
import { TopicConsumer } from "../topic-consumer";

type WithNodes = pulumi.ComponentResource & { readonly nodes: object };

const hasNodes = (value: unknown): value is WithNodes =>
  pulumi.ComponentResource.isInstance(value) && "nodes" in value && typeof value.nodes === "object";

/** All resources in nodes, and in those of components among them. */
function resourcesIn(value: unknown): readonly pulumi.Resource[] {
  if (hasNodes(value)) return [value, ...resourcesIn(value.nodes)];
  if (pulumi.Resource.isInstance(value)) return [value];
  if (value instanceof Map) return [...value.values()].flatMap(resourcesIn);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(resourcesIn) : [];
}

/** The resources below the component that its nodes leave out, as type and name. */
async function leftOut(create: () => WithNodes): Promise<readonly string[]> {
  let urns: Promise<readonly string[]> | undefined;
  const { graph } = await Recorded.of(() => {
    const component = create();
    // Later calls add to nodes, in the program's synchronous part.
    urns = new Promise((resolve) =>
      setImmediate(() => pulumi.all(resourcesIn(component).map(({ urn }) => urn)).apply(resolve)),
    );
  });
  const known = new Set(await urns);
  const isBelow = (urn: string | undefined): boolean => {
    const resource = graph.resources.find((each) => each.urn === urn);
    return resource !== undefined && (known.has(resource.parent ?? "") || isBelow(resource.parent));
  };
  assert.ok(known.size > 1);
  return graph.resources
    .filter(({ urn, type }) => isBelow(urn) && !known.has(urn) && type !== "spillway:index:CallbackFunction")
    .map(({ type, name }) => `${type} ${name}`);
}

const queueArn = "arn:aws:sqs:eu-west-1:123456789012:theirs";
const all = { alarms: "all" } as const;
const table = () =>
  new Table("notes", { hashKey: "id", stream: true, indexes: { "by-day": { hashKey: "day" } }, ...all });

const components: Readonly<Record<string, () => WithNodes>> = {
  AlarmTopic: () => new AlarmTopic("alarms", { emails: ["on-call@example.com"] }),
  Dashboard: () => new Dashboard("pipeline", { rows: { notes: table() } }),
  DeadLetterQueue: () => new DeadLetterQueue("lost"),
  EncryptionKey: () => new EncryptionKey("data"),
  EventBusRule: () =>
    new EventBusRule("placed", {
      pattern: { source: ["notes"] },
      target: new QueueConsumer("jobs", { callback: note }),
      ...all,
    }),
  HttpIngress: () =>
    new HttpIngress("api", {
      routes: { "POST /jobs": new QueueConsumer("jobs", { callback: note }) },
      logging: "account-role-exists",
      ...all,
    }),
  QueueConsumer: () => new QueueConsumer("jobs", { callback: note, ...all }),
  Schedule: () =>
    new Schedule("hourly", {
      expression: "rate(1 hour)",
      target: new QueueConsumer("jobs", { callback: note }),
      event: { id: "all" },
      ...all,
    }),
  StreamConsumer: () =>
    new StreamConsumer("records", {
      callback: note,
      enhancedFanOut: true,
      payloadBucketArn: "arn:aws:s3:::payloads",
      ...all,
    }),
  Table: table,
  TableConsumer: () => new TableConsumer("changes", { callback: changed, table: table(), ...all }),
  Topic() {
    const topic = new Topic<NoteEvent>("events", all);
    topic.subscribe(new QueueConsumer("jobs", { callback: onAny }));
    return topic;
  },
  TopicConsumer: () => new TopicConsumer("audit", { callback: onAny, topic: new Topic<NoteEvent>("events"), ...all }),
};

describe("the nodes of a component", () => {
  for (const [name, create] of Object.entries(components)) {
    it(`contain every resource of a ${name}`, async () => assert.deepEqual(await leftOut(create), []));
  }

  it("contain the parts of a Network that functions use, and leave out rules and the log's role", async () => {
    const rest = await leftOut(() => {
      const network = new Network("net");
      new QueueConsumer("jobs", { callback: note, network });
      return network;
    });
    assert.deepEqual(
      rest.filter(
        (one) => !/^aws:(vpc\/securityGroup|iam\/role|ec2\/defaultSecurityGroup|ec2\/(subnet|routeTable))/.test(one),
      ),
      [],
    );
  });

  it("contain no queue and no dead-letter queue where these exist already", async () => {
    let nodes: QueueConsumer["nodes"] | undefined;
    await Recorded.of(() => {
      const url = "https://sqs.eu-west-1.amazonaws.com/123456789012/theirs";
      const deadLetterQueue = { url, arn: `${queueArn}-dead-letters` };
      const queue = { url, arn: queueArn, visibilityTimeout: 180, maxReceiveCount: 5, deadLetterQueue };
      nodes = new QueueConsumer("jobs", { callback: note, queue }).nodes;
    });
    assert.deepEqual([nodes?.queue, nodes?.queuePolicy, nodes?.deadLetterQueue], [undefined, undefined, undefined]);
  });

  it("give access to properties that no argument reaches, under AWS's names", async () => {
    const graph = await Recorded.of(() => {
      const { nodes } = new QueueConsumer("jobs", { callback: note, ...all });
      const of = { queue: nodes.queue, mapping: nodes.mapping, alarm: nodes.alarms["records-retried"] };
      return { function: nodes.function.runtime, deadLetters: nodes.deadLetterQueue?.nodes.queue.url, ...urnsOf(of) };
    });
    const { function: runtime, deadLetters, ...urns } = graph.graph.outputs;
    assert.equal(runtime, "nodejs24.x");
    assert.equal(deadLetters, graph.one("aws:sqs/queue:Queue", "jobs-dead-letters").outputs.url);
    assert.deepEqual(urns, {
      queue: graph.one("aws:sqs/queue:Queue", "jobs").urn,
      mapping: graph.one("aws:lambda/eventSourceMapping:EventSourceMapping").urn,
      alarm: graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "jobs-records-retried").urn,
    });
  });

  it("are not part of what a stack exports of the component", async () => {
    const { graph } = await Recorded.of(() => ({ notes: table() }));
    assert.deepEqual(Object.keys(Object(graph.outputs.notes)).sort(), [
      "arn",
      "hasStream",
      "indexes",
      "name",
      "streamArn",
      "urn",
    ]);
  });
});

function urnsOf(resources: Readonly<Record<string, pulumi.Resource | undefined>>) {
  return Object.fromEntries(Object.entries(resources).map(([role, resource]) => [role, resource?.urn]));
}
