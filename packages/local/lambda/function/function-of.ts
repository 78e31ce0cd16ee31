// Reads a function of the evaluated program. Refuses what Lambda refuses, in Lambda's words, and what cannot run here.
import { existsSync } from "node:fs";
import * as path from "node:path";
import type { GraphResource } from "@spillway/graph";
import { numberIn, physicalName, structureIn, textIn, textsIn, type Values } from "../../service/values";
import type { FunctionDefinition } from "./definition";
import { inRange, invalid, validation } from "./errors";
import { logLevels } from "./log-level";
import { reservedIn } from "./variables";

/** Properties that change what a function does, and that have no counterpart on one machine. */
const unsupported: Readonly<Record<string, string>> = {
  layers: "put what it needs into the archive",
  imageUri: "functions run from an archive",
  s3Bucket: "give the archive itself as `code`",
  fileSystemConfig: "there is no file system to mount",
  durableConfig: "there are no durable functions",
  capacityProviderConfig: "there are no managed instances",
};

/** These properties are read here. Those in the last three lines have no effect on one machine. */
export const functionProperties = {
  known: [
    ...["role", "handler", "runtime", "architectures", "timeout", "memorySize", "environment", "code", "loggingConfig"],
    ...["tracingConfig", "deadLetterConfig", "reservedConcurrentExecutions"],
    ...["packageType", "publish", "snapStart", "ephemeralStorage", "vpcConfig", "kmsKeyArn", "sourceKmsKeyArn"],
    ...["codeSha256", "sourceCodeHash", "codeSigningConfigArn", "skipDestroy", "replaceSecurityGroupsOnDestroy"],
    ...["replacementSecurityGroupIds", "useResourceTimeoutForPropagation"],
  ],
  refused: Object.fromEntries(
    Object.entries(unsupported).map(([property, instead]) => [
      property,
      `${property} is not supported by the local run; ${instead}.`,
    ]),
  ),
};

const largestEnvironment = 4096;

/** `projectRoot` is the folder that the path of the archive is relative to. */
export function functionOf(resource: GraphResource, projectRoot: string): FunctionDefinition {
  const { inputs, outputs } = resource;
  const functionName = physicalName(resource);
  const logging = structureIn(inputs, "loggingConfig") ?? {};
  const reservedConcurrency = numberIn(inputs, "reservedConcurrentExecutions");
  const archive = archiveOf(inputs, projectRoot);
  const definition: FunctionDefinition = {
    functionName,
    arn: required(outputs, "arn"),
    roleArn: required(inputs, "role"),
    handler: required(inputs, "handler"),
    runtime: required(inputs, "runtime"),
    architecture: textsIn(inputs, "architectures")[0] ?? "x86_64",
    description: textIn(inputs, "description") ?? "",
    timeout: numberIn(inputs, "timeout") ?? 3,
    memorySize: numberIn(inputs, "memorySize") ?? 128,
    environment: variablesOf(inputs),
    archive,
    ...sourceMapOf(archive),
    logGroup: textIn(logging, "logGroup") ?? `/aws/lambda/${functionName}`,
    logFormat: textIn(logging, "logFormat") === "JSON" ? "JSON" : "Text",
    ...optional("applicationLogLevel", textIn(logging, "applicationLogLevel")),
    tracing: textIn(structureIn(inputs, "tracingConfig") ?? {}, "mode") === "Active" ? "Active" : "PassThrough",
    // In Pulumi, -1 stands for no reserved concurrency.
    ...(reservedConcurrency !== undefined && reservedConcurrency >= 0 && { reservedConcurrency }),
    ...optional("deadLetterArn", textIn(structureIn(inputs, "deadLetterConfig") ?? {}, "targetArn")),
  };
  check(definition);
  return definition;
}

function check(definition: FunctionDefinition): void {
  const { timeout, memorySize, runtime, environment, handler, applicationLogLevel } = definition;
  if (runtime !== "nodejs24.x") {
    throw new Error(`runtime is "${runtime}"; the local run has nodejs24.x only. Set runtime to "nodejs24.x".`);
  }
  inRange("timeout", timeout, 1, 900);
  inRange("memorySize", memorySize, 128, 10_240);
  if (/\s/.test(handler) || handler.length > 128) {
    throw validation(handler, "handler", "Member must satisfy regular expression pattern: [^\\s]+");
  }
  if (applicationLogLevel !== undefined && !logLevels.includes(applicationLogLevel)) {
    const rule = `Member must satisfy enum value set: [${logLevels.join(", ")}]`;
    throw validation(applicationLogLevel, "loggingConfig.applicationLogLevel", rule);
  }
  const reserved = reservedIn(environment);
  if (reserved.length > 0) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  for (const name of Object.keys(environment)) {
    if (!/^[a-zA-Z]([a-zA-Z0-9_])+$/.test(name)) {
      throw validation(
        `{${name}}`,
        "environment.variables",
        "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
      );
    }
  }
  const measured = JSON.stringify(environment);
  if (Buffer.byteLength(measured) > largestEnvironment) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${measured.slice(0, 200)}…`,
    );
  }
}

function archiveOf(inputs: Values, projectRoot: string): string {
  const archive = textIn(structureIn(inputs, "code") ?? {}, "archive");
  if (archive === undefined) {
    throw new Error("code must be a FileArchive: the local run executes the same archive that is uploaded.");
  }
  return path.resolve(projectRoot, archive);
}

/** The bundler writes the source map of a bundle beside its archive, with the same name. */
function sourceMapOf(archive: string): { sourceMap?: string } {
  const sourceMap = archive.replace(/\.zip$/, ".js.map");
  return sourceMap !== archive && existsSync(sourceMap) ? { sourceMap } : {};
}

function variablesOf(inputs: Values): Readonly<Record<string, string>> {
  const variables = structureIn(structureIn(inputs, "environment") ?? {}, "variables") ?? {};
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}

function required(values: Values, name: string): string {
  const value = textIn(values, name);
  if (value === undefined) throw new Error(`${name} is missing.`);
  return value;
}

const optional = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value });
