// The stack's configuration: read once, typed, and all its faults reported together.
import * as pulumi from "@pulumi/pulumi";

export type ApiGatewayLogging = "account-role-exists" | "create" | "off";

/** What every component is told about who is alarmed; nobody: the alarms only show in CloudWatch. */
export interface Alarms {
  readonly alarmTopicArn?: string;
}

export interface Configuration {
  readonly publicEndpoint: boolean;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  readonly apiGatewayLogging: ApiGatewayLogging;
  readonly alarms: Alarms;
  /** What every consumer is told. */
  readonly operations: Alarms & { readonly logRetention: number };
  readonly deletionProtection: boolean;
  /** A whole number as text, as the callback's binding takes it. */
  readonly initialStock: string;
  /** 0: on demand. */
  readonly activityShards: number;
  readonly abandonedAfterHours: number;
}

const loggings: readonly string[] = ["account-role-exists", "create", "off"] satisfies readonly ApiGatewayLogging[];

/** Key, default, least and most. The log's days are checked by the components. */
const wholeNumbers = {
  throttleRate: [1000, 1, 10_000],
  throttleBurst: [2000, 1, 5000],
  logRetentionDays: [30, 1, 3653],
  initialStock: [1_000_000, 0, 1_000_000_000],
  activityShards: [0, 0, 10_000],
  abandonedAfterHours: [24, 1, 8760],
} as const;

/** Throws a RunError that names every key with a value that cannot be, the rule, and the command that sets it. */
export function readConfiguration(): Configuration {
  const config = new pulumi.Config();
  const faults: string[] = [];
  const fault = (key: string, value: unknown, rule: string) =>
    faults.push(`${key} is ${JSON.stringify(value)}; ${rule}. Set it with: pulumi config set ${key} <value>`);
  const wholeNumber = (key: keyof typeof wholeNumbers): number => {
    const [preset, least, most] = wholeNumbers[key];
    const value = config.getNumber(key) ?? preset;
    if (!Number.isInteger(value) || value < least || value > most) {
      fault(key, value, `allowed are whole numbers from ${least} to ${most}`);
    }
    return value;
  };

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
  const alarms: Alarms = alarmTopicArn === "" ? {} : { alarmTopicArn };
  const configuration: Configuration = {
    publicEndpoint: config.getBoolean("publicEndpoint") ?? false,
    throttle: { rateLimit: wholeNumber("throttleRate"), burstLimit: wholeNumber("throttleBurst") },
    apiGatewayLogging: isLogging(apiGatewayLogging) ? apiGatewayLogging : "off",
    alarms,
    operations: { ...alarms, logRetention: wholeNumber("logRetentionDays") },
    deletionProtection: config.getBoolean("deletionProtection") ?? true,
    initialStock: String(wholeNumber("initialStock")),
    activityShards: wholeNumber("activityShards"),
    abandonedAfterHours: wholeNumber("abandonedAfterHours"),
  };
  if (faults.length > 0)
    throw new pulumi.RunError(`The stack's configuration:\n${faults.map((line) => `  - ${line}`).join("\n")}`);
  return configuration;
}

function isLogging(value: string): value is ApiGatewayLogging {
  return loggings.includes(value);
}
