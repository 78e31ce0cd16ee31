// Longer than 250 lines because all rows of one dashboard are read from the same evaluation.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import type { Value } from "@spillway/graph";
import Ajv from "ajv";
import { note } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { pipelineGraph } from "../../test/support/pipeline-graph";
import { Dashboard, type Monitored } from "../dashboard";
import { EventBusRule } from "../event-bus-rule";
import { QueueConsumer } from "../queue-consumer";
import { Report } from "../runtime/batch/report";
import { Schedule } from "../schedule";
import { bodySchema, dimensionsOf } from "./support/dashboard-structure";

type Metric = readonly (string | Readonly<Record<string, unknown>>)[];

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly Metric[];
    readonly setPeriodToTimeRange?: boolean;
    readonly annotations?: { readonly horizontal: readonly { readonly value: number }[] };
  };
}

const dashboardType = "aws:cloudwatch/dashboard:Dashboard";
const validate = new Ajv({ strict: false }).compile(bodySchema);

function widgetsOf(body: Value | undefined): readonly Widget[] {
  const parsed: unknown = JSON.parse(String(body));
  assert.ok(validate(parsed), JSON.stringify(validate.errors?.slice(-1)));
  return (parsed as { widgets: readonly Widget[] }).widgets;
}

async function shownBy(program: () => unknown): Promise<readonly Widget[]> {
  return widgetsOf((await Recorded.of(program)).one(dashboardType).inputs.dashboardBody);
}

/** The widgets of the row under a title, from left to right. */
function rowOf(widgets: readonly Widget[], title: string): readonly Widget[] {
  const head = widgets.find(({ properties }) => properties.markdown?.startsWith(`**${title}**`)) ?? assert.fail(title);
  return widgets.filter(({ y }) => y === head.y + head.height);
}

/** Namespace and name, and the values by their dimensions; expressions left out. */
const metricsOf = (widgets: readonly Widget[]) =>
  widgets.flatMap(({ properties }) =>
    (properties.metrics ?? [])
      .filter(({ length }) => length > 1)
      .map(([namespace, name, ...rest]) => {
        const pairs = rest.filter((each) => typeof each === "string");
        const dimensions = pairs.filter((_, index) => index % 2 === 0);
        return {
          name: `${namespace} ${name}`,
          dimensions: Object.fromEntries(dimensions.map((each, index) => [each, pairs[2 * index + 1]])),
        };
      }),
  );

function assertApart(widgets: readonly Widget[]): void {
  for (const [index, one] of widgets.entries()) {
    assert.ok(one.x + one.width <= 24, JSON.stringify(one));
    for (const other of widgets.slice(index + 1)) {
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y;
      assert.ok(apart, `${JSON.stringify(one)} and ${JSON.stringify(other)}`);
    }
  }
}

