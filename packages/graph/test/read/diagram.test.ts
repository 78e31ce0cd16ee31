// Longer than 250 lines because every kind of arrow has its program here.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  EventBusRule,
  eventBus,
  HttpIngress,
  publishTo,
  putEvents,
  putTo,
  QueueConsumer,
  readTable,
  Schedule,
  StreamConsumer,
  sendTo,
  statements,
  Table,
  TableConsumer,
  Topic,
  TopicConsumer,
  writeTable,
} from "spillway";
import * as callbacks from "../../../../test/support/callbacks";
import { Recorded } from "../../../../test/support/component-graph";
import { pipelineGraph, pipelineProgram } from "../../../../test/support/pipeline-graph";
import { evaluateProgram } from "../../evaluate/evaluate";
import type { Graph } from "../../graph";
import { type DiagramMarks, type DiagramOptions, diagramOf } from "../../read/diagram";

const { note, onAny, onPlaced, changed, publishing, puttingOnBus, putting, reading, store } = callbacks;
const graphOf = async (run: () => unknown) => (await Recorded.of(run)).graph;
const linesOf = (graph: Graph, marks?: DiagramMarks, options?: DiagramOptions) =>
  diagramOf(graph, marks, options)
    .split("\n")
    .map((line) => line.trim());
const urnsOf = ({ resources }: Graph, name: string, type = "") =>
  new Set(resources.filter((each) => each.name === name && each.type.endsWith(type)).map(({ urn }) => urn));
const arrow = /^(\w+)(\S*"[^"]*"\S*)? (-->|-\.->)(\|"[^"]*"\|)? (\w+)(\S*"[^"]*"\S*)?$/;

