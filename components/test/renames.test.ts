import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { identityOf } from "@spillway/graph/read/identity";
import { changed, type NoteEvent, note, onAny, store } from "../../test/support/callbacks";
import { Recorded } from "../../test/support/component-graph";
import { compareGraphs } from "../../test/support/internals";
import { AlarmTopic } from "../alarm-topic";
import type { Operations } from "../base/operations";
import { eventBus, writeTable } from "../binding";
import { Dashboard } from "../dashboard";
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

const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";

/** Every component, each with children that bear another's name; those of `renamed` have another name and an alias. */
function everything(renamed: readonly string[] = []): void {
  const named = (name: string) => (renamed.includes(name) ? `renamed-${name}` : name);
  const as = (name: string) => (renamed.includes(name) ? { aliases: [{ name }] } : {});
  const kmsKeyArn = new EncryptionKey(named("data"), {}, as("data")).keyArn;
  const alarms = new AlarmTopic(named("alarms"), { emails: ["on-call@example.com"] }, as("alarms"));
  const operations: Operations = { kmsKeyArn, alarms: "all", alarmTopicArn: alarms.topicArn };
  const network = new Network(named("net"), { kmsKeyArn }, as("net"));
  const table = new Table(
    named("notes"),
    { hashKey: "id", indexes: { "by-day": { hashKey: "day" } }, stream: true, ...operations },
    as("notes"),
  );
  const known = new Table("known", { hashKey: "id", timeToLive: "expiration" });
  const storing = { callback: store, bindings: { table: writeTable(table) }, network, ...operations };
  const idempotency = { table: known, key: "id" } as const;
  const jobs = new QueueConsumer(named("jobs"), { ...storing, idempotency }, as("jobs"));
  const ordered = new QueueConsumer(named("ordered"), { callback: onAny, fifo: true, ...operations }, as("ordered"));
  new StreamConsumer(named("records"), { ...storing, enhancedFanOut: true }, as("records"));
  new TableConsumer(named("changes"), { callback: changed, table, ...operations }, as("changes"));
  const events = new Topic<NoteEvent>(named("events"), operations, as("events"));
  const lines = new Topic<NoteEvent>(named("lines"), { fifo: true, ...operations }, as("lines"));
  events.subscribe(jobs, { types: ["placed"] });
  lines.subscribe(jobs);
  lines.subscribe(ordered);
  new TopicConsumer(named("audit"), { callback: onAny, topic: events, ...operations }, as("audit"));
  new TopicConsumer(named("elsewhere"), { callback: note, topic: new aws.sns.Topic("given") }, as("elsewhere"));
  const target = { consumer: ordered, messageGroupId: "$.id", messageDeduplicationId: "$.id" };
  const api = new HttpIngress(
    named("api"),
    { routes: { "POST /jobs/new": jobs, "PUT /lines": target }, logging: "create", ...operations },
    as("api"),
  );
  const hourly = { expression: "rate(1 hour)", target: jobs, event: { id: "all" }, ...operations };
  new Schedule(named("hourly"), hourly, as("hourly"));
  const placing = new QueueConsumer(named("placing"), { callback: onAny, ...operations }, as("placing"));
  const bus = eventBus<NoteEvent>(new aws.cloudwatch.EventBus("own"));
  new EventBusRule(named("placed"), { bus, target: placing, types: ["placed"], ...operations }, as("placed"));
  new Dashboard(named("board"), { rows: { api, jobs, table, events } }, as("board"));
}

const components = [
  "data",
  "alarms",
  "net",
  "notes",
  "jobs",
  "ordered",
  "records",
  "changes",
  "events",
  "lines",
  "audit",
  "elsewhere",
  "api",
  "hourly",
  "placing",
  "placed",
  "board",
];
/** Their names are given, so that AWS makes another one before the former goes; nothing is kept in it. */
const renewed = ["aws:cloudwatch/dashboard:Dashboard"];

async function deploymentOf(before: Recorded, run: () => unknown) {
  const after = await Recorded.after(before, run);
  const comparison = compareGraphs(before.graph, after.graph);
  const touched = comparison.changed.filter(({ effect }) => effect !== undefined && effect !== "in place");
  const steps = {
    created: comparison.added.map(({ urn }) => urn),
    deleted: comparison.removed.map(({ urn }) => urn),
    replaced: touched.filter((change) => !renewed.includes(change.after.type)).map((change) => change.after.urn),
  };
  return { after, comparison, steps };
}

const none = { created: [], deleted: [], replaced: [] };

/** A component of a user's, with a consumer that somebody else's topic knows. */
class Part extends pulumi.ComponentResource {
  readonly consumer: QueueConsumer<NoteEvent, NoteEvent>;

  constructor(name: string, opts: pulumi.ComponentResourceOptions = {}, inner: pulumi.ComponentResourceOptions = {}) {
    super("test:index:Part", name, {}, opts);
    this.consumer = new QueueConsumer(`${name}-jobs`, { callback: onAny }, { parent: this, ...inner });
  }
}

