// Reading the inputs of API Gateway's resources.
import type { Value } from "@spillway/graph";
import type { Texts } from "./texts";

export const text = (value: Value | undefined) => (value === undefined || value === null ? "" : String(value));

export const texts = (value: Value | undefined) => (value ?? {}) as Texts;

/** Properties that change nothing for a caller, of whatever type of resource. */
export const withoutEffect = [
  ...["operationName", "documentationVersion", "triggers", "xrayTracingEnabled", "cloudwatchRoleArn"],
  // About the address, which is the front's here; the program's own domain names are resources, which are refused.
  ...["endpointConfiguration", "endpointAccessMode", "securityPolicy"],
  // They say what an answer looks like, for SDKs, and check nothing.
  "responseModels",
  // They matter with an API key or a cache only, and those are refused.
  ...["apiKeySource", "cacheNamespace", "cacheKeyParameters", "cacheClusterSize"],
];