describe("the diagram of a program", () => {
  it("leads from a route through queue and callback to the table, which is also read there", async () => {
    const graph = await graphOf(() => {
      const table = new Table("people", { hashKey: "id" });
      const target = new QueueConsumer("notes", { callback: store, bindings: { table: writeTable(table) } });
      new HttpIngress("api", { routes: { "POST /in/notes": target }, public: true });
    });
    assert.deepEqual(linesOf(graph), [
      "flowchart LR",
      'POST_in_notes(["POST /in/notes"]) --> notes_queue[["notes queue"]]',
      'notes_queue --> store("store")',
      'store --> people_table[("people table")]',
    ]);
  });

  it("shows a table that is only read, and what is sent to another queue, but no dead letters", async () => {
    const graph = await graphOf(() => {
      const table = new Table("people", { hashKey: "id" });
      const next = new QueueConsumer("next", { callback: note });
      new QueueConsumer("notes", { callback: reading, bindings: { table: readTable(table), next: sendTo(next) } });
    });
    assert.deepEqual(linesOf(graph).slice(1), [
      'notes_queue[["notes queue"]] --> reading("reading")',
      'reading --> next_queue[["next queue"]]',
      'next_queue --> note("note")',
      'reading -.->|"reads"| people_table[("people table")]',
    ]);
  });

  it("leads from a bucket to where its events go, and from a callback to the buckets of its objects", async () => {
    const graph = await graphOf(() => {
      const [uploads, copies] = [new aws.s3.Bucket("uploads"), new aws.s3.Bucket("copies")];
      const elsewhere = "arn:aws:s3:::archive-of-others";
      const objects = (action: string, arn: pulumi.Input<string>) => ({
        actions: [`s3:${action}`],
        resources: [pulumi.interpolate`${arn}/*`],
      });
      const copying = new QueueConsumer("uploads", {
        callback: callbacks.naming,
        bindings: {
          name: statements(
            uploads.bucket,
            objects("GetObject", uploads.arn),
            objects("PutObject", copies.arn),
            objects("PutObject", elsewhere),
          ),
        },
      });
      new aws.s3.BucketNotification("uploads", {
        bucket: uploads.bucket,
        queues: [{ queueArn: copying.queueArn, events: ["s3:ObjectCreated:*"] }],
      });
    });
    assert.deepEqual(linesOf(graph).slice(1), [
      'uploads_bucket[\\"uploads bucket"/] --> uploads_queue[["uploads queue"]]',
      'uploads_queue --> naming("naming")',
      'naming --> archive_of_others_bucket[\\"archive-of-others bucket"/]',
      'naming --> copies_bucket[\\"copies bucket"/]',
      'naming -.->|"reads"| uploads_bucket',
    ]);
  });

  it("leads from a table's stream to the topic, and on to subscribers with the types that they receive", async () => {
    const graph = await graphOf(() => {
      const table = new Table("people", { hashKey: "id", stream: true });
      new TableConsumer("changes", { callback: changed, table });
      const topic = new Topic<callbacks.NoteEvent>("news");
      topic.subscribe(new QueueConsumer("placed", { callback: onPlaced }), { types: ["placed"] });
      topic.subscribe(new QueueConsumer("all", { callback: onAny }));
      new TopicConsumer("direct", { callback: onAny, topic, filter: { region: ["eu"] } });
      new QueueConsumer("notes", { callback: publishing, bindings: { events: publishTo(topic) } });
    });
    assert.deepEqual(linesOf(graph).slice(1), [
      'notes_queue[["notes queue"]] --> publishing("publishing")',
      'publishing --> news_topic{{"news topic"}}',
      'news_topic --> all_queue[["all queue"]]',
      'all_queue --> onAny("onAny (all)")',
      'news_topic -->|"placed"| placed_queue[["placed queue"]]',
      'placed_queue --> onPlaced("onPlaced")',
      'news_topic -->|"filtered"| onAny_2("onAny (direct)")',
      'people_table[("people table")] -->|"stream"| changed("changed")',
    ]);
  });

  it("leads from Kinesis streams, also through a registered consumer, from rules and from schedules", async () => {
    const graph = await graphOf(() => {
      const jobs = new StreamConsumer("jobs", { callback: note });
      new StreamConsumer("jobs-index", { callback: note, stream: jobs.stream, enhancedFanOut: true });
      new QueueConsumer("notes", { callback: putting, bindings: { jobs: putTo(jobs) } });
      const bus = eventBus<callbacks.NoteEvent>(new aws.cloudwatch.EventBus("main"));
      new QueueConsumer("events", { callback: puttingOnBus, bindings: { bus: putEvents(bus) } });
      const target = new QueueConsumer("placed", { callback: onPlaced });
      new EventBusRule("placements", { bus, types: ["placed"], target });
      new Schedule("nightly", { expression: "cron(0 3 * * ? *)", target, event: { type: "placed", id: "1" } });
      new Schedule("often", { expression: "rate(5 minutes)", target, event: { type: "placed", id: "1" } });
    });
    assert.deepEqual(linesOf(graph).slice(1), [
      'cron_0_3(["cron(0 3 * * ? *)"]) --> placed_queue[["placed queue"]]',
      'placed_queue --> onPlaced("onPlaced")',
      'every_5_minutes(["every 5 minutes"]) --> placed_queue',
      'events_queue[["events queue"]] --> puttingOnBus("puttingOnBus")',
      'puttingOnBus --> main_event_bus{{"main event bus"}}',
      'main_event_bus -->|"placed"| placements_rule(["placements rule"])',
      "placements_rule --> placed_queue",
      'notes_queue[["notes queue"]] --> putting("putting")',
      'putting --> jobs_stream[/"jobs stream"/]',
      'jobs_stream --> note("note (jobs)")',
      'jobs_stream --> note_2("note (jobs-index)")',
    ]);
  });

  it("includes plain resources, and resources outside the program", async () => {
    const elsewhere = "arn:aws:sqs:eu-west-1:999999999999:elsewhere";
    const graph = await graphOf(() => {
      const queue = new aws.sqs.Queue("raw", {});
      const role = new aws.iam.Role("raw", {
        assumeRolePolicy: JSON.stringify({ Statement: [] }),
        inlinePolicies: [
          {
            name: "all",
            policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: elsewhere }] }),
          },
        ],
      });
      const code = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("") });
      const fn = new aws.lambda.Function("end", {
        role: role.arn,
        runtime: "nodejs24.x",
        handler: "index.handler",
        code,
      });
      new aws.lambda.EventSourceMapping("raw", { eventSourceArn: queue.arn, functionName: fn.arn });
      new aws.sns.TopicSubscription("mail", {
        topic: "arn:aws:sns:eu-west-1:999999999999:news",
        protocol: 'a"b <#lambda>',
        endpoint: "mail@example.com",
      });
    });
    assert.deepEqual(linesOf(graph).slice(1), [
      'news_topic{{"news topic"}} --> a_b_lambda(["a#34;b #60;#35;lambda#62;"])',
      'raw_queue[["raw queue"]] --> function_end("end")',
      'function_end --> elsewhere_queue[["elsewhere queue"]]',
    ]);
  });

  it("draws dead-letter queues where requested, and where something consumes them", async () => {
    const graph = await graphOf(() => {
      const topic = new Topic<callbacks.NoteEvent>("news");
      const target = new QueueConsumer("notes", { callback: onAny });
      topic.subscribe(target);
      new TopicConsumer("direct", { callback: onPlaced, topic, types: ["placed"] });
      new StreamConsumer("jobs", { callback: note });
      new Schedule("nightly", { expression: "rate(1 day)", target, event: { type: "placed", id: "1" } });
      const raw = { eventPattern: JSON.stringify({ source: ["raw"] }) };
      const rule = new aws.cloudwatch.EventRule("raw", raw);
      new aws.cloudwatch.EventTarget("raw", {
        rule: rule.name,
        arn: target.queueArn,
        deadLetterConfig: { arn: topic.undelivered.arn },
      });
      const undelivered = new aws.sqs.Queue("bus-dead-letters");
      const bus = new aws.cloudwatch.EventBus("own", { deadLetterConfig: { arn: undelivered.arn } });
      // A rule of the same name on another bus.
      const other = new aws.cloudwatch.EventRule("other", { ...raw, name: rule.name, eventBusName: bus.name });
      const deadLetterConfig = { arn: undelivered.arn };
      new aws.cloudwatch.EventTarget("other", {
        ...{ rule: other.name, eventBusName: bus.name, arn: target.queueArn, deadLetterConfig },
      });
    });
    const dead = (lines: readonly string[]) => lines.filter((line) => line.includes("dead_letters"));
    assert.deepEqual(dead(linesOf(graph)), []);
    assert.deepEqual(dead(linesOf(graph, {}, { deadLetters: true })).sort(), [
      'every_day(["every day"]) -.-> nightly_dead_letters_queue[["nightly-dead-letters queue"]]',
      'news_topic{{"news topic"}} -.-> news_dead_letters_queue',
      'note -.-> jobs_dead_letters_queue[["jobs-dead-letters queue"]]',
      'notes_queue -.-> notes_dead_letters_queue[["notes-dead-letters queue"]]',
      'onPlaced -.-> direct_dead_letters_queue[["direct-dead-letters queue"]]',
      'other_rule -.-> bus_dead_letters_queue[["bus-dead-letters queue"]]',
      "own_event_bus -.-> bus_dead_letters_queue",
      'raw_rule -.-> news_dead_letters_queue[["news-dead-letters queue"]]',
    ]);
    const consumed = await graphOf(() => {
      const topic = new Topic<callbacks.NoteEvent>("news");
      const role = new aws.iam.Role("raw", { assumeRolePolicy: JSON.stringify({ Statement: [] }) });
      const code = new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("") });
      const fn = new aws.lambda.Function("look", {
        role: role.arn,
        runtime: "nodejs24.x",
        handler: "index.handler",
        code,
      });
      new aws.lambda.EventSourceMapping("look", { eventSourceArn: topic.undelivered.arn, functionName: fn.name });
    });
    assert.deepEqual(linesOf(consumed).slice(1), [
      'news_dead_letters_queue[["news-dead-letters queue"]] --> look("look")',
    ]);
  });

  it("colours marked resources and components, and the consumer with a changed part", async () => {
    const graph = await graphOf(() => {
      const table = new Table("people", { hashKey: "id" });
      new Table("nobodys", { hashKey: "id" });
      new Table("unmarked", { hashKey: "id" });
      new QueueConsumer("notes", { callback: store, bindings: { table: writeTable(table) } });
      new QueueConsumer("others", { callback: note });
    });
    const marks = {
      added: new Set([...urnsOf(graph, "nobodys", "index:Table"), ...urnsOf(graph, "others", ":QueueConsumer")]),
      removed: urnsOf(graph, "people", "table:Table"),
      changed: urnsOf(graph, "notes", "rolePolicy:RolePolicy"),
    };
    const lines = linesOf(graph, marks);
    assert.deepEqual(
      lines.filter((line) => line.startsWith("class ")),
      ["class others_queue,note,nobodys_table added", "class people_table removed", "class store changed"],
    );
    assert.equal(lines.filter((line) => line.startsWith("classDef ")).length, 3);
    assert.ok(lines.includes('nobodys_table[("nobodys table")]'));
    assert.ok(!lines.some((line) => line.includes("unmarked")));
    assert.ok(!linesOf(graph).some((line) => line.includes("class")));
  });

  it("shows what was removed from the former program, and which arrows were added and removed", async () => {
    const program = (bound: "people" | "places") => () => {
      const people = new Table("people", { hashKey: "id" });
      const places = bound === "places" ? new Table("places", { hashKey: "id" }) : people;
      new QueueConsumer("notes", { callback: store, bindings: { table: writeTable(places) } });
    };
    const [base, graph] = [await graphOf(program("people")), await graphOf(program("places"))];
    assert.deepEqual(linesOf(graph, { base }).slice(1), [
      'notes_queue[["notes queue"]] --> store("store")',
      'store --> people_table[("people table")]',
      'store --> places_table[("places table")]',
      "linkStyle 1 stroke:#cf222e,stroke-width:2px,stroke-dasharray:4 3",
      "linkStyle 2 stroke:#2da44e,stroke-width:3px",
      "classDef added fill:#1a7f37,stroke:#4ac26b,color:#fff",
      "class places_table added",
    ]);
    assert.ok(linesOf(base, { base: graph }).includes("class places_table removed"));
    assert.deepEqual(linesOf(graph, { base: graph }), linesOf(graph));
  });

  it("is the same for the same program, and Mermaid can parse every line of the pipeline's", async () => {
    const [head, ...lines] = linesOf(await pipelineGraph());
    assert.deepEqual([head, ...lines], linesOf(await evaluateProgram({ program: pipelineProgram, stack: "dev" })));
    assert.equal(head, "flowchart LR");
    const named = new Map<string, number>();
    for (const line of lines) {
      const [, from = "", fromShape, , , to = "", toShape] = arrow.exec(line) ?? assert.fail(line);
      for (const [id, shape] of [
        [from, fromShape],
        [to, toShape],
      ] as const) {
        if (shape === undefined) assert.ok(named.has(id), `${id} is named before: ${line}`);
        else named.set(id, (named.get(id) ?? 0) + 1);
      }
    }
    assert.deepEqual([...new Set(named.values())], [1]);
    assert.equal(named.size, 20);
  });
});
