// Stands in for Pulumi's engine towards the language host's own script (@pulumi/pulumi/cmd/run): serves a monitor over
// gRPC, and keeps what the program logs.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import type { Graph } from "@spillway/graph";
import { partitionOf, readProject } from "@spillway/graph";
import { defaultTagsOf } from "../../packages/graph/evaluate/default-tags";
import { Monitor } from "../../packages/graph/evaluate/monitor";
import type { Registration } from "../../packages/graph/evaluate/registration";
import type { TransformCallback } from "../../packages/graph/evaluate/transforms";

/** Pulumi has no types for them. */
type Message = Record<string, (value?: unknown) => unknown>;
type Messages = Readonly<Record<string, new () => Message>>;
const resourceMessages: Messages = require("@pulumi/pulumi/proto/resource_pb");
const engineMessages: Messages = require("@pulumi/pulumi/proto/engine_pb");
const { ResourceMonitorService }: Services = require("@pulumi/pulumi/proto/resource_grpc_pb");
const { EngineService }: Services = require("@pulumi/pulumi/proto/engine_grpc_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as Messages;
type Services = Readonly<Record<string, grpc.ServiceDefinition>>;

interface Call<Request> {
  readonly request: Request;
}
type Answer = (error: Error | null, answer?: unknown) => void;

export interface HostedProgram {
  /** Folder of Pulumi.yaml. */
  readonly root: string;
  readonly stack: string;
}

export interface Hosted {
  readonly graph: Graph;
  /** What the program and the host say to the user, each with its severity: 0 debug, 1 info, 2 warning, 3 error. */
  readonly log: readonly { readonly severity: number; readonly message: string }[];
}

/** Milliseconds; a busy machine may take a minute to load Pulumi and the program. */
const patience = 240_000;

/**
 * Runs a program as `pulumi up` does, with the Pulumi that it has installed. Rejects with what the host wrote where
 * that fails.
 */
export async function runInLanguageHost({ root, stack }: HostedProgram): Promise<Hosted> {
  const project = readProject(path.join(root, "index.ts"), stack);
  const region = project.config["aws:region"] ?? assert.fail("the stack has no region");
  const world = { project: project.name, stack, region, accountId: "000000000000", partition: partitionOf(region) };
  const { autonaming } = project;
  const monitor = new Monitor(
    { ...world, address: undefined, autonaming, defaultTags: defaultTagsOf(project.config) },
    false,
  );
  const log: { readonly severity: number; readonly message: string }[] = [];
  const server = new grpc.Server();
  server.addService(ResourceMonitorService ?? assert.fail(), monitorMethods(monitor));
  server.addService(
    EngineService ?? assert.fail(),
    engineMethods((each) => log.push(each)),
  );
  try {
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const address = `127.0.0.1:${port}`;
    const { code, written } = await runScript(root, {
      args: [
        `--monitor=${address}`,
        `--engine=${address}`,
        `--project=${project.name}`,
        `--stack=${stack}`,
        `--root-directory=${root}`,
        `--pwd=${root}`,
        "--parallel=16",
        ".",
      ],
      env: {
        PULUMI_NODEJS_TYPESCRIPT: "true",
        // Types are checked apart.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        // The host does not tell the loader of ES modules.
        TS_NODE_TRANSPILE_ONLY: "true",
        PULUMI_CONFIG: JSON.stringify(project.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(project.secretKeys),
      },
    });
    const errors = log.filter(({ severity }) => severity === 3).map(({ message }) => message);
    if (code !== 0) throw new Error(`the language host ended with ${code}:\n${[...errors, written].join("\n")}`);
    assert.deepEqual(errors, []);
    return { graph: monitor.graph(), log };
  } finally {
    monitor.close();
    server.forceShutdown();
  }
}

function runScript(
  folder: string,
  { args, env }: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly code: number | null; readonly written: string }> {
  const script = createRequire(path.join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: patience,
    killSignal: "SIGKILL",
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      written += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, written }));
  });
}

function monitorMethods(monitor: Monitor): grpc.UntypedServiceImplementation {
  const empty =
    (callback: Answer): Answer =>
    (error) =>
      callback(error, message(Empty));
  return {
    getDeploymentInfo: ({ request }: Call<unknown>, callback: Answer) => monitor.getDeploymentInfo(request, callback),
    supportsFeature: ({ request }: Call<{ getId(): string }>, callback: Answer) =>
      callback(
        null,
        message(resourceMessages.SupportsFeatureResponse, { Hassupport: request.getId() !== "outputValues" }),
      ),
    registerResource: ({ request }: Call<Registration>, callback: Answer) =>
      monitor.registerResource(request, callback),
    readResource: ({ request }: Call<Parameters<Monitor["readResource"]>[0]>, callback: Answer) =>
      monitor.readResource(request, callback),
    registerResourceOutputs: ({ request }: Call<Parameters<Monitor["registerResourceOutputs"]>[0]>, callback: Answer) =>
      monitor.registerResourceOutputs(request, empty(callback)),
    invoke: ({ request }: Call<Parameters<Monitor["invoke"]>[0]>, callback: Answer) =>
      monitor.invoke(request, callback),
    registerPackage: ({ request }: Call<unknown>, callback: Answer) => monitor.registerPackage(request, callback),
    registerStackTransform: ({ request }: Call<TransformCallback>, callback: Answer) =>
      monitor.registerStackTransform(request, empty(callback)),
    signalAndWaitForShutdown: (_: Call<unknown>, callback: Answer) => callback(null, message(Empty)),
  };
}

function engineMethods(
  keep: (entry: { readonly severity: number; readonly message: string }) => void,
): grpc.UntypedServiceImplementation {
  let root = "";
  return {
    log: ({ request }: Call<{ getSeverity(): number; getMessage(): string }>, callback: Answer) => {
      keep({ severity: request.getSeverity(), message: request.getMessage() });
      callback(null, message(Empty));
    },
    getRootResource: (_: Call<unknown>, callback: Answer) =>
      callback(null, message(engineMessages.GetRootResourceResponse, { Urn: root })),
    setRootResource: ({ request }: Call<{ getUrn(): string }>, callback: Answer) => {
      root = request.getUrn();
      callback(null, message(engineMessages.SetRootResourceResponse));
    },
  };
}

function message(Kind: (new () => Message) | undefined, fields: Readonly<Record<string, unknown>> = {}): Message {
  const made = new (Kind ?? assert.fail("Pulumi has no such message"))();
  for (const [name, value] of Object.entries(fields)) made[`set${name}`]?.(value);
  return made;
}
