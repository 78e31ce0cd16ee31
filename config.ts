// The stack's configuration: read once, typed, and all its faults reported together.
import * as pulumi from "@pulumi/pulumi";

export type ApiGatewayLogging = "account-role-exists" | "create" | "off";

export interface Configuration {
  readonly publicEndpoint: boolean;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  readonly apiGatewayLogging: ApiGatewayLogging;
  readonly logRetention: number;
  /** Undefined where the alarms only show in CloudWatch. */
  readonly alarmTopicArn: string | undefined;
  readonly deletionProtection: boolean;
}

const loggings: readonly string[] = ["account-role-exists", "create", "off"] satisfies readonly ApiGatewayLogging[];

/** Throws a RunError that names every key with a value that cannot be, the rule, and the command that sets it. */
export function readConfiguration(): Configuration {
  const config = new pulumi.Config();
  const faults: string[] = [];
  const fault = (key: string, value: unknown, rule: string) =>
    faults.push(`${key} is ${JSON.stringify(value)}; ${rule}. Set it with: pulumi config set ${key} <value>`);

  const apiGatewayLogging = config.get("apiGatewayLogging") ?? "off";
  if (!isLogging(apiGatewayLogging))
    fault("apiGatewayLogging", apiGatewayLogging, `allowed are ${loggings.join(", ")}`);
  const alarmTopicArn = config.get("alarmTopicArn") ?? "";
  if (alarmTopicArn !== "" && !/^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/.test(alarmTopicArn)) {
    fault(
      "alarmTopicArn",
      alarmTopicArn,
      "allowed is the ARN of an SNS topic, as arn:aws:sns:eu-west-1:123456789012:alarms",
    );
  }
  const numbers = {
    throttleRate: config.getNumber("throttleRate") ?? 1000,
    throttleBurst: config.getNumber("throttleBurst") ?? 2000,
    logRetentionDays: config.getNumber("logRetentionDays") ?? 30,
  };
  for (const [key, most] of [
    ["throttleRate", 10_000],
    ["throttleBurst", 5000],
  ] as const) {
    const value = numbers[key];
    if (!Number.isInteger(value) || value < 1 || value > most)
      fault(key, value, `allowed are whole numbers from 1 to ${most}`);
  }
  if (faults.length > 0)
    throw new pulumi.RunError(`The stack's configuration:\n${faults.map((line) => `  - ${line}`).join("\n")}`);
  return {
    publicEndpoint: config.getBoolean("publicEndpoint") ?? false,
    throttle: { rateLimit: numbers.throttleRate, burstLimit: numbers.throttleBurst },
    apiGatewayLogging: isLogging(apiGatewayLogging) ? apiGatewayLogging : "off",
    logRetention: numbers.logRetentionDays,
    alarmTopicArn: alarmTopicArn === "" ? undefined : alarmTopicArn,
    deletionProtection: config.getBoolean("deletionProtection") ?? true,
  };
}

function isLogging(value: string): value is ApiGatewayLogging {
  return loggings.includes(value);
}
