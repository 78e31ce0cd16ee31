// The whole program on one machine: the local servers, the evaluated program, and each of its resources on them.
import { existsSync } from "node:fs";
import * as path from "node:path";
import type { Graph, GraphResource } from "@spillway/graph";
import { bucketArnIn, type Evaluation, evaluate, projectFaults, readProject } from "@spillway/graph";
import { createApiGateway } from "./api-gateway/service";
import { createClock } from "./clock";
import { takeDataFolder } from "./data-folder";
import { dynamodbProvisioners } from "./dynamodb/provision";
import { createDynamoDb } from "./dynamodb/service";
import { createEvents } from "./events/service";
import { startFront } from "./http/front";
import { ownPages } from "./http/own-pages";
import { Iam } from "./iam/iam";
import { createPermissions } from "./iam/permissions";
import { checkRoles } from "./iam/role-checks";
import { kinesisProvisioners } from "./kinesis/provision";
import { createKinesis } from "./kinesis/service";
import { createCheckpointStore } from "./lambda/mapping/checkpoint-store";
import { lambdaProvisioners } from "./lambda/provision";
import { createLambda } from "./lambda/service";
import { snsQueryProtocol } from "./protocol/sns-query";
import { createS3OnDemand } from "./s3/on-demand";
import { createScheduler } from "./scheduler/service";
import { describeMissingSecrets, secretProvisioners } from "./secrets/provision";
import { createSecretsManager } from "./secrets/secrets-manager";
import { createSsm } from "./secrets/ssm";
import { SecretStore } from "./secrets/store";
import { type Ask, createAsk, type Observer } from "./service/ask";
import type { Provisioners } from "./service/provision";
import { snsProvisioners } from "./sns/provision";
import { createSns } from "./sns/service";
import { sqsProvisioners } from "./sqs/provision";
import { createSqs } from "./sqs/service";
import { absentFor, describeAbsent, describeWithoutEffect, withoutEffect } from "./without-effect";

export interface LocalSettings {
  readonly port: number;
  readonly program: string;
  readonly stack: string;
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs of other stacks that the program refers to. */
  readonly stackOutputs?: Evaluation["stackOutputs"];
  readonly dataDir?: string | undefined;
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
  /** Sees every request of the run, and may refuse it: what counts, and what disturbs. */
  readonly observers?: readonly Observer[];
  /** A server that the run cannot do without has ended. */
  onCrash?(message: string): void;
}

export interface LocalRun {
  readonly address: string;
  readonly graph: Graph;
  readonly readyMs: number;
  /** Ports on which functions listen for a debugger, by their names on AWS. */
  readonly inspectPorts: ReadonlyMap<string, number>;
  /** Function environments, for those who watch or disturb the run. */
  readonly processes: readonly {
    readonly functionName: string;
    readonly pid: number | undefined;
    readonly busy: boolean;
  }[];
  /** Ends everything that was started. */
  close(): Promise<void>;
}

const accountId = "000000000000";

