// Reads the inputs of API Gateway's resources.
import type { Value } from "@spillway/graph";
import type { Texts } from "./texts";

export const text = (value: Value | undefined) => (value === undefined || value === null ? "" : String(value));

export const texts = (value: Value | undefined) => (value ?? {}) as Texts;

/** Properties of any type of resource that change nothing for a caller. */
export const withoutEffect = [
  ...["operationName", "documentationVersion", "triggers", "xrayTracingEnabled", "cloudwatchRoleArn"],
  // These concern the address, which is that of the front here. Custom domain names are resources, and they are
  // refused.
  ...["endpointConfiguration", "endpointAccessMode", "securityPolicy"],
  // These describe answers for generated SDKs, and check nothing.
  "responseModels",
  // These matter only with an API key or a cache, which are refused.
  ...["apiKeySource", "cacheNamespace", "cacheKeyParameters", "cacheClusterSize"],
];
