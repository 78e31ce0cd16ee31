import { strict as assert } from "node:assert";
import * as path from "node:path";
import Ajv from "ajv";
import { Dashboard } from "../../components/dashboard";
import { QueueConsumer } from "../../components/queue-consumer";
import { evaluateProgram } from "../../graph/evaluate";
import { note } from "./callbacks";
import { Recorded, refusal } from "./graph";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const bodySchema = {
  type: "object",
  required: ["widgets"],
  additionalProperties: false,
  properties: {
    widgets: {
      type: "array",
      maxItems: 500,
      items: {
        type: "object",
        required: ["type", "x", "y", "width", "height", "properties"],
        additionalProperties: false,
        properties: {
          type: { enum: ["metric", "text"] },
          x: { type: "integer", minimum: 0, maximum: 23 },
          y: { type: "integer", minimum: 0 },
          width: { type: "integer", minimum: 1, maximum: 24 },
          height: { type: "integer", minimum: 1, maximum: 1000 },
          properties: { type: "object" },
        },
        if: { properties: { type: { const: "text" } } },
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
        then: {
          properties: {
            properties: {
              required: ["markdown"],
              properties: { markdown: { type: "string" } },
              additionalProperties: false,
            },
          },
        },
        else: {
          properties: {
            properties: {
              required: ["metrics", "region"],
              additionalProperties: false,
              properties: {
                title: { type: "string" },
                region: { type: "string", pattern: "^[a-z]{2}(-[a-z]+)+-\\d$" },
                view: { enum: ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"] },
                stacked: { type: "boolean" },
                period: { type: "integer", multipleOf: 60, minimum: 60 },
                yAxis: { type: "object" },
                annotations: {
                  type: "object",
                  properties: {
                    horizontal: {
                      type: "array",
                      items: { required: ["value"], properties: { value: { type: "number" } } },
                    },
                  },
                },
                metrics: { type: "array", minItems: 1, maxItems: 500, items: { type: "array", minItems: 1 } },
              },
            },
          },
        },
      },
    },
  },
};

/** The dimensions that each service publishes these metrics by. */
const dimensions: Readonly<Record<string, readonly string[]>> = {
  "AWS/SQS": ["QueueName"],
  "AWS/Lambda": ["FunctionName"],
  "AWS/Kinesis": ["StreamName"],
  "AWS/SNS": ["TopicName"],
  "AWS/DynamoDB": ["TableName"],
  "AWS/ApiGateway": ["ApiName", "Stage"],
};

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly title?: string; readonly metrics?: readonly (readonly unknown[])[] };
}

describe("Dashboard", () => {
  let widgets: readonly Widget[];
  let names: ReadonlySet<unknown>;
  before(async () => {
    const graph = await evaluateProgram({ program: path.join(__dirname, "..", "..", "index.ts"), stack: "prod" });
    const found = graph.resources.filter(({ type }) => type === "aws:cloudwatch/dashboard:Dashboard");
    assert.deepEqual(
      found.map(({ inputs }) => inputs.dashboardName),
      ["spillway-prod-pipeline"],
    );
    const body: unknown = JSON.parse(String(found[0]?.inputs.dashboardBody));
    const valid = new Ajv({ strict: false }).compile(bodySchema);
    assert.ok(valid(body), JSON.stringify(valid.errors));
    widgets = (body as { widgets: readonly Widget[] }).widgets;
    names = new Set(graph.resources.flatMap(({ outputs }) => [outputs.name, outputs.stageName]));
  });

  it("has a row for each part of the pipeline, and no widget on another or beyond the edge", () => {
    assert.equal(widgets.filter(({ type }) => type === "text").length, 11);
    for (const [index, one] of widgets.entries()) {
      assert.ok(one.x + one.width <= 24);
      for (const other of widgets.slice(index + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        assert.ok(apart, `${JSON.stringify(one)} and ${JSON.stringify(other)}`);
      }
    }
  });

  it("asks for metrics by the dimensions that they have, of what is there", () => {
    const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []).filter((metric) => metric.length > 1);
    assert.ok(metrics.length > 60);
    for (const [namespace, , ...rest] of metrics) {
      const pairs = rest.slice(0, -1);
      assert.deepEqual(
        pairs.filter((_, index) => index % 2 === 0),
        dimensions[String(namespace)],
      );
      for (const value of pairs.filter((_, index) => index % 2 === 1)) assert.ok(names.has(value), String(value));
    }
  });

  it("leads each row from what comes in to its dead letters", () => {
    const titleRow = widgets.findIndex(({ properties }) =>
      JSON.stringify(properties).includes("orders queue, placeOrder"),
    );
    const row = widgets.slice(titleRow + 1, titleRow + 5);
    assert.deepEqual(
      row.map(({ x, properties }) => [x, properties.title]),
      [
        [0, "Sent"],
        [6, "Waiting, in hand, and age in s (right)"],
        [12, "Invocations, and duration p90 in ms (right)"],
        [18, "Dead letters"],
      ],
    );
  });

  it("is there in the first preview, and sums up only what the pipeline has", async () => {
    const program = () =>
      void new Dashboard("all", { rows: { notes: new QueueConsumer("notes", { callback: note }) } });
    const previewed = await Recorded.of(program, { preview: true });
    assert.equal(previewed.all("aws:cloudwatch/dashboard:Dashboard").length, 1);
    const graph = await Recorded.of(program);
    const { widgets: few } = graph.json("aws:cloudwatch/dashboard:Dashboard", "all", "dashboardBody");
    assert.deepEqual(
      (few as unknown as readonly Widget[]).filter(({ y }) => y === 0).map(({ properties }) => properties.title),
      ["Dead letters", "Failed invocations", "Oldest message, s"],
    );
  });

  it("refuses to show nothing", async () => {
    assert.match(await refusal(() => new Dashboard("none", { rows: {} })), /rows is empty; give at least one/);
  });
});
