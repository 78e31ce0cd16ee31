// Starts the whole program on one machine: the local servers, the evaluated program, and each of its resources on them.
import type { Evaluated, Evaluation, Graph, GraphResource } from "@spillway/graph";
import { usableProject } from "@spillway/graph";
import { launchEvaluation } from "@spillway/graph/launch";
import { atRest } from "./at-rest";
import { copyTables } from "./data-copy";
import { takeDataFolder } from "./data-folder";
import { startFront } from "./http/front";
import { originOf } from "./http/origin";
import { ownPages } from "./http/own-pages";
import { Iam } from "./iam/iam";
import { createPermissions } from "./iam/permissions";
import { checkRoles } from "./iam/role-checks";
import { provision } from "./provision";
import type { Watch } from "./reload/watch";
import { describeMissingSecrets } from "./secrets/provision";
import type { Observer } from "./service/ask";
import type { Clock } from "./service/clock";
import { createServices, type Services } from "./services";
import type { LocalRun, LocalSettings } from "./settings";
import { absentFor, describeAbsent, describeWithoutEffect, withoutEffect } from "./without-effect";

/** What the run does on a clock of its own. */
export interface StartSettings<Program extends Evaluated> {
  readonly clock: Clock;
  evaluate(evaluation: Evaluation): Promise<Program>;
  /** Changes the resources before they are created. Default: they stay as they are. */
  prepare?(resources: readonly GraphResource[]): readonly GraphResource[];
}

export interface Started<Program extends Evaluated> {
  readonly run: LocalRun;
  readonly evaluated: Program;
  readonly services: Services;
}

const accountId = "000000000000";

/** Rejects with an Error for the user. Nothing is left behind in that case. */
export async function start<Program extends Evaluated>(
  settings: LocalSettings,
  { clock, evaluate, prepare = (resources) => resources }: StartSettings<Program>,
): Promise<Started<Program>> {
  const started = performance.now();
  const { program, stack, config = {}, signal, say = () => {} } = settings;
  const project = usableProject(program, stack, config);
  const region = project.config["aws:region"] ?? "";
  const { stackOutputs } = settings;
  const origin = { program, stack, config, ...(stackOutputs && { stackOutputs }) };
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const end of closers.reverse()) await end();
    })();
    return closing;
  };
  // It loads what every program needs while the servers start.
  const launched = settings.launched ?? launchEvaluation(project.root);
  closers.push(async () => void launched.child.kill("SIGKILL"));
  try {
    const dataDir = dataFolder(settings, (end) => closers.push(end));
    let graph: Graph | undefined;
    let address = "";
    let absent: readonly GraphResource[] = [];
    let judge: Iam | undefined;
    const observers: Observer[] = [...(settings.observers ?? [])];
    const services = await createServices(
      {
        ...settings,
        ...{ clock, accountId, region, projectRoot: project.root, observers, say, dataDir },
        address: () => address,
        absent: () => absentFor(absent),
        role: (arn) => judge?.role(arn),
      },
      (end) => closers.push(end),
    );
    const { ask, identify, lambda, secrets, provisioners, served, known } = services;
    const front = await startFront({
      port: settings.port,
      ask,
      identify,
      ...served,
      routes: [...served.routes, ownPages(() => graph, originOf(origin, project))],
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
    const evaluation = { ...origin, address };
    const evaluated = await evaluate({ ...evaluation, launched, ...(signal && { signal }), onOutput: say });
    const { resources: all } = evaluated.graph;
    for (const line of describeWithoutEffect(all)) say(line);
    const iam = new Iam(evaluated.graph, { accountId, region, ...known });
    judge = iam;
    observers.push(createPermissions(iam, { accountId, region, ...known }));
    const resources = prepare(all.filter((resource) => resource.custom));
    const custom = settings.atRest ? atRest(resources) : resources;
    absent = custom.filter(({ type }) => provisioners[type] === undefined && withoutEffect[type] === undefined);
    const notice = describeAbsent(absent);
    if (notice !== undefined) say(notice);
    await provision(custom, provisioners, () => checkRoles(evaluated.graph, iam), signal);
    const missing = describeMissingSecrets(custom, secrets);
    if (missing !== undefined) say(missing);
    graph = evaluated.graph;
    let watch: Watch | undefined;
    if (settings.watch) {
      // This loads the bundler, which nothing else here needs.
      const { startWatch } = require("./reload/watch") as typeof import("./reload/watch");
      const { onSave, onLoaded } = settings;
      const { root } = project;
      watch = startWatch({ evaluated, evaluatedSince, evaluation, root, lambda, say, onSave, onLoaded });
      closers.push(async () => watch?.close());
    }
    const run: LocalRun = {
      address,
      graph,
      readyMs: Math.round(performance.now() - started),
      inspectPorts: lambda.pool.inspectPorts,
      get processes() {
        return lambda.pool.processes;
      },
      watchFiles: (files) => watch?.add(files),
      close,
    };
    return { run, evaluated, services };
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
