// The services of the run, wired to each other: each asks the others through one function.
import * as path from "node:path";
import { bucketArnIn } from "@spillway/graph";
import { createApiGateway } from "./api-gateway/service";
import { dynamodbProvisioners } from "./dynamodb/provision";
import { createDynamoDb } from "./dynamodb/service";
import { createEvents } from "./events/service";
import type { FrontSettings } from "./http/front";
import type { IamSettings } from "./iam/iam";
import type { PermissionSettings } from "./iam/permissions";
import type { Role } from "./iam/roles";
import { kinesisProvisioners } from "./kinesis/provision";
import { createKinesis } from "./kinesis/service";
import { createCheckpointStore } from "./lambda/mapping/checkpoint-store";
import { lambdaProvisioners } from "./lambda/provision";
import { createLambda, type Lambda } from "./lambda/service";
import { logProvisioners } from "./logs/provision";
import { LogStore } from "./logs/store";
import { createS3OnDemand } from "./s3/on-demand";
import { createScheduler } from "./scheduler/service";
import { secretProvisioners } from "./secrets/provision";
import { createSecretsManager } from "./secrets/secrets-manager";
import { createSsm } from "./secrets/ssm";
import { SecretStore } from "./secrets/store";
import { type Ask, createAsk, type Observer, type Principal } from "./service/ask";
import type { Clock } from "./service/clock";
import { onDemand } from "./service/on-demand";
import type { Provisioners } from "./service/provision";
import { snsProvisioners } from "./sns/provision";
import { createSns } from "./sns/service";
import { sqsProvisioners } from "./sqs/provision";
import { createSqs, type Sqs } from "./sqs/service";
import { Sessions } from "./sts/sessions";

export interface ServicesSettings {
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  /** What the paths of archives are relative to, and where the program's secrets are read. */
  readonly projectRoot: string;
  /** Origin of the front, as `http://127.0.0.1:4566`. */
  address(): string;
  /** Where queues, topics and tables outlive the run. Default: nowhere. */
  readonly dataDir?: string | undefined;
  /** How many events run at a time over all functions. Default: two per core. */
  readonly concurrency?: number | undefined;
  /** First of the ports on which the functions listen for a debugger. Default: none listens. */
  readonly inspectPort?: number | undefined;
  /** See every request from the moment that they are added. */
  readonly observers: readonly Observer[];
  /** The program's resources that the run does not have, in words for their callers. */
  absent(): string;
  /** A role of the program; undefined for any other, and until the program is evaluated. */
  role(arn: string): Role | undefined;
  /** What the user should know. */
  say(line: string): void;
  onLog?(functionName: string, line: string, requestId: string | undefined): void;
  onBatchError?(functionName: string, message: string): void;
  onCrash?(message: string): void;
}

export interface Services {
  readonly ask: Ask;
  /** Finds the owner of an access key. `sender` is the key of the function whose process sent the request. */
  identify(accessKeyId: string | undefined, sender?: string): Principal;
  readonly lambda: Lambda;
  readonly sqs: Sqs;
  readonly secrets: SecretStore;
  readonly provisioners: Provisioners;
  /** What the front serves besides the JSON protocol. */
  readonly served: Pick<FrontSettings, "buckets" | "routes">;
  /** What the judge of permissions asks the services for. */
  readonly known: Pick<IamSettings, "policyOf"> &
    Pick<PermissionSettings, "streamOf" | "sourceQueuesOf" | "secretArnOf">;
}

/**
 * `closing` receives the end of each service in the order of their creation, even if a later service cannot be created.
 */
