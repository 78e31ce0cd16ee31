// Which endpoint of a VPC serves the actions that a function calls.
import type { Statement } from "../iam/statement";

/** Endpoints of the type Gateway, which cost nothing: every network has them. */
export const gatewayServices = ["dynamodb", "s3"] as const;

/**
 * Services of interface endpoints, as in `com.amazonaws.eu-west-1.<service>`, by the prefix of the actions.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
const interfaceServices: Readonly<Record<string, string>> = {
  sqs: "sqs",
  sns: "sns",
  kinesis: "kinesis-streams",
  events: "events",
  ssm: "ssm",
  secretsmanager: "secretsmanager",
  kms: "kms",
  lambda: "lambda",
  states: "states",
  sts: "sts",
  logs: "logs",
  cloudwatch: "monitoring",
  firehose: "kinesis-firehose",
};

export interface CalledServices {
  /** Services of the interface endpoints that are needed. */
  readonly services: readonly string[];
  /** Actions for which none is known. */
  readonly unknown: readonly string[];
}

/** `more`: services by the prefix of their actions, which go before those known here. */
export function servicesCalled(
  statements: readonly Statement[],
  more: Readonly<Record<string, string>> = {},
): CalledServices {
  const services = new Set<string>();
  const unknown: string[] = [];
  for (const action of statements.flatMap(({ actions, onBehalf }) => (onBehalf === true ? [] : actions))) {
    const prefix = action.split(":")[0] ?? "";
    if (gatewayServices.some((gateway) => gateway === prefix)) continue;
    const service = more[prefix] ?? interfaceServices[prefix];
    if (service === undefined) unknown.push(action);
    else services.add(service);
  }
  return { services: [...services], unknown };
}