/** Rejects with an Error for the user, and leaves nothing behind. */
export async function startLocal(settings: LocalSettings): Promise<LocalRun> {
  const started = performance.now();
  const { program, stack, config = {}, dataDir, signal, say = () => {} } = settings;
  const project = readProject(program, stack, config);
  const refused = projectFaults(project.root);
  if (refused.length > 0)
    throw new Error(`Pulumi refuses this project:\n${refused.map((fault) => `  - ${fault}`).join("\n")}`);
  if (!existsSync(program)) {
    throw new Error(`The program is "${program}", and there is no such file; give the program's file with --program.`);
  }
  const region = project.config["aws:region"] ?? "";
  const clock = createClock(settings.speed);
  const closers: (() => Promise<void>)[] = [];
  if (dataDir !== undefined) {
    const release = takeDataFolder(dataDir);
    closers.push(async () => release());
  }
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const end of closers.reverse()) await end();
    })();
    return closing;
  };
  try {
    let graph: Graph | undefined;
    let address = "";
    // The services ask each other, so the function that asks is made after them.
    let asking: Ask | undefined;
    let absent: readonly GraphResource[] = [];
    const ask: Ask = (...request) => {
      if (asking === undefined) throw new Error("asked before the services were there");
      return asking(...request);
    };
    const common = { clock, ask, accountId, region, address: () => address };

    const {
      dynamodb,
      dynamodbstreams,
      watch: watchTable,
    } = await createDynamoDb({
      accountId,
      region,
      ...(dataDir !== undefined && { dataDir }),
      onExit: (message) => settings.onCrash?.(message),
    });
    closers.push(() => dynamodb.close());
    const sqs = await createSqs({ ...common, ...(dataDir !== undefined && { dataDir }) });
    closers.push(() => sqs.close());
    const kinesis = createKinesis({ clock, accountId, region });
    closers.push(() => kinesis.close());
    // Who tells of what is written to a stream, by the service in its ARN.
    const watches: Readonly<Record<string, typeof watchTable>> = { dynamodb: watchTable, kinesis: kinesis.watch };
    // Of what outlives the run: tables.
    const checkpoints =
      dataDir === undefined ? undefined : createCheckpointStore(path.join(dataDir, "mapping-checkpoints.json"));
    closers.push(async () => checkpoints?.close());
    const lambda = createLambda({
      ...common,
      watchStream: (arn, wake) => watches[arn.split(":")[2] ?? ""]?.(arn, wake) ?? (() => {}),
      checkpoints: (mapping) =>
        mapping.eventSourceArn.split(":")[2] === "dynamodb" ? checkpoints?.of(mapping) : undefined,
      ...(settings.concurrency !== undefined && { concurrency: settings.concurrency }),
      ...(settings.inspectPort !== undefined && { inspectPort: settings.inspectPort }),
      onLog: (functionName, _requestId, line) => settings.onLog?.(functionName, line),
      onBatch: ({ functionName, received, functionError }) => {
        if (functionError !== undefined)
          settings.onBatchError?.(functionName, `${received} received: ${functionError}`);
      },
      onProblem: say,
    });
    const sns = createSns({ ...common, ...(dataDir !== undefined && { dataDir }), onProblem: say });
    closers.push(() => sns.close());
    const scheduler = createScheduler({ clock, ask, accountId, region, onProblem: say });
    closers.push(() => scheduler.close());
    const events = createEvents({ clock, ask, accountId, region, onProblem: say });
    closers.push(() => events.close());
    const s3 = createS3OnDemand({
      clock,
      ask,
      accountId,
      region,
      bucketArn: (name) => bucketArnIn(region, name),
      onProblem: say,
    });
    closers.push(() => s3.service.close());
    let lambdaClosed: Promise<void> | undefined;
    const closeLambda = () => {
      lambdaClosed ??= lambda.close();
      return lambdaClosed;
    };
    closers.push(closeLambda);
    const apiGateway = createApiGateway({ ...common, log: say });
    const secrets = new SecretStore({ root: project.root, accountId, region });
    const now = () => clock.now();
    const observers: Observer[] = [...(settings.observers ?? [])];
    const services = [
      sqs,
      sns,
      dynamodb,
      dynamodbstreams,
      kinesis,
      s3.service,
      lambda.service,
      scheduler.service,
      events.service,
      apiGateway.service,
      createSsm(secrets, now),
      createSecretsManager(secrets, now),
    ];
    asking = createAsk(services, observers, () => absentFor(absent));

    const front = await startFront({
      port: settings.port,
      ask,
      identify: (accessKeyId, sender) => lambda.identify(accessKeyId, sender),
      queryProtocols: { sns: snsQueryProtocol },
      routes: [...lambda.routes, apiGateway.route, ...scheduler.routes, ownPages(() => graph?.outputs)],
      buckets: s3.buckets,
      region,
      accountId,
      absent: () => absentFor(absent),
      log: say,
    });
    closers.push(() => front.close());
    // First of all: what functions still run needs the front and the services behind it.
    closers.push(closeLambda);
    address = front.address;

    const evaluatedSince = Date.now();
    const { stackOutputs } = settings;
    const evaluation = { program, stack, config, address, ...(stackOutputs && { stackOutputs }) };
    const { graph: evaluated, modules } = await evaluate({ ...evaluation, ...(signal && { signal }), onOutput: say });
    for (const line of describeWithoutEffect(evaluated.resources)) say(line);
    const policyOf = (arn: string) => services.find(({ name }) => name === arn.split(":")[2])?.policyOf?.(arn);
    const iam = new Iam(evaluated, { accountId, region, policyOf });
    const { streamOf } = kinesis;
    const secretArnOf = (nameOrArn: string) => secrets.secret(nameOrArn)?.arn;
    const { sourceQueuesOf } = sqs;
    observers.push(createPermissions(iam, { accountId, region, streamOf, sourceQueuesOf, secretArnOf }));
    const provisioners: Provisioners = {
      ...sqsProvisioners(ask),
      ...snsProvisioners(ask, say),
      ...dynamodbProvisioners(ask),
      ...kinesisProvisioners(ask),
      ...lambdaProvisioners({ lambda, ask, clock, projectRoot: project.root }),
      ...apiGateway.provisioners,
      ...scheduler.provisioners,
      ...events.provisioners,
      ...secretProvisioners(secrets),
      ...s3.provisioners,
    };
    const custom = evaluated.resources.filter((resource) => resource.custom);
    absent = custom.filter(({ type }) => provisioners[type] === undefined && withoutEffect[type] === undefined);
    const notice = describeAbsent(absent);
    if (notice !== undefined) say(notice);
    await provision(custom, provisioners, () => checkRoles(evaluated, iam), signal);
    for (const line of describeMissingSecrets(custom, secrets)) say(line);
    graph = evaluated;
    if (settings.watch) {
      // Brings the bundler along, which nothing else here needs.
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

/** In the order of registration, in which whatever a resource needs comes before it; but what reads queues starts when all is there, and `check` has passed. */
async function provision(
  custom: readonly GraphResource[],
  provisioners: Provisioners,
  check: () => void,
  signal?: AbortSignal,
): Promise<void> {
  const starts = (resource: GraphResource) => resource.type === "aws:lambda/eventSourceMapping:EventSourceMapping";
  const create = async (chosen: readonly GraphResource[]) => {
    for (const resource of chosen) {
      signal?.throwIfAborted();
      await provisioners[resource.type]?.(resource);
    }
  };
  await create(custom.filter((each) => !starts(each)));
  check();
  await create(custom.filter(starts));
}
