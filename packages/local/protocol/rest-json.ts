// REST APIs whose bodies are JSON: Lambda's and Scheduler's.
import { randomUUID } from "node:crypto";
import { type Ask, type Message, ServiceError, type ServiceName } from "../service/ask";
import type { FrontRequest, FrontResponse, Route } from "./http";
import { jsonInput } from "./json";
import { payloadOf, prefixesOf, restAnswer, restCall } from "./rest";
import { operationOf } from "./shapes";

export interface RestJson {
  readonly service: ServiceName;
  /** The service's name in messages. */
  readonly title: string;
  /** Makes the error for a body that is not a JSON object. Default: a SerializationException. */
  notJson?(): ServiceError;
  /** The members that an error's body has besides its message. */
  errorMembers?(error: ServiceError): Message;
}

export function restJsonRoutes(ask: Ask, api: RestJson): readonly Route[] {
  return prefixesOf(api.service).map((prefix) => ({ prefix, handler: (request) => answer(ask, api, request) }));
}

async function answer(ask: Ask, api: RestJson, request: FrontRequest): Promise<FrontResponse> {
  const own = { "content-type": "application/json", "x-amzn-requestid": randomUUID() };
  try {
    const { action, input } = callOf(api, request);
    const output = await ask(request.principal, api.service, action, input, { signal: request.signal });
    const { status, headers, body } = restAnswer(api.service, action, output);
    const payload = payloadOf(api.service, operationOf(api.service, action).output);
    const text = payload === undefined ? JSON.stringify(body) : String(output[payload.member] ?? "");
    return { status, headers: { ...own, ...headers }, body: text };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const body = { ...api.errorMembers?.(error), ...error.fields, Message: error.message };
    return {
      status: error.status,
      headers: { ...own, "x-amzn-errortype": error.code },
      body: JSON.stringify(body),
    };
  }
}

function callOf({ service, title, notJson }: RestJson, request: FrontRequest): ReturnType<typeof restCall> & object {
  const call = restCall(service, request);
  if (call === undefined) {
    throw new ServiceError(
      "UnknownOperationException",
      `The local run's ${title} has nothing at ${request.method} ${request.path}.`,
      404,
    );
  }
  const payload = payloadOf(service, operationOf(service, call.action).input);
  const body = payload === undefined ? jsonInput(request.body, notJson) : { [payload.member]: request.body };
  return { action: call.action, input: { ...body, ...call.input } };
}
