// One CloudWatch dashboard for a pipeline, built from its components.
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentErrors } from "./base/argument-errors";
import { checkName } from "./base/names";
import { dashboardBody } from "./dashboard/body";
import type { Part } from "./dashboard/graphs";
import type { DeadLetters } from "./dead-letter-queue";

interface WithDeadLetters<Kind extends string> {
  /** Where its dead letters are, and which source they come from. */
  readonly deadLetters: DeadLetters<Kind>;
}

interface WithFunction {
  /** Name of its function. */
  readonly functionName: pulumi.Output<string>;
  /** Seconds after which Lambda ends an invocation. */
  readonly timeout: number;
}

interface WithTopic {
  /** Name of the topic. */
  readonly topicName: pulumi.Output<string>;
}

interface WithEndpoint {
  /** Name of the REST API. */
  readonly apiName: pulumi.Output<string>;
  /** Name of its stage. */
  readonly stageName: pulumi.Output<string>;
}

interface WithTable {
  /** Name of the table. */
  readonly name: pulumi.Output<string>;
  /** ARN of the table. */
  readonly arn: pulumi.Output<string>;
}

/** What has metrics: every component with dead letters, an HttpIngress, a Table. */
export type Monitored =
  | (WithDeadLetters<"queue" | "stream" | "table" | "topic-consumer"> & WithFunction)
  | (WithDeadLetters<"topic"> & WithTopic)
  | WithDeadLetters<"schedule" | "rule">
  | WithEndpoint
  | WithTable;

/** The arguments of a `Dashboard`. */
export interface DashboardArgs {
  /** A row for each part of the pipeline, by its title, in the order of its flow; at most 80. */
  readonly rows: Readonly<Record<string, Monitored>>;
}

/** The child resources of a `Dashboard`, by their roles. */
export interface DashboardNodes {
  /** The dashboard. */
  readonly dashboard: cloudwatch.Dashboard;
}

/** CloudWatch takes 500 widgets; a row has at most six, and five are at the top. */
const mostRows = 80;

/**
 * Each row from left to right: what comes in, what waits and for how long, what works on it, its dead letters; above
 * all rows, the dead letters, oldest records, retries and failed invocations of the whole pipeline. Throws a
 * ResourceError that lists every faulty argument.
 */
export class Dashboard extends pulumi.ComponentResource {
  /** Name of the dashboard in CloudWatch. */
  readonly dashboardName: pulumi.Output<string>;
  readonly #nodes: DashboardNodes;

  /**
   * @param name - Begins the names of its resources. Letters, digits, hyphens and underscores, a letter first.
   * @param args - The rows.
   * @param opts - Pulumi's options for resources, as `aliases`, `dependsOn` and `providers`. Default: none.
   */
  constructor(name: string, { rows }: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("spillway:index:Dashboard", name, {}, opts);
    const errors = new ArgumentErrors(`Dashboard "${name}"`);
    checkName(name, errors);
    const entries = Object.entries(rows);
    const dashboardName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(dashboardName)) {
      errors.add(
        `its name would be "${dashboardName}", of project, stack and name; CloudWatch allows 1 to 255 letters, ` +
          "digits, hyphens and underscores; rename the one that has others.",
      );
    }
    if (entries.length === 0) errors.add("rows is empty; give at least one, as { orders: placing }.");
    if (entries.length > mostRows) {
      errors.add(`${entries.length} rows are given; ${mostRows} are allowed, because CloudWatch allows 500 widgets.`);
    }
    errors.throwIfAny(this);

    const region = getRegionOutput({}, { parent: this }).region;
    const parts = pulumi.all(entries.map(([title, row]) => partOf(row).apply((part) => ({ title, part }))));
    const dashboard = new cloudwatch.Dashboard(
      name,
      {
        // The provider makes up no name for it.
        dashboardName,
        dashboardBody: pulumi.jsonStringify(pulumi.all([parts, region]).apply(([all, at]) => dashboardBody(all, at))),
      },
      { parent: this },
    );
    this.#nodes = { dashboard };
    this.dashboardName = dashboard.dashboardName;
    this.registerOutputs({ dashboardName: this.dashboardName });
  }

  /** The child resources by their roles, for what no argument and no override reaches. */
  get nodes(): DashboardNodes {
    return this.#nodes;
  }
}

/** A queue's URL and every ARN end with the name. */
const nameIn = (address: string) => address.split(/[/:]/).at(-1) ?? "";

function partOf(row: Monitored): pulumi.Output<Part> {
  if ("apiName" in row) {
    return pulumi.all([row.apiName, row.stageName]).apply(([api, stage]): Part => ({ kind: "endpoint", api, stage }));
  }
  if (!("deadLetters" in row)) return row.name.apply((table): Part => ({ kind: "table", table }));
  const { kind, url, sourceArn } = row.deadLetters;
  const deadLetters = url.apply(nameIn);
  if ("topicName" in row) {
    return pulumi
      .all([row.topicName, deadLetters])
      .apply(([topic, dead]): Part => ({ kind: "topic", topic, deadLetters: dead }));
  }
  if ("functionName" in row) {
    const { functionName, timeout } = row;
    return pulumi.all([functionName, sourceArn, deadLetters]).apply(([name, arn, dead]): Part => {
      const work = { function: name, timeout, deadLetters: dead };
      if (kind === "queue") return { kind, queue: nameIn(arn), ...work };
      if (kind === "stream") return { kind, stream: nameIn(arn), ...work };
      return kind === "table"
        ? { kind: "table-stream", ...tableIn(arn), ...work }
        : { kind: "topic-function", ...work };
    });
  }
  return pulumi
    .all([sourceArn, deadLetters])
    .apply(([arn, dead]): Part => ({ ...(kind === "schedule" ? scheduleIn(arn) : ruleIn(arn)), deadLetters: dead }));
}

/** Of a stream: `arn:aws:dynamodb:…:table/<table>/stream/<label>`; the label is a time and has colons. */
function tableIn(arn: string) {
  const [, table = "", , streamLabel = ""] = arn.split("/");
  return { table, streamLabel };
}

/** `arn:aws:scheduler:…:schedule/<group>/<schedule>`. */
function scheduleIn(arn: string) {
  return { kind: "schedule", group: arn.split("/").at(-2) ?? "" } as const;
}

/** `arn:aws:events:…:rule/<rule>` of the default bus, `rule/<bus>/<rule>` of another, whose name may have slashes. */
function ruleIn(arn: string) {
  const [, ...bus] = arn.split("/");
  const rule = bus.pop() ?? "";
  return { kind: "rule", rule, bus: bus.length === 0 ? undefined : bus.join("/") } as const;
}
