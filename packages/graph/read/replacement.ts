// What a change of a property does to a resource. @pulumi/aws does not tell, but `ForceNew` in the AWS provider does:
// https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
import type { Value } from "../graph";
import { resourceType } from "../resource-types";

export type Effect = "in place" | "replaces" | "may replace";

/** What a change of the top-level property does. `replaceOnChanges` is the option of the resource. */
export function effectOf(
  type: string,
  property: string,
  before: Value | undefined,
  after: Value | undefined,
  replaceOnChanges: readonly string[] = [],
): Effect {
  if (replaceOnChanges.some((path) => path === "*" || path.split(/[.[]/)[0] === property)) {
    return "replaces";
  }
  // Every resource of @pulumi/aws 7 has this property:
  // https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/
  if (property === "region" && type.startsWith("aws:")) return "replaces";
  const { replacing, replacingWhen } = resourceType(type);
  if (replacing === undefined) return "may replace";
  // A flag that is left out means the same as false.
  if (isOff(before) && isOff(after)) return "in place";
  if (replacing.includes(property)) return "replaces";
  return replacingWhen?.[property]?.(before, after) === true ? "replaces" : "in place";
}

function isOff(value: Value | undefined): boolean {
  return value === undefined || value === null || value === false;
}
