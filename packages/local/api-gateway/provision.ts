// REST APIs as the program defines them, gathered from its resources.
import type { GraphResource, Value } from "@spillway/graph";
import { documentOf } from "@spillway/graph/read/open-api";
import type { Provisioner, Provisioners } from "../service/provision";
import { provisioner, refuseUnknown } from "../service/provisioner";
import { type ApiDefinition, everyMethod, type MethodDefinition } from "./definitions";
import { text, texts, withoutEffect } from "./inputs";
import { addGatewayResponse, addIntegrationResponse, integrationOf, methodOf } from "./method-of";
import { importDocument } from "./open-api";
import { ResourceTree } from "./routing";
import { methodPathOf } from "./throttle";

const ofMethod = ["restApi", "resourceId", "httpMethod"];

/** The models that every REST API has without creating them. */
const standardModels = [
  ["Empty", { type: "object" }],
  ["Error", { type: "object", properties: { message: { type: "string" } } }],
] as const;

export function apiGatewayProvisioners(apis: Map<string, ApiDefinition>): Provisioners {
  const apiOf = ({ inputs }: GraphResource, name = "restApi") =>
    apis.get(text(inputs[name])) ?? fail(`there is no REST API ${text(inputs[name])}`);
  const methodFor = (resource: GraphResource): MethodDefinition => {
    const { resourceId, httpMethod } = resource.inputs;
    const found = apiOf(resource).methods.find(
      (each) => each.resourceId === resourceId && each.httpMethod === httpMethod,
    );
    return found ?? fail(`there is no method ${text(httpMethod)} for it`);
  };

  return {
    "aws:apigateway/restApi:RestApi": taking(["body", "putRestApiMode"], ({ id = "", inputs, outputs }) => {
      if (JSON.stringify(inputs.endpointConfiguration ?? {}).includes("PRIVATE")) {
        fail("a PRIVATE endpoint is reached from a VPC only, which the local run does not have; give REGIONAL");
      }
      if (text(inputs.putRestApiMode) === "merge") fail("putRestApiMode merge is not supported; leave it out");
      const api: ApiDefinition = {
        id,
        resources: new ResourceTree(text(outputs.rootResourceId)),
        methods: [],
        models: new Map(standardModels),
        validators: new Map(),
        responses: new Map(),
        stages: new Map(),
      };
      apis.set(id, api);
      const document = documentOf(inputs.body);
      if (document !== undefined) importDocument(api, document, text(outputs.rootResourceId));
    }),

    "aws:apigateway/resource:Resource": taking(["restApi", "parentId", "pathPart"], (resource) => {
      const { parentId, pathPart } = resource.inputs;
      apiOf(resource).resources.add(resource.id ?? "", text(parentId), text(pathPart));
    }),

    "aws:apigateway/model:Model": taking(["restApi", "contentType", "schema"], (resource) => {
      const name = text(resource.outputs.name);
      apiOf(resource).models.set(name, JSON.parse(text(resource.inputs.schema) || "{}"));
    }),

    "aws:apigateway/requestValidator:RequestValidator": taking(
      ["restApi", "validateRequestBody", "validateRequestParameters"],
      (resource) => {
        const { validateRequestBody, validateRequestParameters } = resource.inputs;
        const checks = { body: validateRequestBody === true, parameters: validateRequestParameters === true };
        apiOf(resource).validators.set(resource.id ?? "", checks);
      },
    ),

    "aws:apigateway/response:Response": taking(
      ["restApiId", "responseType", "statusCode", "responseTemplates", "responseParameters"],
      (resource) => {
        addGatewayResponse(apiOf(resource, "restApiId"), text(resource.inputs.responseType), resource.inputs);
      },
    ),

    "aws:apigateway/method:Method": taking(
      [...ofMethod, "authorization", "requestValidatorId", "requestModels", "requestParameters"],
      (resource) => {
        const api = apiOf(resource);
        const { resourceId, httpMethod, authorization, requestValidatorId, requestModels } = resource.inputs;
        if (api.resources.pathOf(text(resourceId)) === undefined) fail(`there is no resource ${text(resourceId)}`);
        const models = Object.entries(texts(requestModels)).map(
          ([contentType, name]) => [contentType, api.models.get(name) ?? fail(`there is no model ${name}`)] as const,
        );
        api.methods.push(
          methodOf({
            httpMethod: text(httpMethod),
            resourceId: text(resourceId),
            authorization: text(authorization),
            checks: api.validators.get(text(requestValidatorId)) ?? { body: false, parameters: false },
            models: Object.fromEntries(models),
            parameters: (resource.inputs.requestParameters ?? {}) as Record<string, Value>,
          }),
        );
      },
    ),

    "aws:apigateway/integration:Integration": taking(
      [
        ...ofMethod,
        ...["type", "integrationHttpMethod", "uri", "credentials", "timeoutMilliseconds"],
        ...["passthroughBehavior", "requestTemplates", "requestParameters"],
      ],
      (resource) => {
        methodFor(resource).integration = integrationOf(resource.inputs);
      },
    ),

    "aws:apigateway/methodResponse:MethodResponse": taking(
      [...ofMethod, "statusCode", "responseParameters"],
      (resource) => {
        methodFor(resource).statusCodes.add(text(resource.inputs.statusCode));
      },
    ),

    "aws:apigateway/integrationResponse:IntegrationResponse": taking(
      [...ofMethod, "statusCode", "selectionPattern", "responseTemplates", "responseParameters"],
      (resource) => {
        addIntegrationResponse(methodFor(resource), resource.inputs);
      },
    ),

    "aws:apigateway/deployment:Deployment": taking(["restApi"], (resource) => void apiOf(resource)),

    "aws:apigateway/stage:Stage": taking(
      ["restApi", "deployment", "stageName", "variables", "accessLogSettings"],
      (resource) => {
        const { stageName, variables, accessLogSettings } = resource.inputs;
        apiOf(resource).stages.set(text(stageName), {
          name: text(stageName),
          variables: texts(variables),
          accessLogFormat: texts(accessLogSettings).format,
          throttles: new Map(),
        });
      },
    ),

    "aws:apigateway/methodSettings:MethodSettings": taking(
      ["restApi", "stageName", "methodPath", "settings"],
      (resource) => {
        const { stageName, methodPath } = resource.inputs;
        const settings = (resource.inputs.settings ?? {}) as Record<string, Value>;
        refuseUnknown(settings, { known: settingsOfMethods });
        const stage = apiOf(resource).stages.get(text(stageName)) ?? fail(`there is no stage ${text(stageName)}`);
        const { throttlingRateLimit: rate, throttlingBurstLimit: burst } = settings;
        // If the limit is left out or -1, the account's own limits apply, which one machine does not reach.
        const given = [rate, burst].filter((limit) => limit !== undefined && limit !== null && Number(limit) >= 0);
        if (given.length === 0) return;
        const path = methodPath === everyMethod ? everyMethod : methodPathOf(...splitMethodPath(text(methodPath)));
        stage.throttles.set(path, { rate: limitOr(rate, 10_000), burst: limitOr(burst, 5000) });
      },
    ),

    "aws:apigateway/account:Account": taking([], () => {}),
  };
}

/**
 * Logs and metrics are not written on one machine. A cache is refused, and the settings of a cache have no effect
 * without one.
 */
const settingsOfMethods = [
  ...["throttlingRateLimit", "throttlingBurstLimit", "loggingLevel", "dataTraceEnabled", "metricsEnabled"],
  ...["cacheTtlInSeconds", "cacheDataEncrypted", "requireAuthorizationForCacheControl"],
  "unauthorizedCacheControlHeaderStrategy",
];

const limitOr = (limit: Value | undefined, otherwise: number) =>
  limit === undefined || limit === null || Number(limit) < 0 ? otherwise : Number(limit);

/** `orders/{id}/POST` */
function splitMethodPath(methodPath: string): [path: string, httpMethod: string] {
  const cut = methodPath.lastIndexOf("/");
  return [methodPath.slice(0, cut), methodPath.slice(cut + 1)];
}

function taking(known: readonly string[], take: (resource: GraphResource) => void): Provisioner {
  return provisioner({ known: [...known, ...withoutEffect] }, (resource) => {
    try {
      take(resource);
    } catch (error) {
      throw new Error(`${(error as Error).message.replace(/\.$/, "")}.`);
    }
  });
}

function fail(message: string): never {
  throw new Error(message);
}