describe("Dashboard", () => {
  let widgets: readonly Widget[];
  let names: ReadonlySet<unknown>;
  before(async () => {
    const graph = await pipelineGraph({ stack: "prod" });
    const [found, ...others] = graph.resources.filter(({ type }) => type === dashboardType);
    assert.deepEqual([found?.inputs.dashboardName, others], ["spillway-prod-pipeline", []]);
    widgets = widgetsOf(found?.inputs.dashboardBody);
    names = new Set(graph.resources.flatMap(({ outputs }) => [outputs.name, outputs.stageName, outputs.streamLabel]));
  });

  it("has a row for each part of the pipeline, and no widget overlaps another or exceeds the width", () => {
    assert.equal(widgets.filter(({ type }) => type === "text").length, 11);
    assertApart(widgets);
  });

  it("shows metrics that exist in AWS, with their dimensions, of resources of the program", () => {
    const metrics = metricsOf(widgets);
    assert.ok(metrics.length > 100);
    for (const { name, dimensions } of metrics) {
      assert.deepEqual(Object.keys(dimensions), dimensionsOf[name], name);
      for (const [dimension, value] of Object.entries(dimensions)) {
        const known = { Operation: "GetRecords", ScheduleGroup: "default" }[dimension];
        assert.ok(known === undefined ? names.has(value) : value === known, `${name}: ${dimension} ${value}`);
      }
    }
  });

  it("orders each row from the incoming events to the dead letters", () => {
    assert.deepEqual(
      rowOf(widgets, "orders queue, placeOrder").map(({ x, properties }) => [x, properties.title]),
      [
        [0, "Sent, and finished"],
        [4, "Waiting, in flight; age in s (right)"],
        [9, "Invocations; records (right)"],
        [14, "Duration in ms"],
        [19, "Dead letters"],
      ],
    );
    for (const title of ["order-events topic", "activity stream, aggregateActivity", "schedule of the sweep"]) {
      assert.equal(rowOf(widgets, title).at(-1)?.properties.title, "Dead letters", title);
    }
  });

  it("draws the limits as lines: the function's timeout, and the first dead letter", () => {
    const limits = (title: string) =>
      rowOf(widgets, title).flatMap(({ properties }) => properties.annotations?.horizontal.map((line) => line.value));
    assert.deepEqual(limits("sweep queue, sweepAbandonedOrders"), [undefined, undefined, undefined, 300_000, 1]);
  });

  it("summarises the whole pipeline at the top: the maximum of ages, the sum of counts", () => {
    const numbers = widgets.filter(({ y }) => y === 0);
    assert.deepEqual(
      numbers.map(({ properties: { title, metrics = [], setPeriodToTimeRange } }) => [
        title,
        metrics.length - 1,
        setPeriodToTimeRange ?? false,
      ]),
      [
        ["Dead letters", 9, false],
        ["Oldest message, s", 4, false],
        ["Oldest record of a stream, ms", 2, false],
        ["Records retried, in the time shown", 7, true],
        ["Failed invocations, in the time shown", 7, true],
      ],
    );
    for (const { properties } of numbers) {
      const [[sum] = [], ...summed] = properties.metrics ?? [];
      assert.match(JSON.stringify(sum), /METRICS\(\)/);
      // An expression takes metrics by their ids, and only it is shown.
      const options = summed.map((metric) => metric.at(-1) as { readonly id: string; readonly visible: boolean });
      assert.equal(new Set(options.map(({ id }) => id)).size, summed.length);
      assert.ok(options.every(({ visible }) => visible === false));
    }
  });

  it("finds the consumer's own metrics under the names that the consumer uses", () => {
    const written: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    try {
      const counts = { received: 1, succeeded: 0, retried: 1, deadLettered: 0, handedBack: 0, milliseconds: 1 };
      new Report("orders-fn").batch("r-1", counts, []);
    } finally {
      process.stdout.write = write;
    }
    const line = written.map((each) => JSON.parse(each)).find((each) => each._aws !== undefined);
    const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    const own = metricsOf(widgets).filter(({ name }) => name.startsWith("Spillway "));
    assert.ok(own.length > 0);
    for (const { name, dimensions } of own) {
      assert.deepEqual([Object.keys(dimensions)], Dimensions);
      assert.ok(
        Metrics.some((metric: { Name: string }) => `${Namespace} ${metric.Name}` === name),
        name,
      );
    }
    assert.equal(line.service, "orders-fn");
  });

  it("shows rules by their bus, and schedules by their group, the only dimension of Scheduler", async () => {
    const shown = await shownBy(() => {
      const target = new QueueConsumer("notes", { callback: note });
      const bus = new aws.cloudwatch.EventBus("own", { name: "own" });
      const pattern = { source: ["notes"] };
      const overrides = { schedule: { groupName: "nightly" } };
      new Dashboard("all", {
        rows: {
          plain: new EventBusRule("plain", { pattern, target }),
          own: new EventBusRule("on-own", { bus, pattern, target }),
          nightly: new Schedule("nightly", { expression: "rate(1 day)", target, event: { id: "1" }, overrides }),
        },
      });
    });
    const dimensions = (title: string) => metricsOf(rowOf(shown, title)).map((metric) => metric.dimensions);
    assert.deepEqual(Object.keys(dimensions("plain")[0] ?? {}), ["RuleName"]);
    assert.deepEqual(Object.keys(dimensions("own")[0] ?? {}), ["EventBusName", "RuleName"]);
    assert.equal(dimensions("own")[0]?.EventBusName, "own");
    assert.deepEqual(dimensions("nightly")[0], { ScheduleGroup: "nightly" });
    for (const { name } of metricsOf(shown)) assert.ok(name in dimensionsOf, name);
  });

  it("shows queues that are managed elsewhere", async () => {
    const address = (name: string) => ({
      url: `https://sqs.eu-west-1.amazonaws.com/1/${name}`,
      arn: `arn:aws:sqs:eu-west-1:123456789012:${name}`,
    });
    const shown = await shownBy(() => {
      const queue = {
        ...address("legacy"),
        visibilityTimeout: 180,
        maxReceiveCount: 5,
        deadLetterQueue: address("dead"),
      };
      new Dashboard("all", { rows: { legacy: new QueueConsumer("notes", { callback: note, queue }) } });
    });
    const queues = metricsOf(shown).flatMap(({ dimensions: { QueueName } }) => QueueName ?? []);
    assert.deepEqual([...new Set(queues)].sort(), ["dead", "legacy"]);
  });

  it("is present in the first preview, and summarises only what the pipeline has", async () => {
    const program = () =>
      void new Dashboard("all", { rows: { notes: new QueueConsumer("notes", { callback: note }) } });
    const previewed = await Recorded.of(program, { preview: true });
    assert.equal(previewed.all(dashboardType).length, 1);
    const top = (await shownBy(program)).filter(({ y }) => y === 0);
    assert.ok(!top.some(({ properties }) => properties.title?.startsWith("Oldest record")));
    assert.equal(top.length, 4);
  });

  it("keeps CloudWatch's limits however many rows it has: 500 widgets, 2,500 metrics, 500 in a widget", async () => {
    const consumer = () => new QueueConsumer("notes", { callback: note });
    const rows = (count: number, of: Monitored) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`row ${index}`, of]));
    const shown = await shownBy(() => new Dashboard("all", { rows: rows(80, consumer()) }));
    const counts = shown.map(({ properties }) => properties.metrics?.length ?? 0);
    assert.ok(shown.length > 400 && shown.length <= 500, `${shown.length} widgets`);
    assert.ok(Math.max(...counts) <= 500);
    assert.ok(counts.reduce((sum, count) => sum + count) <= 2500);
    assertApart(shown);
    const message = await refusal(() => new Dashboard("all", { rows: rows(81, consumer()) }));
    assert.match(message, /Dashboard "all": 81 rows are given; 80 are allowed, because CloudWatch allows 500 widgets/);
  });

  it("is refused without any component", async () => {
    assert.match(await refusal(() => new Dashboard("none", { rows: {} })), /rows is empty; give at least one/);
  });

  it("refuses a name that CloudWatch would refuse", async () => {
    const program = () => new Dashboard("all", { rows: { notes: new QueueConsumer("notes", { callback: note }) } });
    await assert.rejects(
      Recorded.of(program, { project: "my.project" }),
      /its name would be "my\.project-stack-all".*CloudWatch allows 1 to 255 letters, digits, hyphens and underscores/,
    );
  });
});
