// API Gateway, REST APIs and HTTP APIs.
import { at, isSet, type Properties, parsed, shown, unknown } from "./plain";
import { type Policy, resourcePolicy, stackPolicy } from "./policy";
import { refers } from "./stack";

const restStage = "aws:apigateway/stage:Stage";
const httpStage = "aws:apigatewayv2/stage:Stage";
const restApi = "aws:apigateway/restApi:RestApi";
const restMethod = "aws:apigateway/method:Method";
const httpRoute = "aws:apigatewayv2/route:Route";
const methodSettings = "aws:apigateway/methodSettings:MethodSettings";

/** Preflight requests come without credentials, by the specification of CORS. */
const isPreflight = ({ httpMethod, routeKey }: Properties) =>
  httpMethod === "OPTIONS" || (typeof routeKey === "string" && routeKey.startsWith("OPTIONS "));

/** A path of an OpenAPI document has other members, too, as `parameters` and `summary`. */
const isMethod = (member: string) =>
  /^(get|put|post|delete|options|head|patch|trace|x-amazon-apigateway-any-method)$/i.test(member);

interface Operation {
  /** `POST /orders` */
  readonly route: string;
  readonly signed: boolean;
  readonly validated: boolean;
}

/**
 * The methods that the OpenAPI document in a REST API's body describes; none while a preview does not know it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
function operationsOf({ body }: Properties): readonly Operation[] {
  const document = typeof body === "string" ? parsed(body) : undefined;
  return Object.entries((at(document, "paths") ?? {}) as Properties).flatMap(([path, methods]) =>
    Object.entries((methods ?? {}) as Properties).flatMap(([method, operation]) => {
      if (!isMethod(method)) return [];
      const auth = at(operation, "x-amazon-apigateway-auth", "type");
      const security = at(operation, "security") ?? at(document, "security");
      const validator = "x-amazon-apigateway-request-validator";
      return {
        route: `${method.toUpperCase()} ${path}`,
        signed: auth === undefined ? isSet(security) : auth !== "NONE",
        validated: isSet(at(operation, validator) ?? at(document, validator)),
      };
    }),
  );
}

const isPreflightRoute = ({ route }: Operation) => route.startsWith("OPTIONS ");

export const apiPolicies: readonly Policy[] = [
  resourcePolicy({
    name: "api-authorized",
    level: "advisory",
    severity: "high",
    description: "Endpoints authenticate their callers.",
    ids: ["AwsSolutions-APIG4", "CKV_AWS_309", "APIGateway.8", "CKV_AWS_59"],
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
    types: [restMethod, httpRoute, restApi],
    check: ({ type, props }, report) => {
      if (type === restApi) {
        for (const operation of operationsOf(props)) {
          if (operation.signed || isPreflightRoute(operation)) continue;
          report(
            `body has no security for ${operation.route}: anyone may call it`,
            "Give it a security scheme of IAM, or an authorizer; if it is meant to be public, add it to this policy's exceptions",
          );
        }
        return;
      }
      const property = type === restMethod ? "authorization" : "authorizationType";
      const given = props[property];
      if (given === unknown || (isSet(given) && given !== "NONE") || isPreflight(props)) return;
      if (props.apiKeyRequired === true) return;
      report(
        `${property} is ${shown(given)}: anyone may call it`,
        'Set it to "AWS_IAM", or give it an authorizer; if it is meant to be public, add it to this policy\'s exceptions',
      );
    },
  }),
  resourcePolicy({
    name: "api-access-logged",
    level: "advisory",
    severity: "medium",
    description: "Stages write access logs.",
    ids: ["AwsSolutions-APIG1", "Serverless-APIGWAccessLogging", "CKV_AWS_76", "CKV_AWS_95", "APIGateway.9"],
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    types: [restStage, httpStage],
    check: ({ props }, report) => {
      const destination = at(props, "accessLogSettings", "destinationArn");
      if (!isSet(destination))
        report(
          `accessLogSettings.destinationArn is ${shown(destination)}`,
          "Set it to a log group, which needs API Gateway's CloudWatch role in the account",
        );
    },
  }),
  resourcePolicy({
    name: "api-access-log-structured",
    level: "advisory",
    severity: "low",
    description: "Access logs are JSON, so that they can be queried.",
    ids: ["Serverless-APIGWStructuredLogging"],
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    types: [restStage, httpStage],
    check: ({ props }, report) => {
      const format = at(props, "accessLogSettings", "format");
      if (typeof format !== "string") return;
      const json = parsed(format.replace(/:\s*(\$context\.[\w.]+)/g, ': "$1"'));
      if (typeof json !== "object" || json === null)
        report(
          `accessLogSettings.format is ${shown(format)}`,
          'Set it to JSON, as {"requestId":"$context.requestId","status":"$context.status"}',
        );
    },
  }),
  resourcePolicy({
    name: "api-traced",
    level: "advisory",
    severity: "low",
    description: "Stages of REST APIs are traced by X-Ray.",
    ids: ["Serverless-APIGWXrayEnabled", "CKV_AWS_73"],
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html",
    types: [restStage],
    check: ({ props: { xrayTracingEnabled } }, report) => {
      if (xrayTracingEnabled === true || xrayTracingEnabled === unknown) return;
      report(`xrayTracingEnabled is ${shown(xrayTracingEnabled)}`, "Set it to true");
    },
  }),
  resourcePolicy({
    name: "api-validates",
    level: "advisory",
    severity: "low",
    description: "REST APIs validate requests before they call an integration.",
    ids: ["AwsSolutions-APIG2"],
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html",
    types: [restMethod, restApi],
    check: ({ type, props }, report) => {
      if (type === restApi) {
        for (const operation of operationsOf(props)) {
          if (operation.validated || isPreflightRoute(operation)) continue;
          report(`body has no request validator for ${operation.route}`, "Set x-amazon-apigateway-request-validator");
        }
        return;
      }
      if (isSet(props.requestValidatorId) || isPreflight(props)) return;
      report(`requestValidatorId is ${shown(props.requestValidatorId)}`, "Set it to a RequestValidator");
    },
  }),
  stackPolicy({
    name: "api-throttled",
    level: "advisory",
    severity: "medium",
    description: "Stages set throttling limits; otherwise the account's limits for all of its APIs apply.",
    ids: ["Serverless-APIGWDefaultThrottling"],
    url: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
    check: (stack, report) => {
      const limits = ["throttlingRateLimit", "throttlingBurstLimit"];
      const throttles = (settings: Properties[string] | undefined) =>
        settings === unknown || limits.every((limit) => isSet(at(settings, limit)) && at(settings, limit) !== -1);
      for (const stage of stack.ofType(httpStage)) {
        if (throttles(stage.props.defaultRouteSettings)) continue;
        report(
          stage,
          `defaultRouteSettings is ${shown(stage.props.defaultRouteSettings)}`,
          `Set its ${limits.join(" and ")}`,
        );
      }
      for (const stage of stack.ofType(restStage)) {
        const { restApi, stageName } = stage.props;
        const throttled = stack.ofType(methodSettings).some(
          (each) =>
            // By name, or by where the name comes from.
            ((each.props.restApi === restApi && each.props.stageName === stageName) ||
              refers(each, "stageName", unknown, stage)) &&
            throttles(each.props.settings),
        );
        if (!throttled)
          report(
            stage,
            "no MethodSettings of it throttles",
            `Add MethodSettings with methodPath "*/*" and ${limits.join(" and ")}`,
          );
      }
    },
  }),
];
