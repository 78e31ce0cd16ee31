// Reading the inputs of API Gateway's resources: what would change a caller's answers and is not supported is refused by name.
import type { GraphResource, Value } from "@spillway/graph";
import type { Texts } from "./texts";

export const text = (value: Value | undefined) => (value === undefined || value === null ? "" : String(value));

export const texts = (value: Value | undefined) => (value ?? {}) as Texts;

/** Properties that change nothing for a caller, of whatever type. */
const withoutEffect = new Set([
  "name",
  "description",
  "tags",
  "tagsAll",
  "region",
  "operationName",
  "documentationVersion",
  "triggers",
  "xrayTracingEnabled",
  "cloudwatchRoleArn",
  // About the address, which is the front's here; the program's own domain names are resources, which are refused.
  "endpointConfiguration",
  "endpointAccessMode",
  "securityPolicy",
  // They say what an answer looks like, for SDKs, and check nothing.
  "responseModels",
  // They matter with an API key or a cache only, and those are refused.
  "apiKeySource",
  "cacheNamespace",
  "cacheKeyParameters",
  "cacheClusterSize",
]);

export function refuseUnknown(inputs: GraphResource["inputs"], known: readonly string[]): void {
  const others = Object.entries(inputs).flatMap(([name, value]) =>
    known.includes(name) || withoutEffect.has(name) || isDefault(value) ? [] : [name],
  );
  if (others.length > 0) {
    throw new Error(
      `the local run does not have ${others.join(", ")}; leave ${others.length === 1 ? "it" : "them"} out of the program that is run locally`,
    );
  }
}

/** Off, or nothing at all, is what AWS takes for each property that is left out. */
function isDefault(value: Value): boolean {
  return (
    value === null ||
    value === false ||
    value === "" ||
    (typeof value === "object" && Object.values(value).every((member) => isDefault(member as Value)))
  );
}
