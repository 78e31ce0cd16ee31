// The definition of an HttpIngress's API: an OpenAPI document in the words of API Gateway's import.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
import * as pulumi from "@pulumi/pulumi";
import { type FifoRoute, type RouteConsumer, routeOf } from "./route";

export interface ApiSettings {
  readonly routes: Readonly<Record<string, RouteConsumer | FifoRoute>>;
  readonly public: boolean;
  /** ARN of the role with which API Gateway sends. */
  readonly credentials: pulumi.Input<string>;
  readonly tls: {
    readonly securityPolicy: pulumi.Input<string | undefined>;
    readonly endpointAccessMode: pulumi.Input<string | undefined>;
  };
}

/** Tells the sender what is wrong with the body; API Gateway's default only says that something is. */
const badBody = {
  statusCode: "400",
  responseTemplates: {
    "application/json": '{"message":$context.error.messageString,"errors":"$context.error.validationErrorString"}',
  },
};

/**
 * All routes, models and responses in one document: importing it replaces the whole definition, so that a deployment
 * made after it holds exactly these routes. With a resource for each, Pulumi deletes the method of a removed route only
 * after the new deployment has been made, and the route stays live. The routes are sorted, so that their order in the
 * program means nothing.
 */
export function definitionOf({ routes, public: isPublic, credentials, tls }: ApiSettings): pulumi.Output<string> {
  const sorted = Object.entries(routes).sort(([a], [b]) => (a < b ? -1 : 1));
  const security = isPublic ? undefined : signed;
  const all = sorted.map(([key, target]) => routeOf(key, target, { credentials, security }));
  const paths: Record<string, pulumi.Inputs> = {};
  for (const { path, httpMethod, operation } of all) {
    paths[path] = { ...paths[path], [httpMethod.toLowerCase()]: operation };
  }
  return pulumi.jsonStringify({
    openapi: "3.0.1",
    // The API keeps the name that the RestApi has; one of the component's here would make a rename a change of the API.
    info: { title: "HttpIngress", version: "1" },
    paths,
    components: {
      schemas: Object.fromEntries(all.map(({ model }) => [model.name, model.schema])),
      ...(security !== undefined && { securitySchemes: { [security]: signedCalls } }),
    },
    "x-amazon-apigateway-request-validators": {
      [validator]: { validateRequestBody: true, validateRequestParameters: true },
    },
    "x-amazon-apigateway-request-validator": validator,
    "x-amazon-apigateway-gateway-responses": { BAD_REQUEST_BODY: badBody },
    // An import that replaces the definition may reset what the document leaves out, so it says what the RestApi says.
    "x-amazon-apigateway-security-policy": tls.securityPolicy,
    "x-amazon-apigateway-endpoint-access-mode": tls.endpointAccessMode,
  });
}

const validator = "all";
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html */
const signed = "sigv4";
const signedCalls = {
  type: "apiKey",
  name: "Authorization",
  in: "header",
  "x-amazon-apigateway-authtype": "awsSigv4",
};
