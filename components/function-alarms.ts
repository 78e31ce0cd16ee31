// The alarms of a callback's function: what Lambda says about it, whoever invokes it.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
import type * as pulumi from "@pulumi/pulumi";
import type { Alarm } from "./alarms";

/** Every function has them. */
export type FunctionAlarm = "errors" | "throttles" | "duration";

interface Watched {
  /** The component's name, for whoever reads the alarm. */
  readonly name: string;
  readonly functionName: pulumi.Input<string>;
}

const lambda = ({ functionName }: Watched) => ({
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: functionName },
  statistic: "Sum" as const,
});

export function functionAlarms(watched: Watched, timeout: number): readonly Alarm<FunctionAlarm>[] {
  const { name } = watched;
  return [
    {
      ...lambda(watched),
      kind: "errors",
      metricName: "Errors",
      threshold: 0,
      minutes: 3,
      description: (errors) =>
        `More than ${errors} invocations of the function of ${name} failed as a whole in each minute: a crash, a timeout or a lack of ` +
        "memory, or a topic's event that failed for now. Read the function's log for the errorType first.",
    },
    {
      ...lambda(watched),
      kind: "throttles",
      metricName: "Throttles",
      threshold: 0,
      minutes: 5,
      description: (throttles) =>
        `More than ${throttles} invocations of the function of ${name} were refused in each minute for lack of concurrency; a queue's messages ` +
        "may be dead-lettered without a run. Compare ConcurrentExecutions with the account's limit and reservedConcurrency first.",
    },
    {
      ...lambda(watched),
      kind: "duration",
      metricName: "Duration",
      statistic: "p90",
      // What is left is little more than the margin in which the consumer gives up what still runs.
      threshold: timeout * 800,
      minutes: 15,
      description: (milliseconds) =>
        `One in ten invocations of the function of ${name} takes more than ${milliseconds} ms of the ${timeout * 1000} ms that it has; soon records ` +
        "fail with CallbackTimeout. Look for what it waits for in its X-Ray traces first, then raise timeout or lower batchSize.",
    },
  ];
}

/** Of a function that a stream's mapping invokes. */
export type StreamFunctionAlarm = "iteratorAge" | "destinationFailures";

/** An hour behind is seen by users; and three quarters of the time are left before records are given up. */
const longestLag = 3600;

/** `recordAge`: seconds after which a record is given up, by the mapping or by its stream. */
export function streamFunctionAlarms(watched: Watched, recordAge: number): readonly Alarm<StreamFunctionAlarm>[] {
  const { name } = watched;
  return [
    {
      ...lambda(watched),
      kind: "iteratorAge",
      name: "iterator-age",
      metricName: "IteratorAge",
      statistic: "Maximum",
      threshold: Math.min(longestLag, recordAge / 4) * 1000,
      minutes: 15,
      description: (milliseconds) =>
        `The function of ${name} is more than ${milliseconds / 1000} s behind its stream; after ${recordAge} s records are given up. Look at its errors, ` +
        "throttles and duration first; if it only is too slow, raise parallelizationFactor, batchSize or the stream's shards.",
    },
    destinationFailures(watched, "What Lambda gives up of its stream"),
  ];
}

/** Of a function that is invoked asynchronously. */
export type AsynchronousFunctionAlarm =
  | "eventsDropped"
  | "destinationFailures"
  | "deadLetterErrors"
  | "recursiveInvocations";

export function asynchronousFunctionAlarms(watched: Watched): readonly Alarm<AsynchronousFunctionAlarm>[] {
  const { name } = watched;
  return [
    {
      ...lambda(watched),
      kind: "eventsDropped",
      name: "events-dropped",
      metricName: "AsyncEventsDropped",
      threshold: 0,
      minutes: 1,
      description: (events) =>
        `Lambda gave up more than ${events} events for ${name} in a minute: all attempts failed, the event was too old, or the concurrency reserved is 0. ` +
        "They should be in its dead-letter queue; compare, and read the errors in responsePayload there first.",
    },
    destinationFailures(watched, "What Lambda gives up of its events"),
    {
      ...lambda(watched),
      kind: "deadLetterErrors",
      name: "dead-letter-errors",
      metricName: "DeadLetterErrors",
      threshold: 0,
      minutes: 1,
      description: (errors) =>
        `Lambda could not put more than ${errors} events of ${name} into the function's own dead-letter target (deadLetterConfig) in a minute, and they ` +
        "are lost. Check that the target is there and that the function's role may send to it first.",
    },
    recursiveInvocations(watched),
  ];
}

/** Lambda sees loops over SQS, SNS and S3, and none over streams. https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html */
export function recursiveInvocations(watched: Watched): Alarm<"recursiveInvocations"> {
  return {
    ...lambda(watched),
    kind: "recursiveInvocations",
    name: "recursive-invocations",
    metricName: "RecursiveInvocationsDropped",
    threshold: 0,
    minutes: 1,
    description: (invocations) =>
      `Lambda stopped more than ${invocations} invocations of the function of ${watched.name} in a minute, since an event had gone round in a loop ` +
      "some 16 times. Find which binding leads back to this function's own source, and take it out first.",
  };
}

function destinationFailures(watched: Watched, what: string): Alarm<"destinationFailures"> {
  return {
    ...lambda(watched),
    kind: "destinationFailures",
    name: "destination-failures",
    metricName: "DestinationDeliveryFailures",
    threshold: 0,
    minutes: 1,
    description: (failures) =>
      `${what} for ${watched.name} did not reach its dead letters, more than ${failures} times in a minute, and is lost with the next records. ` +
      "Check that the destination is there, that it takes the size, and that the function's role may send to it and use its key first.",
  };
}