describe("a rename with an alias", () => {
  // Pulumi takes a stack for each property, which is most of the time of so many evaluations.
  const { stackTraceLimit } = Error;
  before(() => {
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  describe("of a component", () => {
    let deployed: Recorded;
    before(async () => {
      deployed = await Recorded.of(() => everything());
    });

    it("covers every component", () => {
      const folder = path.resolve(__dirname, "..");
      const types = readdirSync(folder)
        .filter((file) => file.endsWith(".ts"))
        .flatMap(
          (file) =>
            /super\(\s*"(?:spillway:index:)?(\w+)"/.exec(readFileSync(path.join(folder, file), "utf8"))?.[1] ?? [],
        );
      const seen = new Set(deployed.graph.resources.map(({ type }) => type));
      assert.ok(types.length > 13, types.join());
      for (const type of types) assert.ok(seen.has(`spillway:index:${type}`), type);
    });

    for (const renamed of [...components.map((name) => [name]), components]) {
      it(`keeps its children and the resources named after it, ${renamed.length > 1 ? "all at once" : renamed[0]}`, async () => {
        const { after, comparison, steps } = await deploymentOf(deployed, () => everything(renamed));
        assert.deepEqual(steps, none);
        assert.ok(comparison.changed.some((change) => change.renamed));
        // What it is on AWS, by its content, is what it was.
        const was = new Map(deployed.graph.resources.map((resource) => [resource.urn, resource]));
        let identified = 0;
        for (const resource of after.graph.resources) {
          const former = was.get(comparison.matched.get(resource.urn) ?? "") ?? assert.fail(`${resource.urn} is new`);
          if (renewed.includes(resource.type)) continue;
          assert.deepEqual(identityOf(resource), identityOf(former), resource.urn);
          if (identityOf(resource) !== undefined) identified += 1;
        }
        assert.ok(identified > 30, String(identified));
      });
    }
  });

  describe("of a consumer keeps its subscriptions", () => {
    const urn = "urn:pulumi:stack::project::spillway:index:QueueConsumer::old";
    const subscribed = (name: string, opts: pulumi.ComponentResourceOptions = {}, topic = "events", topicOpts = {}) => {
      const events = new Topic<NoteEvent>(topic, {}, topicOpts);
      events.subscribe(new QueueConsumer(name, { callback: onAny }, opts));
    };
    const forms: readonly (readonly [form: string, run: () => unknown])[] = [
      ["a name", () => subscribed("new", { aliases: [{ name: "old" }] })],
      ["a URN", () => subscribed("new", { aliases: [urn] })],
      ["a name that is known later", () => subscribed("new", { aliases: [pulumi.output({ name: "old" })] })],
      ["a URN that is known later", () => subscribed("new", { aliases: [pulumi.output(urn)] })],
      [
        "a name with a parent",
        () => subscribed("new", { aliases: [{ name: "old", parent: pulumi.rootStackResource }] }),
      ],
      ["one of several", () => subscribed("new", { aliases: [{ name: "older" }, { name: "old" }, { type: "x:y:Z" }] })],
      [
        "one that a transformation adds",
        () =>
          subscribed("new", {
            transformations: [
              ({ type, props, opts }) =>
                type === "spillway:index:QueueConsumer"
                  ? { props, opts: { ...opts, aliases: [{ name: "old" }] } }
                  : undefined,
            ],
          }),
      ],
      [
        "a name, with the topic renamed as well",
        () => subscribed("new", { aliases: [{ name: "old" }] }, "news", { aliases: [{ name: "events" }] }),
      ],
    ];
    for (const [form, run] of forms) {
      it(`with an alias that is ${form}`, async () => {
        const before = await Recorded.of(() => subscribed("old"));
        const { comparison, steps } = await deploymentOf(before, run);
        assert.deepEqual(steps, none);
        assert.ok(comparison.changed.some((change) => change.renamed && change.after.type === subscriptionType));
      });
    }

    const within = (part: (topic: Topic<NoteEvent>) => Part) => () => {
      const events = new Topic<NoteEvent>("events");
      events.subscribe(part(events).consumer);
    };
    it("when its parent component is renamed", async () => {
      const before = await Recorded.of(within(() => new Part("shop")));
      const renamed = await deploymentOf(
        before,
        within(() => new Part("store", { aliases: [{ name: "shop" }] })),
      );
      assert.deepEqual(renamed.steps, none);
    });

    it("when it is moved into another component, and out of one", async () => {
      const alone = () => subscribed("shop-jobs");
      const before = await Recorded.of(alone);
      const moved = within(() => new Part("shop", {}, { aliases: [{ parent: pulumi.rootStackResource }] }));
      assert.deepEqual((await deploymentOf(before, moved)).steps, none);
    });

    it("but creates new ones for a new consumer", async () => {
      const before = await Recorded.of(() => subscribed("old"));
      const { comparison } = await deploymentOf(before, () => subscribed("new"));
      const of = (resources: readonly { readonly type: string }[]) =>
        resources.filter(({ type }) => type === subscriptionType).length;
      assert.deepEqual([of(comparison.added), of(comparison.removed)], [1, 1]);
    });
  });

  describe("of a table", () => {
    it("takes over a table that the program had declared itself, under either name", async () => {
      const keys = { hashKey: "id", attributes: [{ name: "id", type: "S" }] };
      for (const former of ["notes", "records"]) {
        const before = await Recorded.of(() => new aws.dynamodb.Table(former, keys));
        const { after } = await deploymentOf(
          before,
          () => new Table("notes", { hashKey: "id" }, { aliases: [{ name: "records" }] }),
        );
        const [now, was] = [after, before].map((graph) => graph.one("aws:dynamodb/table:Table").outputs.name);
        assert.equal(now, was);
      }
    });
  });
});
