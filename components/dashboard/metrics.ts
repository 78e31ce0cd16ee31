// The metrics that a dashboard asks for, by the dimensions that AWS publishes them by.

/** How a metric is shown; `right`: on an axis of its own. */
export interface Shown {
  readonly stat: "Sum" | "Maximum" | `p${number}`;
  readonly label?: string;
  readonly color?: string;
  readonly yAxis?: "right";
}

/** Namespace, metric, dimensions as name and value, and how it is shown. */
export type Metric = readonly [namespace: string, name: string, ...rest: readonly (string | Readonly<object>)[]];

/** By the name of its function. */
interface Consumer {
  readonly function: string;
}

export const red = "#d13212";
export const orange = "#ff7f0e";

export const letters = (queue: string) =>
  sqs(queue, "ApproximateNumberOfMessagesVisible", { stat: "Maximum", color: red });
export const errors = (part: Consumer) => lambda(part, "Errors", { stat: "Sum" });
export const retried = (part: Consumer) => records(part, "RecordsRetried");
export const ageOf = (part: Consumer) => lambda(part, "IteratorAge", { stat: "Maximum" });
export const oldestOf = (queue: string) => sqs(queue, "ApproximateAgeOfOldestMessage", { stat: "Maximum" });
export const undelivered = (part: Consumer) =>
  lambda(part, "DestinationDeliveryFailures", { stat: "Sum", yAxis: "right" });

/** Of components/runtime/batch/report.ts. */
export function records({ function: name }: Consumer, metric: string): Metric {
  return ["Spillway", metric, "service", name, { stat: "Sum", yAxis: "right" }];
}

export function sqs(queue: string, name: string, shown: Shown): Metric {
  return ["AWS/SQS", name, "QueueName", queue, shown];
}

export function lambda({ function: name }: Consumer, metric: string, shown: Shown): Metric {
  return ["AWS/Lambda", metric, "FunctionName", name, shown];
}

export function sns(topic: string, name: string, color?: string): Metric {
  return ["AWS/SNS", name, "TopicName", topic, { stat: "Sum", ...(color !== undefined && { color }) }];
}

export function dynamodb(table: string, name: string, color?: string): Metric {
  return ["AWS/DynamoDB", name, "TableName", table, { stat: "Sum", ...(color !== undefined && { color }) }];
}
