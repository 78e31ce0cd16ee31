// A method and its integration, from the inputs of their resources, or from what an OpenAPI document says in their
// place.
import type { Value } from "@spillway/graph";
import type { ApiDefinition, IntegrationDefinition, MethodDefinition } from "./definitions";
import { text, texts } from "./inputs";
import { targetOf } from "./integration";
import { checkExpressions } from "./parameters";
import { compileModel } from "./validation";

type Inputs = Readonly<Record<string, Value>>;

export interface MethodInputs {
  readonly httpMethod: string;
  readonly resourceId: string;
  readonly authorization: string;
  readonly checks: { readonly body: boolean; readonly parameters: boolean };
  /** The JSON Schemas of the body, by content type. */
  readonly models: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The names of the parameters, and whether each is required. */
  readonly parameters: Readonly<Record<string, Value>>;
}

/** Throws an Error for a feature that the local run does not have. */
export function methodOf(inputs: MethodInputs): MethodDefinition {
  const { httpMethod, resourceId, authorization, checks, models, parameters } = inputs;
  if (authorization !== "NONE" && authorization !== "AWS_IAM") {
    throw new Error(`authorization ${authorization} is not supported; NONE and AWS_IAM are`);
  }
  return {
    httpMethod,
    resourceId,
    authorization,
    validators: new Map(
      Object.entries(checks.body ? models : {}).map(([contentType, model]) => [contentType, compileModel(model)]),
    ),
    requiredParameters: Object.entries(checks.parameters ? parameters : {}).flatMap(([name, needed]) =>
      needed ? [name] : [],
    ),
    integration: undefined,
    integrationResponses: [],
    statusCodes: new Set(),
  };
}

/** Throws an Error for a feature that the local run does not have. */
export function integrationOf(inputs: Inputs): IntegrationDefinition {
  const { type, uri, credentials, passthroughBehavior, timeoutMilliseconds } = inputs;
  const [requestTemplates, requestParameters] = [texts(inputs.requestTemplates), texts(inputs.requestParameters)];
  if (type !== "AWS" && type !== "MOCK") {
    throw new Error(`integrations of type ${text(type)} are not supported; AWS (with SQS) and MOCK are`);
  }
  const target = type === "AWS" ? targetOf(text(uri)) : undefined;
  if (type === "AWS" && target === undefined) {
    throw new Error(`its URI ${text(uri)} is not supported; arn:…:apigateway:…:sqs:path/<account>/<queue> is`);
  }
  if (type === "AWS" && !/^arn:[^:]+:iam::\d{12}:role\//.test(text(credentials))) {
    throw new Error(
      `it has no credentials with which to call SQS (${text(credentials) || "none"} given); give the ARN of a role`,
    );
  }
  checkExpressions(requestParameters, "request");
  return {
    type,
    target,
    roleArn: text(credentials),
    passthroughBehavior: text(passthroughBehavior) || "WHEN_NO_MATCH",
    requestTemplates,
    requestParameters,
    timeoutMilliseconds: Number(timeoutMilliseconds ?? 29_000),
  };
}

export function addIntegrationResponse(method: MethodDefinition, inputs: Inputs): void {
  const { statusCode, selectionPattern, responseTemplates, responseParameters } = inputs;
  checkExpressions(texts(responseParameters), "response");
  method.integrationResponses.push({
    statusCode: text(statusCode),
    selectionPattern: text(selectionPattern) || undefined,
    responseTemplates: texts(responseTemplates),
    responseParameters: texts(responseParameters),
  });
}

export function addGatewayResponse(api: ApiDefinition, responseType: string, inputs: Inputs): void {
  const { statusCode, responseTemplates, responseParameters } = inputs;
  checkExpressions(texts(responseParameters), "request");
  api.responses.set(responseType, {
    statusCode: text(statusCode) || undefined,
    responseTemplates: texts(responseTemplates),
    responseParameters: texts(responseParameters),
  });
}