export async function createServices(
  settings: ServicesSettings,
  closing: (end: () => Promise<void>) => void,
): Promise<Services> {
  const { clock, accountId, region, projectRoot, address, dataDir, say } = settings;
  // The services ask each other, so the function that asks is made after them.
  let asking: Ask | undefined;
  const ask: Ask = (...request) => {
    if (asking === undefined) throw new Error("called before the services were started");
    return asking(...request);
  };
  const common = { clock, ask, accountId, region, address, onProblem: say };
  const kept = dataDir === undefined ? {} : { dataDir };

  const database = await createDynamoDb({
    accountId,
    region,
    ...kept,
    onExit: (message) => settings.onCrash?.(message),
  });
  const { dynamodb, dynamodbstreams } = database;
  closing(() => dynamodb.close());
  const sqs = await createSqs({ ...common, ...kept });
  closing(() => sqs.close());
  const kinesis = createKinesis({ clock, accountId, region });
  closing(() => kinesis.close());
  // Only tables outlive the run, so only their mappings have checkpoints.
  const checkpoints =
    dataDir === undefined ? undefined : createCheckpointStore(path.join(dataDir, "mapping-checkpoints.json"));
  closing(async () => checkpoints?.close());
  const logs = new LogStore({ clock, accountId, region });
  const lambda = createLambda({
    ...common,
    onWrite: (arn, wake) => (serviceIn(arn) === "dynamodb" ? database : kinesis).onWrite(arn, wake),
    checkpoints: (mapping) => (serviceIn(mapping.eventSourceArn) === "dynamodb" ? checkpoints?.of(mapping) : undefined),
    ...(settings.concurrency !== undefined && { concurrency: settings.concurrency }),
    ...(settings.inspectPort !== undefined && { inspectPort: settings.inspectPort }),
    onLog: (functionName, requestId, line) => settings.onLog?.(functionName, line, requestId),
    writeLog: (logGroup, logStream, line) => logs.write(logGroup, logStream, line),
    onBatch: ({ functionName, received, functionError }) => {
      if (functionError !== undefined) settings.onBatchError?.(functionName, `${received} received: ${functionError}`);
    },
  });
  const sns = createSns({ ...common, ...kept });
  closing(() => sns.close());
  const scheduler = createScheduler(common);
  closing(() => scheduler.close());
  const events = createEvents(common);
  closing(() => events.close());
  const s3 = createS3OnDemand({ ...common, bucketArn: (name) => bucketArnIn(region, name) });
  closing(() => s3.service.close());
  closing(() => lambda.close());
  const apiGateway = createApiGateway({ ...common, log: say });
  const secrets = new SecretStore({ root: projectRoot, accountId, region });
  const now = () => clock.now();
  const sessions = new Sessions(now);
  const sts = { sessions, accountId, region, role: settings.role };
  const services = [
    ...[sqs, sns, dynamodb, dynamodbstreams, kinesis, s3.service, lambda.service],
    ...[scheduler.service, events.service, apiGateway.service],
    ...[createSsm(secrets, now), createSecretsManager(secrets, now)],
    onDemand("logs", () => (require("./logs/service") as typeof import("./logs/service")).createLogs(logs)),
    onDemand("sts", () => (require("./sts/service") as typeof import("./sts/service")).createSts(sts)),
  ];
  asking = createAsk(services, settings.observers, settings.absent);

  return {
    ask,
    identify: (accessKeyId, sender) => sessions.identify(accessKeyId) ?? lambda.identify(accessKeyId, sender),
    lambda,
    sqs,
    secrets,
    provisioners: {
      ...sqsProvisioners(ask),
      ...snsProvisioners(ask, say),
      ...dynamodbProvisioners(ask),
      ...kinesisProvisioners(ask),
      ...lambdaProvisioners({ lambda, ask, clock, projectRoot }),
      ...apiGateway.provisioners,
      ...scheduler.provisioners,
      ...events.provisioners,
      ...secretProvisioners(secrets),
      ...logProvisioners(logs),
      ...s3.provisioners,
    },
    served: {
      routes: [...lambda.routes, apiGateway.route, ...scheduler.routes],
      buckets: s3.buckets,
    },
    known: {
      policyOf: (arn) => {
        const service = serviceIn(arn);
        return services.find(({ name }) => name === service)?.policyOf?.(arn);
      },
      streamOf: kinesis.streamOf,
      sourceQueuesOf: sqs.sourceQueuesOf,
      secretArnOf: (nameOrArn) => secrets.secret(nameOrArn)?.arn,
    },
  };
}

const serviceIn = (arn: string) => arn.split(":")[2];
