// The steps of one request within a method: check the request, build the integration's request from it, and build the
// caller's answer from the integration's answer.

import type { FrontRequest, FrontResponse } from "../protocol/http";
import type { Clock } from "../service/clock";
import type { Context } from "./context";
import type {
  ApiDefinition,
  IntegrationDefinition,
  IntegrationResponseDefinition,
  MethodDefinition,
  StageDefinition,
} from "./definitions";
import { askSqs, type IntegrationAnswer, type IntegrationRequest, type SqsSettings } from "./integration";
import { mapped, type Received, type Sources } from "./parameters";
import { Refusal } from "./responses";
import { renderTemplate } from "./templates";
import type { Texts } from "./texts";

export interface Call {
  readonly api: ApiDefinition;
  readonly stage: StageDefinition;
  readonly method: MethodDefinition;
  readonly request: Received;
  readonly context: Context;
}

export const sourcesOf = ({ request, context, stage }: Omit<Call, "api" | "method">): Sources => ({
  request,
  context,
  stageVariables: stage.variables,
});

/** A request without a content type is treated as JSON. */
export const contentTypeOf = ({ headers }: Pick<FrontRequest, "headers">) =>
  (headers["content-type"] ?? "application/json").split(";")[0]?.trim().toLowerCase() ?? "";

/** Throws a Refusal if the method's request validator refuses the request. */
export function validate(method: MethodDefinition, request: Received): void {
  const missing = [...method.requiredParameters].sort().flatMap((parameter) => {
    const [, , place, ...name] = parameter.split(".");
    const given = requestParameter(request, place ?? "", name.join("."));
    return given === undefined || given.trim() === "" ? [name.join(".")] : [];
  });
  if (missing.length > 0) {
    const message = `Missing required request parameters: [${missing.join(", ")}]`;
    throw new Refusal({ type: "BAD_REQUEST_PARAMETERS", message });
  }
  const check = method.validators.get(contentTypeOf(request)) ?? method.validators.get("$default");
  if (check === undefined) return;
  let body: unknown;
  try {
    // A missing body is checked as an empty object.
    body = JSON.parse(request.body === "" ? "{}" : request.body);
  } catch {
    throw new Refusal({ type: "BAD_REQUEST_BODY", validationErrors: "[Could not parse request body into json.]" });
  }
  const validationErrors = check(body);
  if (validationErrors !== undefined) throw new Refusal({ type: "BAD_REQUEST_BODY", validationErrors });
}

function requestParameter({ path, query, headers }: Received, place: string, name: string): string | undefined {
  if (place === "path") return path[name];
  return place === "header" ? headers[name.toLowerCase()] : (query.getAll(name).at(-1) ?? undefined);
}

export function integrationRequestOf(call: Call, integration: IntegrationDefinition): IntegrationRequest {
  const template = templateFor(integration, contentTypeOf(call.request));
  const { body: received } = call.request;
  const body = template === undefined ? received : renderTemplate(template, templateContext(call, received));
  const headers: Record<string, string> = { accept: "application/json", "content-type": "application/json" };
  const query: Record<string, string> = {};
  for (const [to, expression] of Object.entries(integration.requestParameters)) {
    const value = mapped(expression, sourcesOf(call));
    const [, place, name = ""] = /^integration\.request\.([a-z]+)\.(.+)$/.exec(to) ?? [];
    if (value === undefined) continue;
    if (place === "header") headers[name.toLowerCase()] = value;
    else if (place === "querystring") query[name] = value;
  }
  // The template's overrides win over the mapped parameters.
  const { header, querystring = {} } = call.context.requestOverride;
  for (const [name, value] of Object.entries(header)) headers[name.toLowerCase()] = String(value);
  for (const [name, value] of Object.entries(querystring)) query[name] = String(value);
  return { headers, query, body };
}

/**
 * The template for the content type. Undefined if the body is passed through as it is.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
 */
