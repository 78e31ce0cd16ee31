// An integration with SQS: the request that API Gateway makes of it, and the answer as it sees it.
import { randomUUID } from "node:crypto";
import { jsonError, jsonInput } from "../protocol/json";
import { faultOf, queryAnswer, queryCode, queryError, queryInput } from "../protocol/query";
import { type Ask, type Message, ServiceError } from "../service/ask";
import type { Texts } from "./texts";

export interface IntegrationTarget {
  /** For example `000000000000/orders`. Empty if the request itself names the queue. */
  readonly queuePath: string;
  /** The action, for a URI that names an action and not a path. */
  readonly action: string | undefined;
}

export interface IntegrationRequest {
  /** Names in lower case. */
  readonly headers: Texts;
  readonly query: Texts;
  readonly body: string;
}

export interface IntegrationAnswer {
  readonly status: number;
  readonly headers: Texts;
  readonly body: string;
}

/**
 * Reads `arn:aws:apigateway:eu-west-1:sqs:path/000000000000/orders` or `…:sqs:action/SendMessage`. Undefined for any
 * other target.
 */
export function targetOf(uri: string): IntegrationTarget | undefined {
  const [, kind, rest = ""] = /^arn:[^:]+:apigateway:[^:]+:sqs:(path|action)\/(.*)$/.exec(uri) ?? [];
  if (kind === "action") return /^[A-Za-z]+$/.test(rest) ? { queuePath: "", action: rest } : undefined;
  const queuePath = rest.replace(/^\//, "");
  const known = kind === "path" && /^(\d{12}\/[A-Za-z0-9_.-]+)?$/.test(queuePath);
  return known ? { queuePath, action: undefined } : undefined;
}

export interface SqsSettings {
  readonly ask: Ask;
  readonly address: string;
  readonly roleArn: string;
}

/** Sends the request to SQS with the integration's role, in the request's own protocol. */
export async function askSqs(
  { ask, address, roleArn }: SqsSettings,
  target: IntegrationTarget,
  request: IntegrationRequest,
): Promise<IntegrationAnswer> {
  const requestId = randomUUID();
  const send = (action: string, input: Message) =>
    ask({ kind: "service", service: "apigateway.amazonaws.com", roleArn }, "sqs", action, {
      ...(target.queuePath !== "" && { QueueUrl: `${address}/${target.queuePath}` }),
      ...input,
    });
  const answer = (status: number, contentType: string, body: string): IntegrationAnswer => ({
    status,
    headers: { "content-type": contentType, "x-amzn-requestid": requestId },
    body,
  });
  const jsonTarget = request.headers["x-amz-target"];
  if (jsonTarget !== undefined) {
    const contentType = "application/x-amz-json-1.0";
    return settle(
      async () => {
        const result = await send(jsonTarget.replace(/^.*\./, ""), jsonInput(Buffer.from(request.body)));
        return answer(200, contentType, JSON.stringify(result));
      },
      (error) => answer(error.status, contentType, jsonError(error)),
    );
  }

  const form = formOf(request);
  const action = target.action ?? form.get("Action");
  // This is SQS's answer to a body that is not a form, because the Content-Type was not mapped.
  if (action === null) return answer(404, "application/xml", "<UnknownOperationException/>");
  const xml = request.headers.accept?.includes("xml") ?? false;
  const contentType = xml ? "text/xml" : "application/json";
  return settle(
    async () => {
      const result = await send(action, queryInput("sqs", action, form));
      const body = xml ? queryAnswer("sqs", action, result, requestId) : jsonForm(action, result, requestId);
      return answer(200, contentType, body);
    },
    (error) => {
      const body = xml ? queryError("sqs", error, requestId) : jsonFormOfError(error, requestId);
      return answer(error.status, contentType, body);
    },
  );
}

async function settle(
  ask: () => Promise<IntegrationAnswer>,
  refused: (error: ServiceError) => IntegrationAnswer,
): Promise<IntegrationAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ServiceError) return refused(error);
    throw error;
  }
}

/** The fields of the form in the body, and those in the query string. */
function formOf({ headers, query, body }: IntegrationRequest): URLSearchParams {
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  const form = new URLSearchParams(isForm ? body : "");
  for (const [name, value] of Object.entries(query)) if (!form.has(name)) form.set(name, value);
  return form;
}

/**
 * API Gateway asks for JSON. SQS then answers in JSON what the Query protocol answers in XML. Members without a value
 * are null.
 */
function jsonForm(action: string, result: Message, requestId: string): string {
  const members = action === "SendMessage" ? { ...sendMessageMembers, ...result } : result;
  return JSON.stringify({
    [`${action}Response`]: { ResponseMetadata: { RequestId: requestId }, [`${action}Result`]: members },
  });
}

const sendMessageMembers = {
  MD5OfMessageAttributes: null,
  MD5OfMessageBody: null,
  MD5OfMessageSystemAttributes: null,
  MessageId: null,
  SequenceNumber: null,
};

function jsonFormOfError(error: ServiceError, requestId: string): string {
  return JSON.stringify({
    Error: { Code: queryCode("sqs", error), Message: error.message, Type: faultOf(error) },
    RequestId: requestId,
  });
}
