// The ARNs that SNS is given.
import { invalid, refused } from "./errors";

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Everything after the account, with its colons. */
  readonly resource: string;
}

export function parseArn(arn: string): Arn | undefined {
  const [prefix, partition, service, region, account, ...rest] = arn.split(":");
  if (prefix !== "arn" || !partition || !service || region === undefined || account === undefined) return undefined;
  return rest.length === 0 ? undefined : { partition, service, region, account, resource: rest.join(":") };
}

/** Refuses a text that is not an ARN of SNS in this region. `name` is the parameter's. */
export function snsArn(value: string, name: string, region: string): Arn {
  const elements = value.split(":").length;
  if (elements < 6) throw invalid(`${name} Reason: An ARN must have at least 6 elements, not ${elements}`);
  const arn = parseArn(value);
  if (arn === undefined || arn.service !== "sns" || arn.region !== region) throw invalid(name);
  return arn;
}

/** Refuses an endpoint of another account or region, because the run has only one of each. */
export function checkIsHere(arn: Arn, value: string, own: Pick<Arn, "account" | "region">): void {
  if (arn.account === own.account && arn.region === own.region) return;
  throw refused(
    `The local run has the account ${own.account} and the region ${own.region} only, ${value} was given; subscribe a queue or function of the program.`,
  );
}
