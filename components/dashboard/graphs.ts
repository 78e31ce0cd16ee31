// What a dashboard shows of each part of a pipeline: graphs from what comes in on the left to its dead letters on the
// right. It is longer than others because it holds every graph.

import {
  ageOf,
  dynamodb,
  lambda,
  letters,
  type Metric,
  orange,
  records,
  red,
  retried,
  type Shown,
  sns,
  sqs,
  undelivered,
} from "./metrics";

interface Work {
  readonly function: string;
  /** Seconds after which Lambda ends an invocation. */
  readonly timeout: number;
  readonly deadLetters: string;
}

/** The names that the metrics of a part go by. */
export type Part =
  | ({ readonly kind: "queue"; readonly queue: string } & Work)
  | ({ readonly kind: "stream"; readonly stream: string } & Work)
  | ({ readonly kind: "table-stream"; readonly table: string; readonly streamLabel: string } & Work)
  | ({ readonly kind: "topic-function" } & Work)
  | { readonly kind: "topic"; readonly topic: string; readonly deadLetters: string }
  | { readonly kind: "schedule"; readonly group: string; readonly deadLetters: string }
  | { readonly kind: "rule"; readonly rule: string; readonly bus: string | undefined; readonly deadLetters: string }
  | { readonly kind: "endpoint"; readonly api: string; readonly stage: string }
  | { readonly kind: "table"; readonly table: string };

export interface Graph {
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** A value that should not be reached. */
  readonly limit?: { readonly value: number; readonly label: string };
}

/** One line for the head of a row. */
export const flows: Readonly<Record<Part["kind"], string>> = {
  queue: "sent → waiting, and for how long → worked on → dead letters",
  stream: "put → age when read → worked on → dead letters",
  "table-stream": "changes read → age when read → worked on → dead letters",
  "topic-function": "delivered to Lambda → waiting there → worked on → dead letters",
  topic: "published → delivered, or filtered out → failed → dead letters",
  schedule: "sent, by all schedules of its group → failed → dead letters",
  rule: "sent → failed → dead letters",
  endpoint: "requests → refused and failed → latency",
  table: "units consumed → throttled",
};

