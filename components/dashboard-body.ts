// A dashboard's body: one row for each part of a pipeline, from what comes in on the left to its dead letters on the right.

/** The names that the metrics of a part go by. */
export type Part =
  | { readonly kind: "queue"; readonly queue: string; readonly function: string; readonly deadLetters: string }
  | { readonly kind: "stream"; readonly stream: string; readonly function: string; readonly deadLetters: string }
  | { readonly kind: "table-stream" | "topic-function"; readonly function: string; readonly deadLetters: string }
  | { readonly kind: "topic"; readonly topic: string; readonly deadLetters: string }
  | { readonly kind: "sender"; readonly deadLetters: string }
  | { readonly kind: "endpoint"; readonly api: string; readonly stage: string }
  | { readonly kind: "table"; readonly table: string };

export interface Row {
  readonly title: string;
  readonly part: Part;
}

/** Namespace, metric, dimensions as name and value, and how it is shown. */
type Metric = readonly (string | Readonly<Record<string, unknown>>)[];

export interface Widget {
  readonly type: "text" | "metric";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

const columns = 4;
const width = 24 / columns;
const numbersHeight = 3;
const titleHeight = 1;
const graphHeight = 5;

interface Graph {
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** A value that should not be reached. */
  readonly limit?: { readonly value: number; readonly label: string };
}

/** Of CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(rows: readonly Row[], region: string): { readonly widgets: readonly Widget[] } {
  const widgets: Widget[] = numbersOf(rows).map(({ title, metrics }, column) =>
    metric({ x: column * width, y: 0, height: numbersHeight }, { title, metrics }, { region, view: "singleValue" }),
  );
  let y = numbersHeight;
  for (const { title, part } of rows) {
    widgets.push({ type: "text", x: 0, y, width: 24, height: titleHeight, properties: { markdown: `**${title}**` } });
    for (const [column, graph] of graphsOf(part).entries()) {
      if (graph === undefined) continue;
      const at = { x: column * width, y: y + titleHeight, height: graphHeight };
      widgets.push(metric(at, graph, { region, view: "timeSeries", stacked: false, yAxis: { left: { min: 0 } } }));
    }
    y += titleHeight + graphHeight;
  }
  return { widgets };
}

function metric(
  at: Pick<Widget, "x" | "y" | "height">,
  graph: Graph,
  shown: Readonly<Record<string, unknown>>,
): Widget {
  const { title, metrics, limit } = graph;
  const annotations = limit === undefined ? {} : { annotations: { horizontal: [limit] } };
  return { type: "metric", ...at, width, properties: { title, metrics, period: 60, ...shown, ...annotations } };
}

/** The four numbers at the top; those of which the pipeline has nothing are left out. */
function numbersOf(rows: readonly Row[]): readonly Graph[] {
  const each = (of: (part: Part) => Metric | undefined) => rows.flatMap(({ part }) => [of(part) ?? []].filter(hasName));
  const functions = (name: string, stat: string, kinds?: readonly Part["kind"][]) =>
    each((part) =>
      "function" in part && (kinds?.includes(part.kind) ?? true) ? lambda(part.function, name, stat) : undefined,
    );
  const numbers = [
    {
      title: "Dead letters",
      join: "SUM",
      metrics: each((part) => ("deadLetters" in part ? letters(part.deadLetters) : undefined)),
    },
    { title: "Failed invocations", join: "SUM", metrics: functions("Errors", "Sum") },
    {
      title: "Oldest message, s",
      join: "MAX",
      metrics: each((part) =>
        part.kind === "queue" ? sqs(part.queue, "ApproximateAgeOfOldestMessage", "Maximum") : undefined,
      ),
    },
    {
      title: "Oldest record, ms",
      join: "MAX",
      metrics: functions("IteratorAge", "Maximum", ["stream", "table-stream"]),
    },
  ];
  return numbers
    .filter(({ metrics }) => metrics.length > 0)
    .map(({ title, join, metrics }) => ({
      title,
      metrics: [[{ expression: `${join}(METRICS())`, label: title, id: "all" }], ...metrics.map(hidden)],
    }));
}

const hasName = (metric: Metric) => metric.length > 0;

function hidden(metric: Metric, index: number): Metric {
  const shown = metric.at(-1);
  return [...metric.slice(0, -1), { ...(typeof shown === "object" && shown), id: `m${index}`, visible: false }];
}

/** From left to right: what comes in, what waits, what works on it, what was given up. */
function graphsOf(part: Part): readonly (Graph | undefined)[] {
  switch (part.kind) {
    case "queue":
      return [
        { title: "Sent", metrics: [sqs(part.queue, "NumberOfMessagesSent", "Sum")] },
        {
          title: "Waiting, in hand, and age in s (right)",
          metrics: [
            sqs(part.queue, "ApproximateNumberOfMessagesVisible", "Maximum"),
            sqs(part.queue, "ApproximateNumberOfMessagesNotVisible", "Maximum"),
            sqs(part.queue, "ApproximateAgeOfOldestMessage", "Maximum", "right"),
          ],
        },
        work(part.function),
        given(part.deadLetters),
      ];
    case "stream":
      return [
        {
          title: "Put",
          metrics: [
            ["AWS/Kinesis", "IncomingRecords", "StreamName", part.stream, { stat: "Sum" }],
            ["AWS/Kinesis", "WriteProvisionedThroughputExceeded", "StreamName", part.stream, { stat: "Sum" }],
          ],
        },
        { title: "Age of records, ms", metrics: [lambda(part.function, "IteratorAge", "Maximum")] },
        work(part.function),
        given(part.deadLetters),
      ];
    case "table-stream":
      return [
        { title: "Batches of changes", metrics: [lambda(part.function, "Invocations", "Sum")] },
        { title: "Age of changes, ms", metrics: [lambda(part.function, "IteratorAge", "Maximum")] },
        work(part.function),
        given(part.deadLetters),
      ];
    case "topic-function":
      return [
        { title: "Received", metrics: [lambda(part.function, "AsyncEventsReceived", "Sum")] },
        {
          title: "Age in ms, and dropped (right)",
          metrics: [
            lambda(part.function, "AsyncEventAge", "Maximum"),
            lambda(part.function, "AsyncEventsDropped", "Sum", "right"),
          ],
        },
        work(part.function),
        given(part.deadLetters),
      ];
    case "topic":
      return [
        { title: "Published", metrics: [sns(part.topic, "NumberOfMessagesPublished")] },
        {
          title: "Delivered, filtered out",
          metrics: [
            sns(part.topic, "NumberOfNotificationsDelivered"),
            sns(part.topic, "NumberOfNotificationsFilteredOut"),
          ],
        },
        {
          title: "Failed, given up, lost",
          metrics: [
            sns(part.topic, "NumberOfNotificationsFailed"),
            sns(part.topic, "NumberOfNotificationsRedrivenToDlq"),
            sns(part.topic, "NumberOfNotificationsFailedToRedriveToDlq"),
          ],
        },
        given(part.deadLetters),
      ];
    case "sender":
      return [undefined, undefined, undefined, given(part.deadLetters)];
    case "endpoint":
      return [
        { title: "Requests", metrics: [api(part, "Count", "Sum")] },
        { title: "Latency, p90 in ms", metrics: [api(part, "Latency", "p90"), api(part, "IntegrationLatency", "p90")] },
        { title: "Refused (4XX), failed (5XX)", metrics: [api(part, "4XXError", "Sum"), api(part, "5XXError", "Sum")] },
      ];
    case "table":
      return [
        {
          title: "Units consumed",
          metrics: [
            dynamodb(part.table, "ConsumedReadCapacityUnits"),
            dynamodb(part.table, "ConsumedWriteCapacityUnits"),
          ],
        },
        {
          title: "Throttled",
          metrics: [dynamodb(part.table, "ReadThrottleEvents"), dynamodb(part.table, "WriteThrottleEvents")],
        },
      ];
  }
}

function work(name: string): Graph {
  return {
    title: "Invocations, and duration p90 in ms (right)",
    metrics: [
      lambda(name, "Invocations", "Sum"),
      lambda(name, "Errors", "Sum"),
      lambda(name, "Throttles", "Sum"),
      lambda(name, "Duration", "p90", "right"),
    ],
  };
}

function given(queue: string): Graph {
  return { title: "Dead letters", metrics: [letters(queue)], limit: { value: 1, label: "somebody should look" } };
}

const letters = (queue: string) => sqs(queue, "ApproximateNumberOfMessagesVisible", "Maximum");

function sqs(queue: string, name: string, stat: string, yAxis: "left" | "right" = "left"): Metric {
  return ["AWS/SQS", name, "QueueName", queue, { stat, yAxis }];
}

function lambda(name: string, metricName: string, stat: string, yAxis: "left" | "right" = "left"): Metric {
  return ["AWS/Lambda", metricName, "FunctionName", name, { stat, yAxis }];
}

function sns(topic: string, name: string): Metric {
  return ["AWS/SNS", name, "TopicName", topic, { stat: "Sum" }];
}

function dynamodb(table: string, name: string): Metric {
  return ["AWS/DynamoDB", name, "TableName", table, { stat: "Sum" }];
}

function api(
  { api: name, stage }: { readonly api: string; readonly stage: string },
  metricName: string,
  stat: string,
): Metric {
  return ["AWS/ApiGateway", metricName, "ApiName", name, "Stage", stage, { stat }];
}
