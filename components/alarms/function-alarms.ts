// The alarms of a callback's function: what Lambda says about it, whoever invokes it.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, longestEvaluation } from "./alarms";

/** Every function has them. */
export type FunctionAlarm = "errors" | "throttles" | "duration";

interface Watched {
  /** The component's name, for whoever reads the alarm. */
  readonly name: string;
  readonly functionName: pulumi.Input<string>;
}

/**
 * How often, and for how long, what a function could not handle comes back to it. By this alarms know what one record
 * alone shows.
 */
export interface Retries {
  /** How often an invocation that fails as a whole is attempted at most. */
  readonly attempts: number;
  /** Seconds between two attempts; 0 where Lambda does not say. */
  readonly gap: number;
  /** Seconds for which an invocation that is throttled is tried again. */
  readonly throttledFor: number;
}

/** Minutes with a failure after which it is no longer chance. */
const several = 3;

/**
 * Several minutes with a failure, within the time that as many attempts of one record take: it goes off for a function
 * that runs once an hour, too. Where attempts may all fall into one minute, or there is but one, the first minute is
 * enough.
 */
function failures({ attempts, gap }: Retries, timeout: number) {
  const within = (datapoints: number) => Math.ceil(((datapoints - 1) * gap + timeout) / 60) + 1;
  let datapoints = Math.min(several, attempts, 1 + Math.floor(((attempts - 1) * gap) / 60));
  while (datapoints > 1 && within(datapoints) > longestEvaluation) datapoints -= 1;
  return datapoints === 1 ? { datapoints } : { datapoints, within: within(datapoints) };
}

/**
 * Lambda tries at growing intervals, of five minutes at most:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const longestThrottle = 300;

function throttles({ throttledFor }: Retries) {
  const datapoints = Math.min(several, Math.max(1, Math.floor(throttledFor / longestThrottle)));
  return datapoints === 1 ? { datapoints } : { datapoints, within: several * (longestThrottle / 60) };
}

const lambda = ({ functionName }: Watched) => ({
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: functionName },
  statistic: "Sum" as const,
});

export function functionAlarms(watched: Watched, timeout: number, retries: Retries): readonly Alarm<FunctionAlarm>[] {
  const { name } = watched;
  return [
    {
      ...lambda(watched),
      kind: "errors",
      metricName: "Errors",
      threshold: 0,
      ...failures(retries, timeout),
      description: (errors) =>
        `More than ${errors} invocations a minute of the function of ${name} failed as a whole, repeatedly: a ` +
        "crash, a timeout or a lack of " +
        "memory, or a temporary failure of a topic's event. Read the function's log for the errorType first.",
    },
    {
      ...lambda(watched),
      kind: "throttles",
      metricName: "Throttles",
      threshold: 0,
      ...throttles(retries),
      description: (throttles) =>
        `More than ${throttles} invocations a minute of the function of ${name} were refused for lack of ` +
        "concurrency; a queue's messages " +
        "may be dead-lettered without a run. Compare ConcurrentExecutions with the account's limit and " +
        "reservedConcurrency first.",
    },
    {
      ...lambda(watched),
      kind: "duration",
      metricName: "Duration",
      statistic: "p90",
      // What is left is little more than the margin in which the consumer gives up what still runs.
      threshold: timeout * 800,
      datapoints: 1,
      description: (milliseconds) =>
        `Within an hour, one in ten invocations of the function of ${name} took more than ${milliseconds} ms of ` +
        `the ${timeout * 1000} ms that it has; soon records ` +
        "fail with CallbackTimeout. Look for what it waits for in its X-Ray traces first, then raise timeout or " +
        "lower batchSize.",
    },
  ];
}

/** Of a function that a stream's mapping invokes. */
export type StreamFunctionAlarm = "iteratorAge" | "destinationFailures";

/** An hour behind is seen by users; and three quarters of the time are left before records are given up. */
const longestLag = 3600;

export interface StreamTimes {
  /** Seconds after which a record is given up, by the mapping or by its stream. */
  readonly recordAge: number;
  /** Seconds that can pass between two invocations of a function that is behind. */
  readonly interval: number;
}