/** At most five. */
export function graphsOf(part: Part): readonly Graph[] {
  switch (part.kind) {
    case "queue":
      return [
        {
          title: "Sent, and finished",
          metrics: [
            sqs(part.queue, "NumberOfMessagesSent", { stat: "Sum" }),
            sqs(part.queue, "NumberOfMessagesDeleted", { stat: "Sum" }),
          ],
        },
        {
          title: "Waiting, in flight; age in s (right)",
          metrics: [
            sqs(part.queue, "ApproximateNumberOfMessagesVisible", { stat: "Maximum" }),
            sqs(part.queue, "ApproximateNumberOfMessagesNotVisible", { stat: "Maximum" }),
            sqs(part.queue, "ApproximateAgeOfOldestMessage", { stat: "Maximum", yAxis: "right" }),
          ],
        },
        ...workOf(part),
        given([letters(part.deadLetters)]),
      ];
    case "stream":
      return [
        {
          title: "Put, and refused",
          metrics: [
            ["AWS/Kinesis", "IncomingRecords", "StreamName", part.stream, { stat: "Sum" }],
            [
              "AWS/Kinesis",
              "WriteProvisionedThroughputExceeded",
              "StreamName",
              part.stream,
              { stat: "Sum", color: red },
            ],
          ],
        },
        ageOfRecords(part),
        ...workOf(part),
        given([letters(part.deadLetters), undelivered(part)]),
      ];
    case "table-stream": {
      const { table, streamLabel } = part;
      const dimensions = ["Operation", "GetRecords", "StreamLabel", streamLabel, "TableName", table];
      return [
        {
          title: "Changes read",
          metrics: [["AWS/DynamoDB", "ReturnedRecordsCount", ...dimensions, { stat: "Sum" }]],
        },
        ageOfRecords(part),
        ...workOf(part),
        given([letters(part.deadLetters), undelivered(part)]),
      ];
    }
    case "topic-function":
      return [
        { title: "Received", metrics: [lambda(part, "AsyncEventsReceived", { stat: "Sum" })] },
        {
          title: "Age in ms; dropped (right)",
          metrics: [
            lambda(part, "AsyncEventAge", { stat: "Maximum" }),
            lambda(part, "AsyncEventsDropped", { stat: "Sum", color: red, yAxis: "right" }),
          ],
        },
        ...workOf(part),
        given([letters(part.deadLetters), undelivered(part)]),
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
            sns(part.topic, "NumberOfNotificationsFailed", orange),
            sns(part.topic, "NumberOfNotificationsRedrivenToDlq"),
            sns(part.topic, "NumberOfNotificationsFailedToRedriveToDlq", red),
            sns(part.topic, "NumberOfNotificationsFilteredOut-InvalidAttributes", red),
          ],
        },
        given([letters(part.deadLetters)]),
      ];
    case "schedule": {
      // Scheduler knows no schedule, only groups:
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
      const scheduler = (name: string, color?: string): Metric => [
        "AWS/Scheduler",
        name,
        "ScheduleGroup",
        part.group,
        { stat: "Sum", ...(color !== undefined && { color }) },
      ];
      return [
        { title: `Sent by group ${part.group}`, metrics: [scheduler("InvocationAttemptCount")] },
        {
          title: `Failed, given up, lost by group ${part.group}`,
          metrics: [
            scheduler("TargetErrorCount", orange),
            scheduler("InvocationDroppedCount"),
            scheduler("InvocationsFailedToBeSentToDeadLetterCount", red),
          ],
        },
        given([letters(part.deadLetters)]),
      ];
    }
    case "rule": {
      const dimensions = [...(part.bus === undefined ? [] : ["EventBusName", part.bus]), "RuleName", part.rule];
      const events = (name: string, color?: string): Metric => [
        "AWS/Events",
        name,
        ...dimensions,
        { stat: "Sum", ...(color !== undefined && { color }) },
      ];
      return [
        { title: "Sent", metrics: [events("Invocations")] },
        {
          title: "Failed, given up, lost",
          metrics: [
            events("FailedInvocations", orange),
            events("InvocationsSentToDlq"),
            events("InvocationsFailedToBeSentToDlq", red),
          ],
        },
        given([letters(part.deadLetters)]),
      ];
    }
    case "endpoint": {
      const api = (name: string, shown: Shown): Metric => [
        "AWS/ApiGateway",
        name,
        "ApiName",
        part.api,
        "Stage",
        part.stage,
        shown,
      ];
      return [
        { title: "Requests", metrics: [api("Count", { stat: "Sum" })] },
        {
          title: "Refused (4XX), failed (5XX)",
          metrics: [api("4XXError", { stat: "Sum", color: orange }), api("5XXError", { stat: "Sum", color: red })],
        },
        {
          title: "Latency in ms",
          metrics: [
            api("Latency", { stat: "p90", label: "Latency p90" }),
            api("IntegrationLatency", { stat: "p90", label: "IntegrationLatency p90" }),
          ],
        },
      ];
    }
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
          metrics: [
            dynamodb(part.table, "ReadThrottleEvents", orange),
            dynamodb(part.table, "WriteThrottleEvents", red),
          ],
        },
      ];
  }
}

/** Lambda counts invocations; the consumer's own metrics count records, because most that fail fail no invocation. */
function workOf(part: Work): readonly Graph[] {
  return [
    {
      title: "Invocations; records (right)",
      metrics: [
        lambda(part, "Invocations", { stat: "Sum" }),
        lambda(part, "Errors", { stat: "Sum", color: red }),
        lambda(part, "Throttles", { stat: "Sum", color: orange }),
        retried(part),
        records(part, "RecordsDeadLettered"),
      ],
    },
    {
      title: "Duration in ms",
      metrics: [
        lambda(part, "Duration", { stat: "p50", label: "Duration p50" }),
        lambda(part, "Duration", { stat: "p90", label: "Duration p90" }),
        lambda(part, "Duration", { stat: "Maximum", label: "Duration, longest" }),
      ],
      limit: { value: part.timeout * 1000, label: `timeout, ${part.timeout} s` },
    },
  ];
}

const ageOfRecords = (part: Work): Graph => ({ title: "Age of records in ms", metrics: [ageOf(part)] });

function given(metrics: readonly Metric[]): Graph {
  return { title: "Dead letters", metrics, limit: { value: 1, label: "somebody should look" } };
}
