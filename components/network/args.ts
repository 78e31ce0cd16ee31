// The arguments of a network, and what AWS allows for them.
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentErrors } from "../base/argument-errors";
import { checkName } from "../base/names";
import type { Operations } from "../base/operations";
import { checkLogRetention } from "../function/args";
import { checkKeys } from "../iam/encryption";

/** The arguments of a `Network`. */
export interface NetworkArgs extends Pick<Operations, "kmsKeyArn"> {
  /**
   * The VPC's addresses, /16 to /28, shared evenly by its zones. Each zone has one isolated subnet and needs a /28. You
   * need another block only if you join networks.
   * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
   * @default `10.0.0.0/16`
   */
  readonly cidrBlock?: string;
  /**
   * Number of availability zones, 1 to 6, or their names. With two, functions go on when one zone fails. Pass names if
   * Lambda or an endpoint is not available in every zone. Each interface endpoint is billed in each zone.
   * @default 2
   */
  readonly availabilityZones?: number | readonly string[];
  /**
   * Days for which the log of refused traffic is kept, one of those that CloudWatch Logs allows.
   * @default 30
   */
  readonly logRetention?: number;
  /**
   * Interface endpoints of services that the component does not know, by the prefix of their actions. The value is the
   * last part of `com.amazonaws.<region>.email`, or the full name if it begins otherwise.
   * @default none
   * @example { ses: "email" }
   */
  readonly services?: Readonly<Record<string, string>>;
}

export const networkDefaults = { cidrBlock: "10.0.0.0/16", availabilityZones: 2 } as const;

export function checkNetwork(name: string, args: NetworkArgs, owner: pulumi.Resource): void {
  const errors = new ArgumentErrors(`Network "${name}"`);
  const { cidrBlock = networkDefaults.cidrBlock, availabilityZones = networkDefaults.availabilityZones } = args;
  checkName(name, errors, [{ what: "role", max: 64, suffix: "-refused" }]);
  checkKeys(args, errors);
  checkLogRetention(args.logRetention, errors);
  const zones = typeof availabilityZones === "number" ? availabilityZones : new Set(availabilityZones).size;
  const counted = errors.integer("availabilityZones", zones, { min: 1, max: 6, rule: "a network takes" });
  const fault = faultOfBlock(cidrBlock, counted ? zones : 1);
  if (fault !== undefined) errors.add(`cidrBlock is "${cidrBlock}"; ${fault}`);
  errors.throwIfAny(owner);
}

/** What is wrong with the block of addresses, for that number of zones. */
function faultOfBlock(block: string, zones: number): string | undefined {
  const [address = "", length = ""] = block.split("/");
  const parts = address.split(".").map(Number);
  const bits = Number(length);
  const isAddress = /^\d+(\.\d+){3}\/\d+$/.test(block) && parts.every((part) => part <= 255);
  if (!isAddress || bits < 16 || bits > 28) {
    return "a VPC takes IPv4 addresses from a /16 to a /28, as 10.0.0.0/16.";
  }
  const number = parts.reduce((sum, part) => sum * 256 + part, 0);
  if (number % 2 ** (32 - bits) !== 0)
    return "its address has bits beyond its length; a VPC takes the first one of the block.";
  const longest = 28 - Math.ceil(Math.log2(zones));
  if (bits > longest) return `${zones} zones need a /28 each, so give at least a /${longest}.`;
  return undefined;
}
