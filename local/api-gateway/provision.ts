// REST APIs as the program defines them, gathered from its resources.
import type { GraphResource, Value } from "../../graph/graph";
import type { Provisioner, Provisioners } from "../provision";
import { type ApiDefinition, everyMethod, type MethodDefinition } from "./definitions";
import { refuseUnknown, text, texts } from "./inputs";
import { targetOf } from "./integration";
import { checkExpressions } from "./parameters";
import { ResourceTree } from "./routing";
import { methodPathOf } from "./throttle";
import { compileModel } from "./validation";

const ofMethod = ["restApi", "resourceId", "httpMethod"];

/** The models that every REST API has from the start. */
const standardModels = [
  ["Empty", { type: "object" }],
  ["Error", { type: "object", properties: { message: { type: "string" } } }],
] as const;

export function apiGatewayProvisioners(apis: Map<string, ApiDefinition>): Provisioners {
  const apiOf = ({ inputs }: GraphResource, name = "restApi") =>
    apis.get(text(inputs[name])) ?? fail(`there is no REST API ${text(inputs[name])}`);
  const methodOf = (resource: GraphResource): MethodDefinition => {
    const { resourceId, httpMethod } = resource.inputs;
    const found = apiOf(resource).methods.find(
      (each) => each.resourceId === resourceId && each.httpMethod === httpMethod,
    );
    return found ?? fail(`there is no method ${text(httpMethod)} for it`);
  };

  return {
    "aws:apigateway/restApi:RestApi": taking([], ({ id = "", inputs, outputs }) => {
      if (JSON.stringify(inputs.endpointConfiguration ?? {}).includes("PRIVATE")) {
        fail("a PRIVATE endpoint is reached from a VPC only, which the local run does not have; give REGIONAL");
      }
      apis.set(id, {
        id,
        resources: new ResourceTree(text(outputs.rootResourceId)),
        methods: [],
        models: new Map(standardModels),
        validators: new Map(),
        responses: new Map(),
        stages: new Map(),
      });
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
        const { responseType, statusCode, responseTemplates, responseParameters } = resource.inputs;
        checkExpressions(texts(responseParameters), "request");
        apiOf(resource, "restApiId").responses.set(text(responseType), {
          statusCode: text(statusCode) || undefined,
          responseTemplates: texts(responseTemplates),
          responseParameters: texts(responseParameters),
        });
      },
    ),

    "aws:apigateway/method:Method": taking(
      [...ofMethod, "authorization", "requestValidatorId", "requestModels", "requestParameters"],
      (resource) => {
        const api = apiOf(resource);
        const { resourceId, httpMethod, authorization, requestValidatorId, requestModels } = resource.inputs;
        if (api.resources.pathOf(text(resourceId)) === undefined) fail(`there is no resource ${text(resourceId)}`);
        if (authorization !== "NONE" && authorization !== "AWS_IAM") {
          return fail(`authorization ${text(authorization)} is not supported; NONE and AWS_IAM are`);
        }
        const checks = api.validators.get(text(requestValidatorId)) ?? { body: false, parameters: false };
        const models = Object.entries(checks.body ? texts(requestModels) : {});
        const parameters = Object.entries((resource.inputs.requestParameters ?? {}) as Record<string, Value>);
        api.methods.push({
          httpMethod: text(httpMethod),
          resourceId: text(resourceId),
          authorization,
          validators: new Map(
            models.map(([contentType, name]) => [
              contentType,
              compileModel(api.models.get(name) ?? fail(`there is no model ${name}`)),
            ]),
          ),
          requiredParameters: parameters.flatMap(([name, needed]) => (checks.parameters && needed ? [name] : [])),
          integration: undefined,
          integrationResponses: [],
          statusCodes: new Set(),
        });
      },
    ),

    "aws:apigateway/integration:Integration": taking(
      [
        ...ofMethod,
        ...["type", "integrationHttpMethod", "uri", "credentials", "timeoutMilliseconds"],
        ...["passthroughBehavior", "requestTemplates", "requestParameters"],
      ],
      (resource) => {
        const { type, uri, credentials, passthroughBehavior, timeoutMilliseconds } = resource.inputs;
        const [requestTemplates, requestParameters] = [
          texts(resource.inputs.requestTemplates),
          texts(resource.inputs.requestParameters),
        ];
        if (type !== "AWS" && type !== "MOCK") {
          return fail(`integrations of type ${text(type)} are not supported; AWS (with SQS) and MOCK are`);
        }
        const target = type === "AWS" ? targetOf(text(uri)) : undefined;
        if (type === "AWS" && target === undefined) {
          fail(`its URI ${text(uri)} is not supported; arn:…:apigateway:…:sqs:path/<account>/<queue> is`);
        }
        if (type === "AWS" && !/^arn:[^:]+:iam::\d{12}:role\//.test(text(credentials))) {
          fail(
            `it has no credentials with which to ask SQS (${text(credentials) || "none"} given); give the ARN of a role`,
          );
        }
        checkExpressions(requestParameters, "request");
        methodOf(resource).integration = {
          type,
          target,
          roleArn: text(credentials),
          passthroughBehavior: text(passthroughBehavior) || "WHEN_NO_MATCH",
          requestTemplates,
          requestParameters,
          timeoutMilliseconds: Number(timeoutMilliseconds ?? 29_000),
        };
      },
    ),

    "aws:apigateway/methodResponse:MethodResponse": taking(
      [...ofMethod, "statusCode", "responseParameters"],
      (resource) => {
        methodOf(resource).statusCodes.add(text(resource.inputs.statusCode));
      },
    ),

    "aws:apigateway/integrationResponse:IntegrationResponse": taking(
      [...ofMethod, "statusCode", "selectionPattern", "responseTemplates", "responseParameters"],
      (resource) => {
        const { statusCode, selectionPattern, responseTemplates, responseParameters } = resource.inputs;
        checkExpressions(texts(responseParameters), "response");
        methodOf(resource).integrationResponses.push({
          statusCode: text(statusCode),
          selectionPattern: text(selectionPattern) || undefined,
          responseTemplates: texts(responseTemplates),
          responseParameters: texts(responseParameters),
        });
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
        refuseUnknown(settings, settingsOfMethods);
        const stage = apiOf(resource).stages.get(text(stageName)) ?? fail(`there is no stage ${text(stageName)}`);
        const { throttlingRateLimit: rate, throttlingBurstLimit: burst } = settings;
        // Left out, or -1: the account's own limits, which no one machine reaches.
        const given = [rate, burst].filter((limit) => limit !== undefined && limit !== null && Number(limit) >= 0);
        if (given.length === 0) return;
        const path = methodPath === everyMethod ? everyMethod : methodPathOf(...splitMethodPath(text(methodPath)));
        stage.throttles.set(path, { rate: limitOr(rate, 10_000), burst: limitOr(burst, 5000) });
      },
    ),

    "aws:apigateway/account:Account": taking([], () => {}),
  };
}

/** Logs and metrics are written nowhere on one machine; a cache is refused, and what is set for it has no effect without it. */
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
  return async (resource) => {
    try {
      refuseUnknown(resource.inputs, known);
      take(resource);
    } catch (error) {
      throw new Error(`${resource.type} "${resource.name}": ${(error as Error).message}.`);
    }
  };
}

function fail(message: string): never {
  throw new Error(message);
}
