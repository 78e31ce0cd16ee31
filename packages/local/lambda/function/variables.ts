// The environment variables of a function's process: Lambda's own and the function's, and none of this machine.
import { randomBytes, randomUUID } from "node:crypto";
import { reservedVariables } from "spillway/syntax/reserved-variables";
import type { Credentials } from "../../service/credentials";
import type { FunctionDefinition } from "./definition";
import { logLevelOf } from "./log-level";

export interface VariableSettings {
  readonly definition: FunctionDefinition;
  /** The folder of the unpacked code. */
  readonly taskRoot: string;
  readonly temporaryDirectory: string;
  readonly logStreamName: string;
  readonly credentials: Credentials;
  readonly region: string;
  /** The run's address. */
  readonly address: string;
}

/** The variables by which a program sets the addresses of AWS's services. Here they are at the run's address. */
const leadsElsewhere =
  /^AWS_(ENDPOINT_URL_|USE_FIPS_ENDPOINT$|USE_DUALSTACK_ENDPOINT$|IGNORE_CONFIGURED_ENDPOINT_URLS$)/;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export function variablesOf(settings: VariableSettings): Record<string, string> {
  const { definition, taskRoot, temporaryDirectory, logStreamName, credentials, region, address } = settings;
  const logLevel = logLevelOf(definition);
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: temporaryDirectory,
    TMPDIR: temporaryDirectory,
    ...Object.fromEntries(Object.entries(definition.environment).filter(([name]) => !leadsElsewhere.test(name))),
    AWS_LAMBDA_FUNCTION_NAME: definition.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    ...(logLevel !== undefined && { AWS_LAMBDA_LOG_LEVEL: logLevel }),
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: definition.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_ENDPOINT_URL: address,
    // No profile, no key and no instance role of this machine, so that nothing ever reaches the real AWS.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

export const reservedIn = (variables: Readonly<Record<string, string>>): string[] =>
  Object.keys(variables).filter((name) => reservedVariables.has(name));

/** `YYYY/MM/DD/[$LATEST]<32 hex>`, one per environment. */
export function logStreamNameAt(now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll("-", "/");
  return `${day}/[$LATEST]${randomBytes(16).toString("hex")}`;
}

/** The trace id in the form of `_X_AMZN_TRACE_ID`. */
export function traceIdOf(definition: FunctionDefinition): string {
  // Node.js keeps random bytes for UUIDs in stock, which `randomBytes` asks the system for each time.
  const hex = `${randomUUID()}${randomUUID()}`.replaceAll("-", "");
  const [epoch, random, parent] = [hex.slice(0, 8), hex.slice(8, 32), hex.slice(32, 48)];
  return `Root=1-${epoch}-${random};Parent=${parent};Sampled=${definition.tracing === "Active" ? 1 : 0}`;
}
