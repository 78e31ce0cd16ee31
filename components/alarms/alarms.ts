// What all alarms of the set `all` have in common: when they are made, whom they tell, how they are changed, and what
// AWS allows.
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentErrors } from "../base/argument-errors";
import type { Operations } from "../base/operations";

/**
 * What of an alarm can be changed.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export interface AlarmChange {
  /**
   * Number of what the alarm counts, in the unit that docs/components/alarms.md states for it, 0 or more. The alarm
   * goes off above it.
   * @default what docs/components/alarms.md states for the alarm
   */
  readonly threshold?: number;
  /**
   * Minutes that are looked at, 1 to 1,440. For `duration` and `serverErrors` it is hours, 1 to 168.
   * @default what docs/components/alarms.md states for the alarm
   */
  readonly evaluationPeriods?: number;
  /**
   * Number of those periods that must be above the threshold, 1 to `evaluationPeriods`.
   * @default all of them
   */
  readonly datapointsToAlarm?: number;
}

/** Changes of a component's alarms by their kinds, as `{ age: { threshold: 60 } }`; `false` leaves one out. */
export type AlarmOverrides<Kind extends string> = { readonly [K in Kind]?: AlarmChange | false };

/** One alarm of a component; `name` is what tells it apart within the component. */
export interface Alarm<Kind extends string> {
  /** By which it is changed; several alarms of a kind are told apart by their names. */
  readonly kind: Kind;
  /** Default: the kind. */
  readonly name?: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** CloudWatch's own, or a percentile. */
  readonly statistic: "Sum" | "Average" | "Maximum" | `p${number}`;
  /** It goes off above it. */
  readonly threshold: number;
  /** After how many minutes above the threshold it goes off, or hours where `hourly` has its kind. */
  readonly datapoints: number;
  /** Minutes, or hours, that are looked at; default `datapoints`: all of them in a row. */
  readonly within?: number;
  /** What it means, and what to do first. */
  readonly description: (threshold: number) => string;
}

/** Whom it tells, and of what it is part. */
export interface AlarmSettings<Kind extends string> {
  readonly operations: Pick<Operations, "alarms" | "alarmTopicArn">;
  readonly overrides: AlarmOverrides<Kind> | undefined;
  readonly parent: pulumi.Resource;
}

/**
 * Kinds whose metric is taken over the last hour, which CloudWatch moves on each minute: a share or a percentile says
 * the same there for a function that runs all the time and for one that runs once.
 */
const hourly: readonly string[] = ["duration", "serverErrors"];

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: a day of minutes, a week of
 * hours.
 */
const periodOf = (kind: string) =>
  hourly.includes(kind)
    ? { seconds: 3600, longest: 168, unit: "hours" }
    : { seconds: 60, longest: longestEvaluation, unit: "minutes" };

/** With what the description of each alarm ends: it is what a person gets who is paged. */
export const fromAlarmToFix = "From the alarm to the fix: docs/dead-letters.md of Spillway.";

/** Minutes. */
export const longestEvaluation = 1440;

/** Alarms of a component by what their names end with, as `errors` or `iterator-age`. */
export type AlarmNodes = Readonly<Record<string, cloudwatch.MetricAlarm>>;

/** `<name>-<kind>` each, as children of the component; none unless its alarms are `all`. */
export function createAlarms<Kind extends string>(
  name: string,
  alarms: readonly Alarm<Kind>[],
  { operations, overrides, parent }: AlarmSettings<Kind>,
): AlarmNodes {
  const created: Record<string, cloudwatch.MetricAlarm> = {};
  if (operations.alarms !== "all") return created;
  const actions = operations.alarmTopicArn === undefined ? [] : [operations.alarmTopicArn];
  for (const alarm of alarms) {
    const change = overrides?.[alarm.kind];
    if (change === false) continue;
    const { threshold = alarm.threshold, evaluationPeriods = alarm.within ?? alarm.datapoints } = change ?? {};
    const datapoints = change?.evaluationPeriods ?? alarm.datapoints;
    const { namespace, metricName, statistic, dimensions } = alarm;
    const ending = alarm.name ?? alarm.kind;
    created[ending] = new cloudwatch.MetricAlarm(
      `${name}-${ending}`,
      {
        alarmDescription: `${alarm.description(threshold)} ${fromAlarmToFix}`,
        namespace,
        metricName,
        dimensions,
        ...(isPercentile(statistic) ? { extendedStatistic: statistic } : { statistic }),
        period: periodOf(alarm.kind).seconds,
        evaluationPeriods,
        datapointsToAlarm: change?.datapointsToAlarm ?? datapoints,
        threshold,
        comparisonOperator: "GreaterThanThreshold",
        // All these metrics are silent while nothing happens, and nothing is wrong then.
        treatMissingData: "notBreaching",
        alarmActions: actions,
        okActions: actions,
      },
      { parent },
    );
  }
  return created;
}

const isPercentile = (statistic: string) => /^p\d/.test(statistic);

export function checkAlarms(overrides: AlarmOverrides<string> | undefined, errors: ArgumentErrors): void {
  for (const [kind, change] of Object.entries(overrides ?? {})) {
    if (change === undefined || change === false) continue;
    const option = `overrides.alarms.${kind}`;
    const { threshold, evaluationPeriods, datapointsToAlarm } = change;
    if (threshold !== undefined && !(Number.isFinite(threshold) && threshold >= 0)) {
      errors.add(`${option}.threshold is ${threshold}; its metric is never below 0, so give 0 or more.`);
    }
    const { longest, unit } = periodOf(kind);
    const periods = { min: 1, max: longest, unit, rule: "CloudWatch allows" };
    if (!errors.integer(`${option}.evaluationPeriods`, evaluationPeriods, periods)) continue;
    errors.integer(`${option}.datapointsToAlarm`, datapointsToAlarm, {
      min: 1,
      max: evaluationPeriods ?? longest,
      unit,
      rule: "of evaluationPeriods CloudWatch allows",
    });
    if (datapointsToAlarm !== undefined && evaluationPeriods === undefined) {
      errors.add(`${option}.datapointsToAlarm is given without evaluationPeriods, of which it is a part; give both.`);
    }
  }
}
