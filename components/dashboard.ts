// One CloudWatch dashboard for a pipeline, built from its components.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentErrors } from "./argument-errors";
import { dashboardBody, type Part } from "./dashboard-body";
import { checkName } from "./function-args";

type Named<T> = { readonly [K in keyof T]: pulumi.Output<string> };

interface Letters<Kind extends string> {
  readonly deadLetters: { readonly kind: Kind; readonly url: pulumi.Output<string> };
}

/** What has metrics: every component with dead letters, an HttpIngress, a Table. */
export type Monitored =
  | (Letters<"queue"> & Named<{ queueArn: 0; functionName: 0 }>)
  | (Letters<"stream"> & Named<{ streamName: 0; functionName: 0 }>)
  | (Letters<"table" | "topic-consumer"> & Named<{ functionName: 0 }>)
  | (Letters<"topic"> & Named<{ topicName: 0 }>)
  | Letters<"schedule" | "rule">
  | Named<{ apiName: 0; stageName: 0 }>
  | Named<{ name: 0; arn: 0 }>;

export interface DashboardArgs {
  /** A row for each part of the pipeline, by its title, in the order of its flow; at most 80. */
  readonly rows: Readonly<Record<string, Monitored>>;
}

/** CloudWatch takes 500 widgets; a row has at most five, and four are at the top. */
const mostRows = 80;

/**
 * Each row from left to right: what comes in, what waits and for how long, what works on it, its dead letters; above all rows, dead
 * letters, failed invocations and the oldest message of the whole pipeline. Throws a ResourceError that lists every faulty argument.
 */
export class Dashboard extends pulumi.ComponentResource {
  readonly dashboardName: pulumi.Output<string>;

  constructor(name: string, { rows }: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("spillway:index:Dashboard", name, {}, opts);
    const errors = new ArgumentErrors(`Dashboard "${name}"`);
    checkName(name, errors);
    const entries = Object.entries(rows);
    if (entries.length === 0) errors.add("rows is empty; give at least one, as { orders: placing }.");
    if (entries.length > mostRows) {
      errors.add(`${entries.length} rows are given; ${mostRows} are allowed, since CloudWatch allows 500 widgets.`);
    }
    errors.throwIfAny(this);

    const region = aws.getRegionOutput({}, { parent: this }).region;
    const parts = pulumi.all(entries.map(([title, row]) => partOf(row).apply((part) => ({ title, part }))));
    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      {
        // It has no automatic name; CloudWatch allows letters, digits, hyphens and underscores.
        dashboardName: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`
          .replace(/[^A-Za-z0-9_-]/g, "-")
          .slice(-255),
        dashboardBody: pulumi.jsonStringify(pulumi.all([parts, region]).apply(([all, at]) => dashboardBody(all, at))),
      },
      { parent: this },
    );
    this.dashboardName = dashboard.dashboardName;
    this.registerOutputs({ dashboardName: this.dashboardName });
  }
}

/** A queue's URL and its ARN both end with its name. */
const nameIn = (address: string) => address.split(/[/:]/).at(-1) ?? "";

function partOf(row: Monitored): pulumi.Output<Part> {
  if ("apiName" in row) {
    return pulumi.all([row.apiName, row.stageName]).apply(([api, stage]): Part => ({ kind: "endpoint", api, stage }));
  }
  if (!("deadLetters" in row)) return row.name.apply((table): Part => ({ kind: "table", table }));
  const deadLetters = row.deadLetters.url.apply(nameIn);
  if ("queueArn" in row) {
    return pulumi
      .all([row.queueArn, row.functionName, deadLetters])
      .apply(([arn, fn, dead]): Part => ({ kind: "queue", queue: nameIn(arn), function: fn, deadLetters: dead }));
  }
  if ("streamName" in row) {
    return pulumi
      .all([row.streamName, row.functionName, deadLetters])
      .apply(([stream, fn, dead]): Part => ({ kind: "stream", stream, function: fn, deadLetters: dead }));
  }
  if ("functionName" in row) {
    const kind = row.deadLetters.kind === "table" ? "table-stream" : "topic-function";
    return pulumi
      .all([row.functionName, deadLetters])
      .apply(([fn, dead]): Part => ({ kind, function: fn, deadLetters: dead }));
  }
  if ("topicName" in row) {
    return pulumi
      .all([row.topicName, deadLetters])
      .apply(([topic, dead]): Part => ({ kind: "topic", topic, deadLetters: dead }));
  }
  return deadLetters.apply((dead): Part => ({ kind: "sender", deadLetters: dead }));
}
