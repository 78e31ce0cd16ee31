// What the AWS provider would answer for a resource: its inputs, and what AWS computes. All of it follows from the URN.
// The file is longer than others because it is one table with an entry for each type.
import type { Value } from "../graph";
import { dnsSuffixOf } from "../partition";
import { physicalName, randomText } from "./autoname";
import { bucketAnswers } from "./buckets";
import { takesTags } from "./default-tags";
import { type NetworkContext, networkAnswers, remoteAnswers } from "./network";
import { subscriptionArn } from "./subscription-arn";

export interface World {
  readonly project: string;
  readonly stack: string;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  /** `http://127.0.0.1:4566` where everything is served locally; undefined where the addresses are those of AWS. */
  readonly address: string | undefined;
  readonly autonaming: Value | undefined;
  /** The tags of `aws:defaultTags`, for every resource that takes tags. */
  readonly defaultTags: Readonly<Record<string, Value>>;
}

export interface Requested {
  /** Names, ids and whatever else AWS generates are derived from this and from `name`. */
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, Value>>;
}

export interface Created {
  readonly id: string;
  readonly outputs: Readonly<Record<string, Value>>;
}

/** `name` is the physical name, `arn(service, resource)` an ARN, `random(n)` lower-case letters and digits. */
interface Context {
  readonly world: World;
  readonly name: string;
  readonly inputs: Readonly<Record<string, Value>>;
  arn(service: string, resource: string): string;
  random(length: number): string;
  uuid(): string;
}

type Computed = { readonly id: string } & Readonly<Record<string, Value>>;

/** AWS derives this label from the time at which the stream was created. Here it is the same in every run. */
const streamLabel = "2026-01-01T00:00:00.000";
const path = (value: Value | undefined) => String(value ?? "");

