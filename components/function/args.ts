// The arguments that every function of a callback takes, and what AWS allows for them.
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as iam from "@pulumi/aws/iam";
import type * as lambda from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmOverrides } from "../alarms/alarms";
import type { FunctionAlarm } from "../alarms/function-alarms";
import type { ArgumentErrors } from "../base/argument-errors";
import { settingsVariable } from "../runtime/settings";
import { reservedVariables } from "../syntax/reserved-variables";
import { type BundleOptions, checkBundleOptions } from "./callback-args";
import type { IdempotencyOptions } from "./idempotency";
import type { FunctionNetwork } from "./network";

/** What every component with a function takes for that function. */
export interface FunctionOptions extends BundleOptions {
  /**
   * Seconds after which Lambda ends an invocation, 1 to 900. Shortly before, the consumer gives up what still runs with
   * `CallbackTimeout`.
   * @default 30
   */
  readonly timeout?: number;
  /**
   * MB of memory, 128 to 10,240. With less than 256 MB, the first call takes three times as long. CPU grows with the
   * memory: 1,769 MB are one vCPU.
   * @default 256
   */
  readonly memorySize?: number;
  /**
   * Number of concurrent environments that are reserved for this function, 0 to 1,000,000 and at most the account's
   * limit. 0 switches the function off.
   * @default none: it shares the account's pool
   */
  readonly reservedConcurrency?: number;
  /**
   * Further environment variables for the code of the callback, except those that Lambda sets itself. Lambda allows
   * 4 KB for all variables together. AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and AWS_ENDPOINT_URL_SQS (or
   * that of another service) have the same effect on the consumer's own calls as on those of an SDK client.
   * @default none
   * @example { RATES_URL: "https://rates.example.com" }
   */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * The level from which on Lambda keeps what the function logs: lines of `context.logger` and of `console`, and JSON
   * lines with a `level` and a `timestamp`. Lambda sets AWS_LAMBDA_LOG_LEVEL to it, which the logger of Powertools
   * obeys. With `WARN` or a higher level, batches without a failure have no line. The consumer's metrics are always
   * kept.
   * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
   * @default Lambda's own, which is "INFO"
   * @example "DEBUG"
   */
  readonly logLevel?: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";
  /**
   * Days for which the function's log is kept, one of those that CloudWatch Logs allows: 1, 3, 5, 7, 14, 30, 60, 90, …
   * 3653. A log group that Lambda creates by itself keeps logs forever.
   * @default 30
   */
  readonly logRetention?: number;
  /**
   * Runs the callback once for each event, however often the event is sent and delivered. It is for callbacks that take
   * one record at a time.
   * @default none: at least once
   * @example { table: seen, key: "orderId" }
   */
  readonly idempotency?: IdempotencyOptions;
  /**
   * The `Network` that the function runs in. There it reaches the services that its bindings grant, and nothing else.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   * @default none: Lambda's own network, which reaches the internet
   */
  readonly network?: FunctionNetwork;
}

/** What of a function's children can be changed beyond the arguments: any property that no argument governs. */
export interface FunctionOverrides {
  /**
   * Properties of the function.
   * @default none
   */
  readonly function?: Partial<
    Omit<
      lambda.FunctionArgs,
      | "code"
      | "handler"
      | "role"
      | "timeout"
      | "memorySize"
      | "reservedConcurrentExecutions"
      | "environment"
      | "loggingConfig"
    >
  >;
  /**
   * Properties of the function's role.
   * @default none
   */
  readonly role?: Partial<Omit<iam.RoleArgs, "assumeRolePolicy">>;
  /**
   * Properties of the function's log group.
   * @default none
   */
  readonly logGroup?: Partial<Omit<cloudwatch.LogGroupArgs, "retentionInDays">>;
  /**
   * Other thresholds and times for alarms of the set `all`, or none of a kind.
   * @default none
   * @example { errors: { threshold: 5 }, duration: false }
   */
  readonly alarms?: AlarmOverrides<FunctionAlarm>;
}

/**
 * Days for which CloudWatch Logs can keep a log:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export const logRetentions: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Whoever does not check types may give any text. */
const logLevels: readonly string[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

export function checkFunctionOptions(options: FunctionOptions, errors: ArgumentErrors): void {
  const { timeout, memorySize, reservedConcurrency, environment = {}, logLevel, logRetention } = options;
  errors.integer("timeout", timeout, { min: 1, max: 900, unit: "s", rule: "Lambda allows" });
  errors.integer("memorySize", memorySize, { min: 128, max: 10_240, unit: "MB", rule: "Lambda allows" });
  errors.integer("reservedConcurrency", reservedConcurrency, {
    min: 0,
    max: 1_000_000,
    unit: "environments",
    rule: "Lambda allows",
  });
  if (logLevel !== undefined && !logLevels.includes(logLevel)) {
    errors.add(`logLevel is "${logLevel}"; Lambda allows ${logLevels.join(", ")}.`);
  }
  checkLogRetention(logRetention, errors);
  checkEnvironmentSize(environment, errors);
  checkBundleOptions(options, errors);
  for (const name of Object.keys(environment)) {
    if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name)) {
      errors.add(
        `environment: "${name}" is not a name that Lambda allows; use letters, digits and underscores, two at ` +
          "least, a letter first.",
      );
    } else if (name === settingsVariable || reservedVariables.has(name)) {
      errors.add(
        `environment: "${name}" is reserved by ${name === settingsVariable ? "the consumer" : "Lambda"}; use ` +
          "another name.",
      );
    }
  }
}

/**
 * Bytes of all variables together, as Lambda measures them:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const largestEnvironment = 4096;

/**
 * Bytes of the variables whose values are known, as the JSON that Lambda says it measures. `settings`: what the
 * consumer adds; where that is not known yet, no more than its name.
 */
export function environmentSize(environment: FunctionOptions["environment"] = {}, settings = ""): number {
  const known = Object.entries(environment).filter(([, value]) => typeof value === "string");
  return Buffer.byteLength(JSON.stringify({ ...Object.fromEntries(known), [settingsVariable]: settings }));
}

function checkEnvironmentSize(environment: FunctionOptions["environment"], errors: ArgumentErrors): void {
  const size = environmentSize(environment);
  if (size > largestEnvironment) {
    errors.add(
      `environment takes ${size} bytes before what the consumer adds; Lambda allows ${largestEnvironment} for all ` +
        "variables together. " +
        "Keep long values in an SSM parameter and pass them with secret(…).",
    );
  }
}

export function checkLogRetention(logRetention: number | undefined, errors: ArgumentErrors): void {
  if (logRetention !== undefined && !logRetentions.includes(logRetention)) {
    errors.add(`logRetention is ${logRetention} days; CloudWatch Logs allows ${logRetentions.join(", ")}.`);
  }
}
