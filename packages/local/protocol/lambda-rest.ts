// Lambda's REST API: paths and headers to actions and back. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
import { randomUUID } from "node:crypto";
import { type Ask, type Message, ServiceError } from "../service/ask";
import type { FrontHandler, FrontRequest, FrontResponse, Route } from "./http";

interface Operation {
  readonly action: string;
  readonly method: string;
  readonly path: RegExp;
  /** Names of the path's groups. */
  readonly members: readonly string[];
}

const operation = (action: string, method: string, path: string): Operation => ({
  action,
  method,
  path: new RegExp(`^${path.replace(/\{\w+\}/g, "([^/]+)")}/?$`),
  members: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""),
});

const operations = [
  operation("Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations"),
  operation("ListFunctions", "GET", "/2015-03-31/functions"),
  operation("CreateFunction", "POST", "/2015-03-31/functions"),
  operation("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}"),
  operation("DeleteFunction", "DELETE", "/2015-03-31/functions/{FunctionName}"),
  operation("GetFunctionConfiguration", "GET", "/2015-03-31/functions/{FunctionName}/configuration"),
  operation("UpdateFunctionConfiguration", "PUT", "/2015-03-31/functions/{FunctionName}/configuration"),
  operation("UpdateFunctionCode", "PUT", "/2015-03-31/functions/{FunctionName}/code"),
  operation("GetPolicy", "GET", "/2015-03-31/functions/{FunctionName}/policy"),
  operation("GetFunctionConcurrency", "GET", "/2019-09-30/functions/{FunctionName}/concurrency"),
  operation("PutFunctionConcurrency", "PUT", "/2017-10-31/functions/{FunctionName}/concurrency"),
  operation("GetFunctionEventInvokeConfig", "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config"),
  operation("ListEventSourceMappings", "GET", "/2015-03-31/event-source-mappings"),
  operation("CreateEventSourceMapping", "POST", "/2015-03-31/event-source-mappings"),
  operation("GetEventSourceMapping", "GET", "/2015-03-31/event-source-mappings/{UUID}"),
  operation("UpdateEventSourceMapping", "PUT", "/2015-03-31/event-source-mappings/{UUID}"),
  operation("DeleteEventSourceMapping", "DELETE", "/2015-03-31/event-source-mappings/{UUID}"),
];

const prefixes = ["/2015-03-31", "/2017-10-31", "/2019-09-25", "/2019-09-30"];

export function lambdaRoutes(ask: Ask): readonly Route[] {
  const handler: FrontHandler = async (request) => {
    const headers = { "x-amzn-requestid": randomUUID() };
    try {
      return await answer(ask, request, headers);
    } catch (error) {
      if (error instanceof ServiceError) return refused(error, headers);
      throw error;
    }
  };
  return prefixes.map((prefix) => ({ prefix, handler }));
}

async function answer(
  ask: Ask,
  request: FrontRequest,
  headers: Readonly<Record<string, string>>,
): Promise<FrontResponse> {
  const matched = operationOf(request);
  if (matched === undefined) {
    throw new ServiceError(
      "UnknownOperationException",
      `The local run's Lambda has nothing at ${request.method} ${request.path}.`,
      404,
    );
  }
  const { action, members } = matched;
  const { MaxItems, ...others } = Object.fromEntries(request.query);
  const query = { ...others, ...(MaxItems !== undefined && { MaxItems: Number(MaxItems) }) };
  const options = { signal: request.signal };
  if (action !== "Invoke") {
    const input = { ...query, ...jsonIn(request), ...members };
    const output = await ask(request.principal, "lambda", action, input, options);
    return {
      status: action.startsWith("Update") && "UUID" in members ? 202 : 200,
      headers: { ...headers, ...json },
      body: JSON.stringify(output),
    };
  }
  const input = {
    ...query,
    ...members,
    InvocationType: request.headers["x-amz-invocation-type"],
    LogType: request.headers["x-amz-log-type"],
    ClientContext: request.headers["x-amz-client-context"],
    Payload: request.body,
  };
  const output = await ask(request.principal, "lambda", action, input, options);
  const named = {
    FunctionError: "x-amz-function-error",
    LogResult: "x-amz-log-result",
    ExecutedVersion: "x-amz-executed-version",
  };
  const given = Object.entries(named).flatMap(([member, header]) =>
    typeof output[member] === "string" ? [[header, output[member]]] : [],
  );
  return {
    status: Number(output.StatusCode),
    headers: { ...headers, ...json, ...Object.fromEntries(given) },
    body: typeof output.Payload === "string" ? output.Payload : "",
  };
}

const json = { "content-type": "application/json" };

function operationOf({
  method,
  path,
}: FrontRequest): { action: string; members: Readonly<Record<string, string>> } | undefined {
  for (const each of operations) {
    const groups = each.method === method ? each.path.exec(path) : null;
    if (groups === null) continue;
    const members = each.members.map((name, index) => [name, decodeURIComponent(groups[index + 1] ?? "")]);
    return { action: each.action, members: Object.fromEntries(members) };
  }
  return undefined;
}

function jsonIn({ body }: FrontRequest): Message {
  if (body.length === 0) return {};
  try {
    const input: unknown = JSON.parse(body.toString("utf8"));
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Message;
  } catch {
    // Refused below, as any other text that is no object.
  }
  throw new ServiceError("InvalidRequestContentException", "Could not parse request body into json.");
}

function refused(error: ServiceError, headers: Readonly<Record<string, string>>): FrontResponse {
  const body = { Type: error.status < 500 ? "User" : "Service", ...error.fields, Message: error.message };
  return {
    status: error.status,
    headers: { ...headers, ...json, "x-amzn-errortype": error.code },
    body: JSON.stringify(body),
  };
}
