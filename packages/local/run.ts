// The whole program on one machine: the local servers, the evaluated program, and each of its resources on them.
import type { Graph, GraphResource } from "@spillway/graph";
import { type Evaluation, evaluate, usableProject } from "@spillway/graph";
import { atRest } from "./at-rest";
import { copyTables } from "./data-copy";
import { takeDataFolder } from "./data-folder";
import { startFront } from "./http/front";
import { ownPages } from "./http/own-pages";
import { Iam } from "./iam/iam";
import { createPermissions } from "./iam/permissions";
import { checkRoles } from "./iam/role-checks";
import { provision } from "./provision";
import { describeMissingSecrets } from "./secrets/provision";
import type { Message, Observer } from "./service/ask";
import { createClock } from "./service/clock";
import { createServices } from "./services";
import { absentFor, describeAbsent, describeWithoutEffect, withoutEffect } from "./without-effect";

export interface LocalSettings {
  readonly port: number;
  readonly program: string;
  readonly stack: string;
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs of other stacks that the program refers to. */
  readonly stackOutputs?: Evaluation["stackOutputs"];
  readonly dataDir?: string | undefined;
  /**
   * The data folder of an earlier run with the same stack: the run begins with a copy of its tables, and the folder
   * stays as it is. Not with `dataDir`. Default: the tables are empty.
   */
  readonly tablesFrom?: string | undefined;
  /**
   * Functions run only when something invokes them: no mapping polls, and no schedule comes. Default: false.
   */
  readonly atRest?: boolean;
  readonly concurrency?: number | undefined;
  /** First of the ports on which the functions listen for a debugger. Default: none listens. */
  readonly inspectPort?: number | undefined;
  readonly speed?: number;
  /** Reload the code of functions when their sources are saved. Default: false. */
  readonly watch?: boolean;
  /** Aborts a start that is under way. */
  readonly signal?: AbortSignal;
  /** What the program writes while it is evaluated, and what the user should know. */
  say?(line: string): void;
  onLog?(functionName: string, line: string): void;
  /** A batch whose function failed as a whole. */
  onBatchError?(functionName: string, message: string): void;
  /** See every request of the run, and may refuse it. They count requests and cause failures. */
  readonly observers?: readonly Observer[];
  /** Called when a server that the run needs has ended. */
  onCrash?(message: string): void;
}

export interface LocalRun {
  readonly address: string;
  readonly graph: Graph;
  readonly readyMs: number;
  /** Ports on which functions listen for a debugger, by their names on AWS. */
  readonly inspectPorts: ReadonlyMap<string, number>;
  /** The environments of functions, for tools that observe or disturb the run. */
  readonly processes: readonly {
    readonly functionName: string;
    readonly pid: number | undefined;
    readonly busy: boolean;
  }[];
  /** Asks a service with full access, as a user of this machine may. Rejects with a `ServiceError`, as AWS would. */
  ask(service: string, action: string, input: Message): Promise<Message>;
  /** Ends everything that was started. */
  close(): Promise<void>;
}

const accountId = "000000000000";

/** Rejects with an Error for the user. Nothing is left behind in that case. */
export async function startLocal(settings: LocalSettings): Promise<LocalRun> {
  const started = performance.now();
  const { program, stack, config = {}, signal, say = () => {} } = settings;
  const project = usableProject(program, stack, config);
  const region = project.config["aws:region"] ?? "";
  const clock = createClock(settings.speed);
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const end of closers.reverse()) await end();
    })();
    return closing;
  };
  try {
    const dataDir = dataFolder(settings, (end) => closers.push(end));
    let graph: Graph | undefined;
    let address = "";
    let absent: readonly GraphResource[] = [];
    let judge: Iam | undefined;
    const observers: Observer[] = [...(settings.observers ?? [])];
    const { ask, identify, lambda, secrets, provisioners, served, known } = await createServices(
      {
        ...settings,
        ...{ clock, accountId, region, projectRoot: project.root, observers, say, dataDir },
        address: () => address,
        absent: () => absentFor(absent),
        role: (arn) => judge?.role(arn),
      },
      (end) => closers.push(end),
    );
    const front = await startFront({
      port: settings.port,
      ask,
      identify,
      ...served,
      routes: [...served.routes, ownPages(() => graph?.outputs)],
      region,
      accountId,
      absent: () => absentFor(absent),
      log: say,
    });
    closers.push(() => front.close());
    // Closed first, because running functions need the front and the services behind it.
    closers.push(() => lambda.close());
    address = front.address;

    const evaluatedSince = Date.now();
    const { stackOutputs } = settings;
    const evaluation = { program, stack, config, address, ...(stackOutputs && { stackOutputs }) };
    const { graph: evaluated, modules } = await evaluate({ ...evaluation, ...(signal && { signal }), onOutput: say });
    for (const line of describeWithoutEffect(evaluated.resources)) say(line);
    const iam = new Iam(evaluated, { accountId, region, ...known });
    judge = iam;
    observers.push(createPermissions(iam, { accountId, region, ...known }));
    const resources = evaluated.resources.filter((resource) => resource.custom);
    const custom = settings.atRest ? atRest(resources) : resources;
    absent = custom.filter(({ type }) => provisioners[type] === undefined && withoutEffect[type] === undefined);
    const notice = describeAbsent(absent);
    if (notice !== undefined) say(notice);
    await provision(custom, provisioners, () => checkRoles(evaluated, iam), signal);
    for (const line of describeMissingSecrets(custom, secrets)) say(line);
    graph = evaluated;
    if (settings.watch) {
      // This loads the bundler, which nothing else here needs.
      const { startWatch } = require("./reload/watch") as typeof import("./reload/watch");
      const watched = { evaluated: { graph, modules }, evaluatedSince, evaluation };
      const watch = startWatch({ ...watched, root: project.root, lambda, say });
      closers.push(() => watch.close());
    }
    return {
      address,
      graph,
      readyMs: Math.round(performance.now() - started),
      inspectPorts: lambda.pool.inspectPorts,
      ask: (service, action, input) => ask({ kind: "user" }, service, action, input),
      get processes() {
        return lambda.pool.processes;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where the run keeps what outlives it, or the copy that it ends with. */
function dataFolder(
  { dataDir, tablesFrom }: LocalSettings,
  closing: (end: () => Promise<void>) => void,
): string | undefined {
  if (tablesFrom !== undefined) {
    const { directory, remove } = copyTables(tablesFrom);
    closing(async () => remove());
    return directory;
  }
  if (dataDir === undefined) return undefined;
  const release = takeDataFolder(dataDir);
  closing(async () => release());
  return dataDir;
}
