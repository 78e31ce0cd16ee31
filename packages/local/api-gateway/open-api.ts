// A REST API's `body`: its resources, methods and models from the OpenAPI document that API Gateway imports.
import type { Value } from "@spillway/graph";
import { bodySchemaOf, type DescribedMethod, type Members, membersOf, methodsOf } from "@spillway/graph/read/open-api";
import type { ApiDefinition } from "./definitions";
import { text } from "./inputs";
import { addGatewayResponse, addIntegrationResponse, integrationOf, methodOf } from "./method-of";

const extension = (name: string) => `x-amazon-apigateway-${name}`;

/** The members of each part that are known. Some of them do not matter to a caller. */
const known = {
  document: [
    ...["openapi", "info", "tags", "servers", "paths", "components", "security"],
    ...["request-validators", "request-validator", "gateway-responses"].map(extension),
    ...["security-policy", "endpoint-access-mode"].map(extension),
  ],
  components: ["schemas", "securitySchemes"],
  operation: [
    ...["operationId", "summary", "description", "tags", "security", "parameters", "requestBody", "responses"],
    ...["auth", "integration", "request-validator"].map(extension),
  ],
  integration: [
    ...["type", "httpMethod", "uri", "credentials", "passthroughBehavior", "timeoutInMillis"],
    ...["requestParameters", "requestTemplates", "responses"],
  ],
};

/** Throws an Error for a feature that the local run does not have. `root` is the id of the API's root resource. */
export function importDocument(api: ApiDefinition, document: Members, root: string): void {
  if (!/^3\.0\./.test(text(document.openapi))) {
    throw new Error(`its body says openapi ${text(document.openapi) || "nothing"}; give a document of OpenAPI 3.0`);
  }
  refuseUnknown(document, known.document, "the body");
  refuseUnknown(membersOf(document.components), known.components, "components");
  const responses = Object.entries(membersOf(document[extension("gateway-responses")]));
  for (const [type, response] of responses) addGatewayResponse(api, type, membersOf(response));
  const resources = new Map([["", root]]);
  for (const method of methodsOf(document)) {
    try {
      importMethod(api, document, method, resourceAt(api, resources, method.path.replace(/\/$/, "")));
    } catch (error) {
      throw new Error(`${method.httpMethod} ${method.path}: ${(error as Error).message}`);
    }
  }
}

/**
 * Returns the resource of a path, and creates it and its parents if needed. Paths share the resources of their common
 * parts.
 */
function resourceAt(api: ApiDefinition, resources: Map<string, string>, path: string): string {
  const there = resources.get(path);
  if (there !== undefined) return there;
  const cut = path.lastIndexOf("/");
  api.resources.add(path, resourceAt(api, resources, path.slice(0, cut)), path.slice(cut + 1));
  resources.set(path, path);
  return path;
}

function importMethod(api: ApiDefinition, document: Members, described: DescribedMethod, resourceId: string): void {
  const { httpMethod, authorization, operation, integration } = described;
  refuseUnknown(operation, known.operation, "the operation");
  refuseUnknown(integration, known.integration, "its integration");
  const validators = membersOf(document[extension("request-validators")]);
  const validator = text(operation[extension("request-validator")] ?? document[extension("request-validator")]);
  const checks = membersOf(validators[validator]);
  const contentTypes = Object.keys(membersOf(membersOf(operation.requestBody).content));
  const method = methodOf({
    httpMethod,
    resourceId,
    authorization,
    checks: { body: checks.validateRequestBody === true, parameters: checks.validateRequestParameters === true },
    models: Object.fromEntries(
      contentTypes.map((contentType) => [contentType, bodySchemaOf(document, operation, contentType) ?? {}]),
    ),
    parameters: parametersOf(operation),
  });
  for (const status of Object.keys(membersOf(operation.responses))) method.statusCodes.add(status);
  const { type, passthroughBehavior, timeoutInMillis: timeoutMilliseconds, responses, ...same } = integration;
  method.integration = integrationOf({
    ...same,
    type: text(type).toUpperCase(),
    passthroughBehavior: text(passthroughBehavior).toUpperCase(),
    ...(timeoutMilliseconds !== undefined && { timeoutMilliseconds }),
  });
  for (const [pattern, response] of Object.entries(membersOf(responses))) {
    const selectionPattern = pattern === "default" ? "" : pattern;
    addIntegrationResponse(method, { ...membersOf(response), selectionPattern });
  }
  api.methods.push(method);
}

/** `method.request.header.x-tenant`, as resources name them. */
function parametersOf({ parameters }: Members): Readonly<Record<string, Value>> {
  const places: Readonly<Record<string, string>> = { query: "querystring", header: "header", path: "path" };
  return Object.fromEntries(
    ((parameters ?? []) as readonly Value[]).map(membersOf).map(({ name, in: place, required }) => {
      const named = places[text(place)];
      if (named === undefined)
        throw new Error(`parameters in ${text(place)} are not supported; query, header and path are`);
      return [`method.request.${named}.${text(name)}`, required === true];
    }),
  );
}

function refuseUnknown(members: Members, names: readonly string[], where: string): void {
  const others = Object.keys(members).filter((name) => !names.includes(name));
  if (others.length > 0) throw new Error(`the local run does not have ${others.join(", ")} in ${where}; leave it out`);
}