const computedByType: Readonly<Record<string, (context: Context) => Computed>> = {
  ...bucketAnswers,
  "aws:sqs/queue:Queue": ({ world, name, arn }) => {
    const url = `${world.address ?? `https://sqs.${world.region}.${dnsSuffixOf(world.partition)}`}/${world.accountId}/${name}`;
    return { id: url, url, name, arn: arn("sqs", name) };
  },
  "aws:sqs/queuePolicy:QueuePolicy": ({ inputs }) => ({ id: path(inputs.queueUrl) }),
  "aws:sqs/redrivePolicy:RedrivePolicy": ({ inputs }) => ({ id: path(inputs.queueUrl) }),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": ({ inputs }) => ({ id: path(inputs.queueUrl) }),
  "aws:sns/topic:Topic": ({ world, name, arn }) => ({
    id: arn("sns", name),
    arn: arn("sns", name),
    name,
    owner: world.accountId,
  }),
  "aws:sns/topicPolicy:TopicPolicy": ({ world, inputs }) => ({ id: path(inputs.arn), owner: world.accountId }),
  "aws:sns/topicSubscription:TopicSubscription": ({ world, inputs }) => {
    const arn = subscriptionArn(path(inputs.topic), path(inputs.protocol), path(inputs.endpoint));
    return { id: arn, arn, ownerId: world.accountId, pendingConfirmation: false, confirmationWasAuthenticated: true };
  },
  "aws:kinesis/stream:Stream": ({ name, arn }) => ({
    id: arn("kinesis", `stream/${name}`),
    arn: arn("kinesis", `stream/${name}`),
    name,
  }),
  "aws:kinesis/streamConsumer:StreamConsumer": ({ name, inputs }) => {
    const arn = `${path(inputs.streamArn)}/consumer/${name}:1767225600`;
    return { id: arn, arn, name, creationTimestamp: "2026-01-01T00:00:00Z" };
  },
  "aws:dynamodb/table:Table": ({ name, inputs, arn }) => ({
    id: name,
    name,
    arn: arn("dynamodb", `table/${name}`),
    ...(inputs.streamEnabled === true && {
      streamArn: arn("dynamodb", `table/${name}/stream/${streamLabel}`),
      streamLabel,
    }),
  }),
  "aws:cloudwatch/eventBus:EventBus": ({ name, arn }) => ({ id: name, name, arn: arn("events", `event-bus/${name}`) }),
  "aws:cloudwatch/eventRule:EventRule": ({ name, inputs, arn }) => {
    const bus = path(inputs.eventBusName).split("/").pop() || "default";
    const rule = bus === "default" ? name : `${bus}/${name}`;
    return { id: rule, name, eventBusName: bus, arn: arn("events", `rule/${rule}`) };
  },
  "aws:scheduler/schedule:Schedule": ({ name, inputs, arn }) => {
    const group = path(inputs.groupName) || "default";
    return { id: `${group}/${name}`, name, groupName: group, arn: arn("scheduler", `schedule/${group}/${name}`) };
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": ({ name, arn }) => ({
    id: name,
    name,
    arn: arn("scheduler", `schedule-group/${name}`),
    state: "ACTIVE",
  }),
  "aws:lambda/function:Function": ({ world, name, arn }) => {
    const own = arn("lambda", `function:${name}`);
    return {
      id: name,
      name,
      arn: own,
      qualifiedArn: `${own}:$LATEST`,
      version: "$LATEST",
      invokeArn: `arn:${world.partition}:apigateway:${world.region}:lambda:path/2015-03-31/functions/${own}/invocations`,
    };
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": ({ uuid, inputs, arn }) => {
    const functionName = path(inputs.functionName).split(":").pop() ?? "";
    return {
      id: uuid(),
      uuid: uuid(),
      arn: arn("lambda", `event-source-mapping:${uuid()}`),
      functionArn: arn("lambda", `function:${functionName}`),
    };
  },
  "aws:iam/role:Role": ({ world, name, inputs, random }) => ({
    id: name,
    name,
    arn: `arn:${world.partition}:iam::${world.accountId}:role${path(inputs.path) || "/"}${name}`,
    uniqueId: `AROA${random(17).toUpperCase()}`,
  }),
  "aws:iam/policy:Policy": ({ world, name, inputs }) => {
    const arn = `arn:${world.partition}:iam::${world.accountId}:policy${path(inputs.path) || "/"}${name}`;
    return { id: arn, arn, name };
  },
  "aws:iam/rolePolicy:RolePolicy": ({ inputs, name }) => ({ id: `${path(inputs.role)}:${name}`, name }),
  "aws:kms/key:Key": ({ uuid, arn }) => ({ id: uuid(), keyId: uuid(), arn: arn("kms", `key/${uuid()}`) }),
  "aws:cloudwatch/logGroup:LogGroup": ({ name, arn }) => ({ id: name, name, arn: arn("logs", `log-group:${name}`) }),
  "aws:cloudwatch/dashboard:Dashboard": ({ world, inputs }) => ({
    id: path(inputs.dashboardName),
    dashboardArn: `arn:${world.partition}:cloudwatch::${world.accountId}:dashboard/${path(inputs.dashboardName)}`,
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ name, arn }) => ({
    id: name,
    name,
    arn: arn("cloudwatch", `alarm:${name}`),
  }),
  "aws:ssm/parameter:Parameter": ({ name, arn }) => ({
    id: name,
    name,
    version: 1,
    arn: arn("ssm", `parameter${name.replace(/^\/?/, "/")}`),
  }),
  "aws:secretsmanager/secret:Secret": ({ name, arn, random }) => {
    const own = arn("secretsmanager", `secret:${name}-${random(6)}`);
    return { id: own, name, arn: own };
  },
  "aws:secretsmanager/secretVersion:SecretVersion": ({ inputs, uuid }) => {
    const arn = path(inputs.secretId);
    return { id: `${arn}|${uuid()}`, arn, versionId: uuid(), versionStages: ["AWSCURRENT"] };
  },
  "aws:apigateway/restApi:RestApi": ({ world, name, random, arn }) => {
    const id = random(10);
    return {
      id,
      name,
      rootResourceId: random(20).slice(10),
      arn: `arn:${world.partition}:apigateway:${world.region}::/restapis/${id}`,
      executionArn: arn("execute-api", id),
    };
  },
  "aws:apigateway/resource:Resource": ({ random }) => ({ id: random(6) }),
  "aws:apigateway/model:Model": ({ name, random }) => ({ id: random(6), name }),
  "aws:apigateway/requestValidator:RequestValidator": ({ name, random }) => ({ id: random(6), name }),
  "aws:apigateway/method:Method": ({ inputs }) => ({
    id: `agm-${path(inputs.restApi)}-${path(inputs.resourceId)}-${path(inputs.httpMethod)}`,
  }),
  "aws:apigateway/integration:Integration": ({ inputs }) => ({
    id: `agi-${path(inputs.restApi)}-${path(inputs.resourceId)}-${path(inputs.httpMethod)}`,
  }),
  "aws:apigateway/deployment:Deployment": ({ random }) => ({ id: random(6) }),
  "aws:apigateway/stage:Stage": ({ world, inputs, arn }) => {
    const [api, stage] = [path(inputs.restApi), path(inputs.stageName)];
    const invokeUrl =
      world.address === undefined
        ? `https://${api}.execute-api.${world.region}.${dnsSuffixOf(world.partition)}/${stage}`
        : `${world.address}/_aws/execute-api/${api}/${stage}`;
    return {
      id: `ags-${api}-${stage}`,
      invokeUrl,
      executionArn: arn("execute-api", `${api}/${stage}`),
      arn: `arn:${world.partition}:apigateway:${world.region}::/restapis/${api}/stages/${stage}`,
    };
  },
};

