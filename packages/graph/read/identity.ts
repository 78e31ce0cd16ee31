// What makes two resources of a program one on AWS: the same content, where a resource has no name of its own, or the same given name.
import { type GraphResource, unknown, type Value } from "../graph";
import { resourceType } from "../resource-types";
import type { IdentityRule } from "../resource-types/resource-type";

export interface Identity {
  /** The same for what is one on AWS. */
  readonly key: string;
  /** Inputs that make it. */
  readonly properties: readonly string[];
  readonly second: IdentityRule["second"];
}

/** Undefined for what AWS always makes anew, and where a value of it is not known. */
export function identityOf({ type, inputs, options }: GraphResource): Identity | undefined {
  const { identity } = resourceType(type);
  if (identity === undefined) return undefined;
  const { by, second } = identity;
  const properties = by.map((property) => property.replace("?", ""));
  const values = properties.map((property): Value => inputs[property] ?? "");
  const isMissing = (index: number) => values[index] === "" && by[index]?.endsWith("?") === false;
  if (values.some((value, index) => value === unknown || isMissing(index))) return undefined;
  // A provider of the program's own may lead to another account or region.
  const place = [options.provider?.split("::").slice(0, -1).join("::") ?? "", inputs.region ?? ""];
  return {
    key: JSON.stringify([type, ...place, ...values]),
    properties,
    second,
  };
}
