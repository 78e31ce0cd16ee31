// Lambda of the local run: its functions in their environments, and its API's actions.
import { partitionOf } from "@spillway/graph";
import type { Route } from "../protocol/http";
import { restJsonRoutes } from "../protocol/rest-json";
import { type Ask, type Message, type Principal, type Service, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { type AsynchronousConfig, AsynchronousInvocations } from "./asynchronous";
import { type DeployedFunction, describeFunction, describeMapping, revision } from "./descriptions";
import { CredentialStore } from "./function/credentials";
import type { FunctionDefinition, Invoke } from "./function/definition";
import { editTheProgram, invalid, notFound } from "./function/errors";
import { Pool } from "./function/pool";
import { optionalBoolean, optionalText, pageOf, text } from "./input";
import { runInvoke } from "./invoke";
import type { BatchReport, Checkpoints, Mapping, MappingDefinition, StartMapping } from "./mapping/mapping";
import { startQueueMapping } from "./mapping/queue";
import { startKinesisMapping, startTableMapping } from "./mapping/stream";
import { Registry } from "./registry";

export interface LambdaSettings {
  readonly clock: Clock;
  readonly ask: Ask;
  /** Origin of the front, as `http://127.0.0.1:4566`. */
  address(): string;
  readonly accountId: string;
  readonly region: string;
  /** How many events run at a time over all functions, at least 1. Default: two per core. */
  readonly concurrency?: number;
  /** Milliseconds of real time after which an idle environment is ended. Default: 300,000. */
  readonly idleTime?: number;
  /**
   * Megabytes that all environments may hold before another takes the place of an idle one. Default: a quarter of the
   * machine's memory.
   */
  readonly memory?: number;
  /** First of the ports of 127.0.0.1 on which the functions listen for a debugger, one each. Default: none listens. */
  readonly inspectPort?: number;
  /**
   * How a mapping is run, by the service in its source's ARN. Default: queues (`sqs`), streams (`kinesis`), tables'
   * streams (`dynamodb`).
   */
  readonly sources?: Readonly<Record<string, StartMapping>>;
  /** Calls `wake` after each write to the stream, until the function that it returns is called. */
  onWrite?(streamArn: string, wake: () => void): () => void;
  /** Where the mapping of a stream continues in the next run. */
  checkpoints?(definition: MappingDefinition): Checkpoints | undefined;
  /** Receives each line that a function writes. */
  onLog?(functionName: string, requestId: string | undefined, line: string): void;
  /** Receives each line for the log group of a function: those that the function writes, and the platform's. */
  writeLog?(logGroup: string, logStream: string, line: string): void;
  /** Receives a report on each batch that a mapping has run. */
  onBatch?(report: BatchReport): void;
  /** Receives what the user should know, such as a mapping that cannot read its source or a lost event. */
  onProblem?(message: string): void;
}

export interface Lambda {
  readonly service: Service;
  /** Lambda's REST API, which the front serves. */
  readonly routes: readonly Route[];
  readonly registry: Registry;
  readonly pool: Pool;
  /** Finds the owner of an access key. `sender` is the key of the function whose process sent the request. */
  identify(accessKeyId: string | undefined, sender?: string): Principal;
  /** Creates the function, or replaces its code and configuration. */
  putFunction(definition: FunctionDefinition): void;
  putAsynchronousConfig(functionName: string, config: AsynchronousConfig): void;
  /** Creates the mapping and starts it unless it is disabled. An earlier mapping with the same id is closed first. */
  putMapping(definition: MappingDefinition): Promise<void>;
  /**
   * Stops the mappings, then everything that runs. `grace` is the time for running batches, in milliseconds. Default:
   * 5,000.
   */
  close(grace?: number): Promise<void>;
}

type Action = (input: Message, principal: Principal) => Message | Promise<Message>;

export function createLambda(settings: LambdaSettings): Lambda {
  const { clock, ask, accountId, region, onBatch, onProblem, onWrite } = settings;
  const sources: Readonly<Record<string, StartMapping>> = {
    sqs: startQueueMapping,
    kinesis: startKinesisMapping,
    dynamodb: startTableMapping,
    ...settings.sources,
  };
  const credentials = new CredentialStore();
  const registry = new Registry(partitionOf(region), region, accountId);
  const pool = new Pool({ ...settings, credentials });
  const invoke: Invoke = (functionName, request) => pool.invoke(functionName, request);
  const asynchronous = new AsynchronousInvocations({ ask, invoke, clock, onProblem });
  const now = () => Math.floor(clock.now());

  const found = (input: Message) => registry.find(text(input, "FunctionName"), optionalText(input, "Qualifier"));
  const keyOfFunction = ({ definition }: DeployedFunction) => definition.functionName;
  const hasQualifier = (input: Message) =>
    optionalText(input, "Qualifier") !== undefined || String(input.FunctionName).endsWith(":$LATEST");
  const described = (uuid: string) => {
    const { mapping, modifiedAt } = registry.findMapping(uuid);
    return describeMapping(mapping, modifiedAt);
  };

  const actions: Readonly<Record<string, Action>> = {
    Invoke: (input, principal) => runInvoke(input, principal, { registry, invoke, asynchronous }),
    GetFunction: (input) => {
      const deployed = found(input);
      const { reservedConcurrency, archive, arn } = deployed.definition;
      const tags = registry.tagsOf(arn);
      return {
        Configuration: describeFunction(deployed, hasQualifier(input)),
        Code: { RepositoryType: "S3", Location: `file://${archive}` },
        ...(reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
        }),
        ...(Object.keys(tags).length > 0 && { Tags: tags }),
      };
    },
    GetFunctionConfiguration: (input) => describeFunction(found(input), hasQualifier(input)),
    GetFunctionConcurrency: (input) => {
      const { reservedConcurrency } = found(input).definition;
      return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    },
    GetFunctionEventInvokeConfig: (input) => {
      const { definition, modifiedAt } = found(input);
      const config = registry.asynchronousConfigs.get(definition.functionName);
      if (config === undefined) {
        throw notFound(`The function ${definition.arn}:$LATEST doesn't have an EventInvokeConfig`);
      }
      const { onSuccess, onFailure } = config;
      return {
        FunctionArn: `${definition.arn}:$LATEST`,
        LastModified: modifiedAt / 1000,
        MaximumRetryAttempts: config.maximumRetryAttempts,
        MaximumEventAgeInSeconds: config.maximumEventAgeInSeconds,
        DestinationConfig: {
          OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
          OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
        },
      };
    },
    GetPolicy: (input) => {
      const policy = registry.policyOf(found(input).definition.functionName);
      if (policy === undefined) throw notFound("The resource you requested does not exist.");
      return { Policy: policy, RevisionId: revision({ policy }) };
    },
    ListTags: (input) => ({ Tags: registry.tagsOf(text(input, "Resource")) }),
    ListFunctions: (input) => {
      const { items, more } = pageOf(registry.functions.values(), keyOfFunction, input, 50);
      return { Functions: items.map((each) => describeFunction(each)), ...more };
    },
    ListEventSourceMappings: (input) => {
      const name = optionalText(input, "FunctionName");
      const functionName = name === undefined ? undefined : registry.find(name).definition.functionName;
      const source = optionalText(input, "EventSourceArn");
      const all = [...registry.mappings.values()].filter(
        ({ mapping: { definition } }) =>
          (functionName === undefined || definition.functionName === functionName) &&
          (source === undefined || definition.eventSourceArn === source),
      );
      const { items, more } = pageOf(all, ({ mapping }) => mapping.definition.uuid, input, 100);
      return {
        EventSourceMappings: items.map(({ mapping, modifiedAt }) => describeMapping(mapping, modifiedAt)),
        ...more,
      };
    },
    GetEventSourceMapping: (input) => described(text(input, "UUID")),
    UpdateEventSourceMapping: (input) => {
      const { UUID, Enabled: _enabled, FunctionName, ...others } = input;
      const [other] = Object.keys(others);
      if (other !== undefined) throw editTheProgram(`The mapping's ${other}`);
      const uuid = text(input, "UUID");
      const registered = registry.findMapping(uuid);
      const enabled = optionalBoolean(input, "Enabled");
      if (enabled !== undefined) {
        registered.modifiedAt = now();
        if (enabled) registered.mapping.resume();
        else void registered.mapping.pause();
      }
      return described(uuid);
    },
  };
  const service: Service = {
    name: "lambda",
    async handle(principal, action, input) {
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (act !== undefined) return act(input, principal);
      if (/^(Create|Update|Delete|Put|Publish|Add|Remove|Tag|Untag)/.test(action))
        throw editTheProgram(`${action}: what it`);
      throw new ServiceError("UnknownOperationException", `The local run's Lambda has no action ${action}.`, 404);
    },
    policyOf: (arn) => registry.policyOf(arn.replace(/^.*:function:([^:]+).*$/, "$1")),
    close: () => close(),
  };
  let closing: Promise<void> | undefined;
  const close = (grace?: number) => {
    closing ??= (async () => {
      await Promise.all([...registry.mappings.values()].map(({ mapping }) => mapping.close(grace)));
      await asynchronous.close();
      await pool.close();
    })();
    return closing;
  };

  return {
    service,
    routes: restJsonRoutes(ask, rest),
    registry,
    pool,
    identify: (accessKeyId, sender) => credentials.identify(accessKeyId, sender),
    putFunction: (definition) => {
      registry.functions.set(definition.functionName, { definition, code: pool.add(definition), modifiedAt: now() });
    },
    putAsynchronousConfig: (functionName, config) => {
      registry.asynchronousConfigs.set(functionName, config);
    },
    putMapping: async (definition) => {
      const start = sources[definition.eventSourceArn.split(":")[2] ?? ""];
      if (start === undefined) throw invalid("Unrecognized event source.");
      await registry.mappings.get(definition.uuid)?.mapping.close();
      const checkpoints = settings.checkpoints?.(definition);
      const mapping: Mapping = start({
        ask,
        invoke,
        clock,
        definition,
        onBatch,
        onProblem,
        maybePaused: settings.inspectPort !== undefined,
        ...(onWrite && { onWrite }),
        ...(checkpoints && { checkpoints }),
      });
      registry.mappings.set(definition.uuid, { mapping, modifiedAt: now() });
    },
    close,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
const rest = {
  service: "lambda",
  title: "Lambda",
  notJson: () => new ServiceError("InvalidRequestContentException", "Could not parse request body into json."),
  errorMembers: ({ status }: ServiceError) => ({ Type: status < 500 ? "User" : "Service" }),
};
