import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import {
  EventBusRule,
  eventBus,
  QueueConsumer,
  Schedule,
  StreamConsumer,
  Table,
  TableConsumer,
  Topic,
  TopicConsumer,
} from "spillway";
import { changed, type NoteEvent, note, onAny, onPlaced } from "../../../../test/support/callbacks";
import { Recorded } from "../../../../test/support/component-graph";
import type { Value } from "../../graph";
import { deadLettersIn, describeNotExported, notExported } from "../../read/dead-letters";

/** One component of each kind that has dead letters, and some that have none. */
function everyKind() {
  const table = new Table("notes", { hashKey: "id", stream: true });
  const queue = new QueueConsumer("placed", { callback: onPlaced });
  const changes = new TableConsumer("note-changes", { callback: changed, table });
  const stream = new StreamConsumer("clicks", { callback: note });
  const events = new Topic<NoteEvent>("events");
  const audit = new TopicConsumer("audit", { callback: onAny, topic: events });
  const target = new QueueConsumer("sweep", { callback: note });
  const hourly = new Schedule("hourly", { expression: "rate(1 hour)", target, event: { id: "all" } });
  const bus = eventBus<NoteEvent>(new aws.cloudwatch.EventBus("notes"));
  const rule = new EventBusRule("notes-placed", { bus, types: ["placed"], target: queue });
  return { queue, changes, stream, events, audit, target, hourly, rule };
}

describe("the dead letters of a program", () => {
  it("are known of every component that has them, as it would export them", async () => {
    const { graph } = await Recorded.of(() => {
      const all = Object.entries(everyKind()).map(([name, { deadLetters }]) => [name, deadLetters]);
      return { deadLetters: Object.fromEntries(all) };
    });
    const found = deadLettersIn(graph);
    assert.deepEqual(
      found.map(({ name, kind }) => [name, kind]),
      [
        ["placed", "queue"],
        ["note-changes", "table"],
        ["clicks", "stream"],
        ["events", "topic"],
        ["audit", "topic-consumer"],
        ["sweep", "queue"],
        ["hourly", "schedule"],
        ["notes-placed", "rule"],
      ],
    );
    const byUrl = (all: readonly Value[]) => new Map(all.map((each) => [(each as { url: string }).url, each]));
    assert.deepEqual(
      byUrl(found.map(({ name: _, ...each }) => each)),
      byUrl(Object.values(graph.outputs.deadLetters ?? {})),
    );
    assert.deepEqual(notExported(graph), []);
  });

  it("are missed among the outputs, whatever name they have there", async () => {
    const missedBy = async (outputs: (all: ReturnType<typeof everyKind>) => object) =>
      notExported((await Recorded.of(() => outputs(everyKind()))).graph).map(({ name }) => name);
    const some = await missedBy(({ queue, changes, stream, audit, target }) => ({
      placedLetters: queue.deadLetters,
      deadLetters: { changed: changes.deadLetters, clicks: stream.deadLetters },
      more: { audit: audit.deadLetters, sweep: target.deadLetters },
      text: "placed",
    }));
    assert.deepEqual(some, ["events", "hourly", "notes-placed"]);
    assert.equal((await missedBy(() => ({}))).length, 8);
  });

  it("are missed of one of several sources that share a queue", () => {
    const of = (name: string) => ({ kind: "queue", url: "https://sqs/1/dead", sourceArn: `arn:aws:sqs:::${name}` });
    const resources = ["orders", "refunds"].map((name) => ({
      ...{ urn: name, type: "spillway:index:QueueConsumer", name, inputs: {}, outputs: { deadLetters: of(name) } },
      ...{ dependencies: [] },
    })) as unknown as Parameters<typeof notExported>[0]["resources"];
    const missing = notExported({ resources, outputs: { deadLetters: { orders: of("orders") } } });
    assert.deepEqual(
      missing.map(({ name }) => name),
      ["refunds"],
    );
  });

  it("are described with what to export", () => {
    assert.deepEqual(describeNotExported([], {}), []);
    assert.deepEqual(describeNotExported([{ name: "notices" }], { deadLetters: { orders: {} } }), [
      "notices is not in the output deadLetters: against AWS, spillway dlq, send and tail do not see it. " +
        "Add it: export const deadLetters = { …, notices: <its component>.deadLetters }",
    ]);
    assert.deepEqual(describeNotExported([{ name: "notices" }, { name: "order-events" }], {}), [
      "notices, order-events are not in the output deadLetters: against AWS, spillway dlq, send and tail do not see " +
        "them. Add them: export const deadLetters = { notices: <its component>.deadLetters, " +
        '"order-events": <its component>.deadLetters }',
    ]);
  });
});