function templateFor(integration: IntegrationDefinition, contentType: string): string | undefined {
  const { requestTemplates, passthroughBehavior } = integration;
  const template = requestTemplates[contentType];
  if (template !== undefined) return template;
  const none = Object.keys(requestTemplates).length === 0;
  if (passthroughBehavior === "WHEN_NO_MATCH" || (passthroughBehavior === "WHEN_NO_TEMPLATES" && none))
    return undefined;
  throw new Refusal({ type: "UNSUPPORTED_MEDIA_TYPE" });
}

/** Throws a Refusal if the integration takes longer than its timeout. */
export async function integrate(
  { type, target, timeoutMilliseconds }: IntegrationDefinition,
  request: IntegrationRequest,
  sqs: SqsSettings,
  clock: Clock,
): Promise<IntegrationAnswer> {
  if (type === "MOCK" || target === undefined) {
    const status = /["']?statusCode["']?\s*:\s*["']?(\d{3})\b/.exec(request.body)?.[1];
    if (status === undefined) throw new Refusal({ type: "API_CONFIGURATION_ERROR" });
    return { status: Number(status), headers: {}, body: "" };
  }
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    const timer = clock.after(timeoutMilliseconds, () => reject(new Refusal({ type: "INTEGRATION_TIMEOUT" })));
    cancel = () => timer.cancel();
  });
  try {
    return await Promise.race([askSqs(sqs, target, request), late]);
  } finally {
    cancel();
  }
}

/** Throws a Refusal if there is no integration response, or no method response, for the status. */
export function answerOf(call: Call, answer: IntegrationAnswer): FrontResponse {
  const chosen = integrationResponseFor(call.method.integrationResponses, String(answer.status));
  if (chosen === undefined || !call.method.statusCodes.has(chosen.statusCode)) {
    throw new Refusal({ type: "API_CONFIGURATION_ERROR" });
  }
  const [contentType, template] = responseTemplateFor(chosen.responseTemplates, call.request.headers.accept);
  const headers: Record<string, string> = {
    "content-type": contentType ?? answer.headers["content-type"] ?? "application/json",
  };
  for (const [to, expression] of Object.entries(chosen.responseParameters)) {
    const value = mapped(expression, { ...sourcesOf(call), answer });
    if (value !== undefined) headers[to.replace("method.response.header.", "").toLowerCase()] = value;
  }
  const body = template === undefined ? answer.body : renderTemplate(template, templateContext(call, answer.body));
  const { status, header } = call.context.responseOverride;
  for (const [name, value] of Object.entries(header)) headers[name.toLowerCase()] = String(value);
  // AWS ignores an invalid status.
  const overridden = Number.isInteger(status) && Number(status) >= 100 && Number(status) < 600;
  return { status: Number(overridden ? status : chosen.statusCode), headers, body };
}

/**
 * The first response whose pattern matches the whole status, in the order of their status codes. Otherwise the response
 * without a pattern.
 */
function integrationResponseFor(
  responses: readonly IntegrationResponseDefinition[],
  status: string,
): IntegrationResponseDefinition | undefined {
  const sorted = [...responses].sort((a, b) => Number(a.statusCode) - Number(b.statusCode));
  return (
    sorted.find(
      ({ selectionPattern: pattern }) => pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(status),
    ) ?? sorted.find(({ selectionPattern: pattern }) => pattern === undefined)
  );
}

/**
 * The template for the content type that the caller accepts. Otherwise the template for JSON, or the first template.
 */
function responseTemplateFor(templates: Texts, accept = ""): [contentType?: string, template?: string] {
  const entries = Object.entries(templates);
  const of = (wanted: string) => entries.find(([contentType]) => contentType === wanted);
  return of(accept) ?? of("application/json") ?? entries[0] ?? [];
}

function templateContext({ request, context, stage }: Call, body: string) {
  return {
    body,
    path: request.path,
    querystring: Object.fromEntries(request.query),
    header: request.headers,
    context,
    stageVariables: stage.variables,
  };
}
