// When two resources of a program are the same one on AWS: they have the same name, or, without a name, the same
// content.
import { type GraphResource, unknown, type Value } from "../graph";
import { resourceType } from "../resource-types";
import type { IdentityRule } from "../resource-types/resource-type";

export interface Identity {
  /** Equal for resources that are the same one on AWS. */
  readonly key: string;
  /** The inputs that it consists of. */
  readonly properties: readonly string[];
  readonly second: IdentityRule["second"];
}

/** Undefined where AWS always creates another resource, and where one of the values is unknown. */
export function identityOf({ type, inputs, options }: GraphResource): Identity | undefined {
  const { identity } = resourceType(type);
  if (identity === undefined) return undefined;
  const { by, second } = identity;
  const properties = by.map((property) => property.replace("?", ""));
  const values = properties.map((property): Value => inputs[property] ?? "");
  const isMissing = (index: number) => values[index] === "" && by[index]?.endsWith("?") === false;
  if (values.some((value, index) => value === unknown || isMissing(index))) return undefined;
  // Another provider may lead to another account or region.
  const place = [options.provider?.split("::").slice(0, -1).join("::") ?? "", inputs.region ?? ""];
  return {
    key: JSON.stringify([type, ...place, ...values]),
    properties,
    second,
  };
}