export function streamFunctionAlarms(
  watched: Watched,
  { recordAge, interval }: StreamTimes,
): readonly Alarm<StreamFunctionAlarm>[] {
  const { name } = watched;
  const threshold = Math.min(longestLag, recordAge / 4);
  // Lambda tells the age with each invocation, as long as the record that is behind is not given up.
  const datapoints = Math.max(1, Math.min(several, Math.floor((recordAge - threshold) / Math.max(60, interval))));
  return [
    {
      ...lambda(watched),
      kind: "iteratorAge",
      name: "iterator-age",
      metricName: "IteratorAge",
      statistic: "Maximum",
      threshold: threshold * 1000,
      datapoints,
      within: Math.max(15, datapoints * Math.ceil(interval / 60)),
      description: (milliseconds) =>
        `The function of ${name} is more than ${milliseconds / 1000} s behind its stream; after ${recordAge} s ` +
        "records are given up. Look at its errors, " +
        "throttles and duration first; if it is only too slow, raise parallelizationFactor, batchSize or the " +
        "stream's shards.",
    },
    destinationFailures(watched, "records of the stream"),
  ];
}

/** Of a function that is invoked asynchronously. */
export type AsynchronousFunctionAlarm =
  | "eventsDropped"
  | "destinationFailures"
  | "deadLetterErrors"
  | "recursiveInvocations";

/** `ownDeadLetters`: whether the function has a `deadLetterConfig`, without which Lambda never counts its errors. */
export function asynchronousFunctionAlarms(
  watched: Watched,
  ownDeadLetters: boolean,
): readonly Alarm<AsynchronousFunctionAlarm>[] {
  const { name } = watched;
  return [
    {
      ...lambda(watched),
      kind: "eventsDropped",
      name: "events-dropped",
      metricName: "AsyncEventsDropped",
      threshold: 0,
      datapoints: 1,
      description: (events) =>
        `Lambda gave up more than ${events} events for ${name} in a minute: all attempts failed, the event was too ` +
        "old, or the reserved concurrency is 0. " +
        "They should be in its dead-letter queue; compare, and read the errors in responsePayload there first.",
    },
    destinationFailures(watched, "events"),
    ...(ownDeadLetters ? [deadLetterErrors(watched)] : []),
    recursiveInvocations(watched),
  ];
}

/**
 * Lambda sees loops over SQS, SNS and S3, and none over streams.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
export function recursiveInvocations(watched: Watched): Alarm<"recursiveInvocations"> {
  return {
    ...lambda(watched),
    kind: "recursiveInvocations",
    name: "recursive-invocations",
    metricName: "RecursiveInvocationsDropped",
    threshold: 0,
    datapoints: 1,
    description: (invocations) =>
      `Lambda stopped more than ${invocations} invocations of the function of ${watched.name} in a minute, because ` +
      "an event had gone round in a loop " +
      "about 16 times. Find which binding leads back to this function's own source, and take it out first.",
  };
}

function destinationFailures(watched: Watched, what: string): Alarm<"destinationFailures"> {
  return {
    ...lambda(watched),
    kind: "destinationFailures",
    name: "destination-failures",
    metricName: "DestinationDeliveryFailures",
    threshold: 0,
    datapoints: 1,
    description: (failures) =>
      `More than ${failures} times in a minute, Lambda gave up ${what} of ${watched.name} and could not store them ` +
      "in the dead-letter queue. They are lost. " +
      "Check first that the destination is there, that it takes the size, and that the function's role may send " +
      "to it and use its key.",
  };
}

function deadLetterErrors(watched: Watched): Alarm<"deadLetterErrors"> {
  const { name } = watched;
  return {
    ...lambda(watched),
    kind: "deadLetterErrors",
    name: "dead-letter-errors",
    metricName: "DeadLetterErrors",
    threshold: 0,
    datapoints: 1,
    description: (errors) =>
      `Lambda could not put more than ${errors} events of ${name} into the function's own dead-letter target ` +
      "(deadLetterConfig) in a minute, and they " +
      "are lost. Check that the target is there and that the function's role may send to it first.",
  };
}
