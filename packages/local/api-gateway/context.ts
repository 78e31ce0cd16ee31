// `$context`: what API Gateway tells mapping templates, gateway responses and access logs about a request.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
import { randomBytes, randomUUID } from "node:crypto";
import type { FrontRequest } from "../protocol/http";

export interface Context {
  readonly requestId: string;
  readonly extendedRequestId: string;
  /**
   * A template may set them:
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
   */
  readonly requestOverride: Overrides;
  readonly responseOverride: Overrides & { readonly status?: unknown };
  [name: string]: unknown;
}

interface Overrides {
  readonly header: Readonly<Record<string, unknown>>;
  readonly querystring?: Readonly<Record<string, unknown>>;
  readonly path?: Readonly<Record<string, unknown>>;
}

export interface ContextOf {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  /** The path below the stage. */
  readonly path: string;
  readonly request: FrontRequest;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function contextOf({ accountId, apiId, stage, path, request, now }: ContextOf): Context {
  const domainName = request.headers.host ?? "";
  return {
    accountId,
    apiId,
    domainName,
    domainPrefix: apiId,
    requestId: randomUUID(),
    extendedRequestId: `${randomBytes(11).toString("base64").slice(0, 15)}=`,
    stage,
    path: `/${stage}${path}`,
    httpMethod: request.method,
    protocol: "HTTP/1.1",
    requestTime: commonLogTime(now),
    requestTimeEpoch: Math.round(now),
    identity: { ...nobody, sourceIp: "127.0.0.1", userAgent: request.headers["user-agent"] ?? "" },
    requestOverride: { header: {}, querystring: {}, path: {} },
    responseOverride: { header: {} },
  };
}

/** The identity of a caller without credentials. In templates each of these is an empty text. */
const nobody = Object.fromEntries(
  [
    ...["accessKey", "accountId", "apiKey", "apiKeyId", "caller", "principalOrgId", "user", "userArn"],
    ...["cognitoAuthenticationProvider", "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId"],
  ].map((name) => [name, ""]),
);

/** `09/Apr/2015:12:34:56 +0000` */
function commonLogTime(milliseconds: number): string {
  const [, day, month, year, time] = new Date(milliseconds).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

/** The value at a path such as `identity.sourceIp`. Undefined if there is none. */
export function contextValue(context: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = context;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value ?? undefined;
}

/**
 * Replaces each `$context.name` in the format of an access log or in the template of a gateway response. Neither is
 * Velocity. A missing value becomes a hyphen.
 */
export function withContext(template: string, context: Readonly<Record<string, unknown>>): string {
  return template.replace(/\$context\.([A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*)/g, (_, path: string) => {
    const value = contextValue(context, path);
    return value === undefined || value === ""
      ? "-"
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  });
}