/**
 * Throws an Error where AWS would refuse the name of the resource. `paths` has the path of each API Gateway resource so
 * far, by its id.
 */
export function create(requested: Requested, world: World, paths: Map<string, string>): Created {
  const { urn, type, name: logicalName, inputs } = requested;
  const lowerCase = "abcdefghijklmnopqrstuvwxyz0123456789";
  const name = physicalName({ ...world, urn, type, name: logicalName, inputs }, world.autonaming);
  const hexadecimal = randomText(urn, "0123456789abcdef", 32);
  const context: Context = {
    world,
    inputs,
    name: name ?? path(inputs.name ?? logicalName),
    arn: (...parts) => arnOf(world, ...parts),
    random: (length) => randomText(urn, lowerCase, length),
    uuid: () => hexadecimal.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  };
  const { id, ...computed } = computedByType[type]?.(context) ??
    networkAnswers[type]?.(networkContext(requested, context)) ?? {
      id: `${logicalName}-${context.random(7)}`,
      arn: context.arn(type.split(/[:/]/)[1] ?? "aws", `${logicalName}-${context.random(7)}`),
    };
  const outputs: Record<string, Value> = { ...inputs, ...computed };
  if (takesTags(type))
    outputs.tagsAll = { ...world.defaultTags, ...(inputs.tags as Record<string, Value> | undefined) };
  if (type === "aws:apigateway/resource:Resource") {
    const resourcePath = `${paths.get(path(inputs.parentId)) ?? ""}/${path(inputs.pathPart)}`;
    paths.set(id, resourcePath);
    outputs.path = resourcePath;
  }
  return { id, outputs };
}

/**
 * What the provider would answer for an existing resource, as far as its id tells: names and ARNs. For types that are
 * not in the table above, only what the program gives is known.
 */
export function read(requested: Requested, id: string, world: World): Readonly<Record<string, Value>> {
  const { type, inputs } = requested;
  if (computedByType[type] === undefined) return { ...inputs, id };
  const isQueue = type === "aws:sqs/queue:Queue";
  // The id of a queue is its URL. The id of other resources is their ARN or their name.
  const name = isQueue || id.startsWith("arn:") ? id.replace(/^.*[/:]/, "") : id;
  const fifo = isQueue && name.endsWith(".fifo") && { fifoQueue: true };
  const bucket = /^aws:s3\/bucket(V2)?:/.test(type) && { bucket: name };
  const { outputs } = create({ ...requested, inputs: { ...inputs, ...fifo, ...bucket, name } }, world, new Map());
  const own: Record<string, Value> = { ...outputs, id };
  if (id.startsWith("arn:")) own.arn = id;
  if (isQueue) {
    const [, region = world.region] = /^https:\/\/sqs\.([a-z0-9-]+)\./.exec(id) ?? [];
    const [, accountId = world.accountId] = /\/(\d{12})\/[^/]+$/.exec(id) ?? [];
    Object.assign(own, { url: id, arn: arnOf({ ...world, region, accountId }, "sqs", name) });
  }
  if (type === "aws:kms/key:Key" && !id.startsWith("arn:")) {
    Object.assign(own, { keyId: id, arn: arnOf(world, "kms", `key/${id}`) });
  }
  return own;
}

/** The outputs that a remote component would register; none for components that are not known here. */
export function createRemote(requested: Requested, world: World): Readonly<Record<string, Value>> {
  const context = networkContext(requested, { world, arn: (...parts) => arnOf(world, ...parts) });
  return remoteAnswers[requested.type]?.(context) ?? {};
}

function networkContext({ urn, inputs }: Requested, { world, arn }: Pick<Context, "world" | "arn">): NetworkContext {
  const { region, accountId } = world;
  const hexadecimal = (part: string) => randomText(`${urn}${part}`, "0123456789abcdef", 32);
  return { inputs, region, accountId, arn, hexadecimal };
}

function arnOf({ partition, region, accountId }: World, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}
