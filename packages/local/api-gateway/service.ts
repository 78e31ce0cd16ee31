// API Gateway of the local run: each request from the caller to the integration and back, as a REST API's stage serves
// it.
import { partitionOf } from "@spillway/graph";
import type { FrontRequest, FrontResponse, Route } from "../protocol/http";
import { type Ask, type Service, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import type { Provisioners } from "../service/provision";
import { type Context, contextOf, withContext } from "./context";
import type { ApiDefinition, StageDefinition } from "./definitions";
import { answerOf, integrate, integrationRequestOf, sourcesOf, validate } from "./exchange";
import type { Received } from "./parameters";
import { apiGatewayProvisioners } from "./provision";
import { errorContextOf, type Failure, Refusal, renderFailure } from "./responses";
import { Throttles } from "./throttle";

export interface ApiGatewaySettings {
  readonly ask: Ask;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  /** The address of the front. */
  address(): string;
  /** Receives each line of the access logs, and each fault of the API itself. */
  log(line: string): void;
}

export interface ApiGateway {
  readonly provisioners: Provisioners;
  /** `/_aws/execute-api/<REST API>/<stage>/<path>` */
  readonly route: Route;
  /** Judges each call of a method that needs a signature, as any other request is judged. */
  readonly service: Service;
}

interface Request {
  readonly api: ApiDefinition;
  readonly stage: StageDefinition;
  /** The path below the stage, as the caller sent it. */
  readonly path: string;
  readonly front: FrontRequest;
  readonly context: Context;
  received: Received;
}

const prefix = "/_aws/execute-api";
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const largestPayload = 10 * 1024 * 1024;

export function createApiGateway(settings: ApiGatewaySettings): ApiGateway {
  const { ask, clock, accountId, region, address, log } = settings;
  const apis = new Map<string, ApiDefinition>();
  const throttles = new Throttles(clock);

  /** Throws a Refusal for a caller that may not call the method. */
  const authorize = async ({ api, stage, path, front }: Request): Promise<void> => {
    if (front.principal.kind === "anonymous") throw new Refusal({ type: "MISSING_AUTHENTICATION_TOKEN" });
    const [arn, masked] = [accountId, accountId.replace(/.(?=.{4})/g, "*")].map(
      (account) =>
        `arn:${partitionOf(region)}:execute-api:${region}:${account}:${api.id}/${stage.name}/${front.method}${path}`,
    );
    try {
      await ask(front.principal, "execute-api", "Invoke", { Resource: arn });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      // API Gateway does not show the account to callers.
      throw new Refusal({ type: "ACCESS_DENIED", message: error.message.replace(arn ?? "", masked ?? "") });
    }
  };

  const serve = async (request: Request): Promise<FrontResponse> => {
    const { api, stage, front, context } = request;
    const match = api.resources.find(request.path);
    const methods = api.methods.filter(({ resourceId }) => resourceId === match?.resourceId);
    const method =
      methods.find(({ httpMethod }) => httpMethod === front.method) ??
      methods.find(({ httpMethod }) => httpMethod === "ANY");
    // This is API Gateway's answer for every path and method that it does not have.
    if (match === undefined || method === undefined) throw new Refusal({ type: "MISSING_AUTHENTICATION_TOKEN" });
    Object.assign(context, { resourceId: match.resourceId, resourcePath: match.path });
    request.received = { ...request.received, path: match.parameters };
    if (method.authorization === "AWS_IAM") await authorize(request);
    if (!throttles.take(api.id, stage, match.path, method.httpMethod)) throw new Refusal({ type: "THROTTLED" });
    if (front.body.length > largestPayload) throw new Refusal({ type: "REQUEST_TOO_LARGE" });

    validate(method, request.received);
    const { integration } = method;
    if (integration === undefined) throw new Refusal({ type: "API_CONFIGURATION_ERROR" });
    const call = { api, stage, method, request: request.received, context };
    const started = clock.now();
    const answer = await integrate(
      integration,
      integrationRequestOf(call, integration),
      { ask, address: address(), roleArn: integration.roleArn },
      clock,
    );
    const latency = Math.round(clock.now() - started);
    Object.assign(context, {
      integration: { status: answer.status, latency, requestId: answer.headers["x-amzn-requestid"] },
      integrationLatency: latency,
    });
    return answerOf(call, answer);
  };

  const refuse = (request: Request, error: unknown): FrontResponse => {
    const { api, stage, front, path, context, received } = request;
    // For example, a template that fails: the caller gets an internal error, and the log gets the reason.
    if (!(error instanceof Refusal)) log(`API Gateway: ${front.method} ${path} failed: ${messageOf(error)}`);
    const failure: Failure = error instanceof Refusal ? error.failure : { type: "API_CONFIGURATION_ERROR" };
    context.error = errorContextOf(failure);
    return renderFailure(failure.type, api.responses, sourcesOf({ request: received, stage, context }));
  };

  const handler = async (front: FrontRequest): Promise<FrontResponse> => {
    const [, apiId = "", stageName = "", rest = ""] =
      /^\/_aws\/execute-api\/([^/]+)\/?([^/]*)(.*)$/.exec(front.path) ?? [];
    const api = apis.get(apiId);
    const stage = api?.stages.get(stageName);
    if (api === undefined || stage === undefined) return forbidden;
    const started = clock.now();
    const path = rest === "" ? "/" : rest;
    const { query, headers, body } = front;
    const context = contextOf({ accountId, apiId, stage: stageName, path, request: front, now: started });
    const received = { path: {}, query, headers, body: body.toString() };
    const request: Request = { api, stage, path, front, context, received };
    const response = await serve(request).catch((error: unknown) => refuse(request, error));
    if (stage.accessLogFormat !== undefined) {
      const more = {
        status: response.status,
        responseLatency: Math.round(clock.now() - started),
        responseLength: Buffer.byteLength(response.body),
      };
      log(withContext(stage.accessLogFormat, { ...context, ...more }));
    }
    const own = { "x-amzn-requestid": context.requestId, "x-amz-apigw-id": context.extendedRequestId };
    return { ...response, headers: { ...own, ...response.headers } };
  };

  const service: Service = { name: "execute-api", handle: async () => ({}), close: async () => {} };
  return { provisioners: apiGatewayProvisioners(apis), route: { prefix, handler }, service };
}

/** The answer for a stage that does not exist. */
const forbidden: FrontResponse = {
  status: 403,
  headers: { "content-type": "application/json", "x-amzn-errortype": "ForbiddenException" },
  body: '{"message":"Forbidden"}',
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
