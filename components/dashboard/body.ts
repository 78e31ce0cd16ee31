// A dashboard's body: numbers for the whole pipeline at the top, and below them one row for each part of it.
import { flows, type Graph, graphsOf, type Part } from "./graphs";
import { ageOf, errors, letters, type Metric, oldestOf, retried } from "./metrics";

export interface Row {
  readonly title: string;
  readonly part: Part;
}

export interface Widget {
  readonly type: "text" | "metric";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Sum {
  readonly title: string;
  readonly expression: string;
  readonly metrics: readonly Metric[];
  /** Over all of the time that is shown; otherwise the latest. */
  readonly overall?: boolean;
}

const columns = 24;
const numbersHeight = 3;
const titleHeight = 1;
const graphHeight = 6;

/**
 * Of CloudWatch:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function dashboardBody(rows: readonly Row[], region: string): { readonly widgets: readonly Widget[] } {
  const widgets: Widget[] = inOneRow(
    { y: 0, height: numbersHeight },
    numbersOf(rows.map(({ part }) => part)).map((sum) => ({ ...sumOf(sum), region, view: "singleValue" })),
  );
  let y = numbersHeight;
  for (const { title, part } of rows) {
    const markdown = `**${title}** · ${flows[part.kind]}`;
    widgets.push({ type: "text", x: 0, y, width: columns, height: titleHeight, properties: { markdown } });
    const graphs = graphsOf(part).map((graph) => ({ ...propertiesOf(graph), region }));
    widgets.push(...inOneRow({ y: y + titleHeight, height: graphHeight }, graphs));
    y += titleHeight + graphHeight;
  }
  return { widgets };
}

/** As wide as the dashboard together; where that does not come out even, those to the right are wider. */
function inOneRow(at: Pick<Widget, "y" | "height">, graphs: readonly Widget["properties"][]): Widget[] {
  const edge = (index: number) => Math.floor((index * columns) / graphs.length);
  return graphs.map((properties, index) => ({
    type: "metric",
    x: edge(index),
    ...at,
    width: edge(index + 1) - edge(index),
    properties,
  }));
}

function propertiesOf({ title, metrics, limit }: Graph): Widget["properties"] {
  return {
    title,
    metrics,
    view: "timeSeries",
    stacked: false,
    period: 60,
    yAxis: { left: { min: 0 }, right: { min: 0 } },
    ...(limit !== undefined && { annotations: { horizontal: [{ ...limit, color: "#d13212" }] } }),
  };
}

/** Those of which the pipeline has nothing are left out. */
function numbersOf(parts: readonly Part[]): readonly Sum[] {
  const functions = parts.filter((part) => "function" in part);
  const numbers: readonly Sum[] = [
    {
      title: "Dead letters",
      // What has not been reported in the newest minute is what it was before, not nothing.
      expression: "SUM(FILL(METRICS(), REPEAT))",
      metrics: parts.flatMap((part) => ("deadLetters" in part ? [letters(part.deadLetters)] : [])),
    },
    {
      title: "Oldest message, s",
      expression: "MAX(FILL(METRICS(), REPEAT))",
      metrics: parts.flatMap((part) => (part.kind === "queue" ? [oldestOf(part.queue)] : [])),
    },
    {
      title: "Oldest record of a stream, ms",
      expression: "MAX(FILL(METRICS(), REPEAT))",
      metrics: parts.flatMap((part) => (part.kind === "stream" || part.kind === "table-stream" ? [ageOf(part)] : [])),
    },
    {
      title: "Records retried, in the time shown",
      expression: "SUM(FILL(METRICS(), 0))",
      metrics: functions.map(retried),
      overall: true,
    },
    {
      title: "Failed invocations, in the time shown",
      expression: "SUM(FILL(METRICS(), 0))",
      metrics: functions.map(errors),
      overall: true,
    },
  ];
  return numbers.filter(({ metrics }) => metrics.length > 0);
}

function sumOf({ title, expression, metrics, overall = false }: Sum): Widget["properties"] {
  return {
    title,
    metrics: [[{ expression, label: title, id: "all" }], ...metrics.map(hidden)],
    period: 60,
    ...(overall && { setPeriodToTimeRange: true }),
  };
}

/** `METRICS()` stands for those of the widget that have an id, shown or not. */
function hidden(metric: Metric, index: number): readonly unknown[] {
  const shown = metric.at(-1);
  return [...metric.slice(0, -1), { stat: statOf(shown), id: `m${index}`, visible: false }];
}

function statOf(shown: unknown): unknown {
  return typeof shown === "object" && shown !== null && "stat" in shown ? shown.stat : undefined;
}
