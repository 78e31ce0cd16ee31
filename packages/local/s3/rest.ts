// S3's REST API: what only S3 has in its requests and answers.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
import { randomBytes, randomUUID } from "node:crypto";
import { parseXML } from "@aws-sdk/xml-builder";
import type { FrontHandler, FrontRequest, FrontResponse } from "../protocol/http";
import { payloadOf, type RestCall, restAnswer, restCall } from "../protocol/rest";
import { isStructure, operationOf, structureIn, type Tree } from "../protocol/shapes";
import { element, xmlOf } from "../protocol/xml";
import { type Ask, type Message, ServiceError } from "../service/ask";
import { isMessage } from "../service/input";
import { isChunked, unchunked } from "./aws-chunked";
import { asS3Error, notImplemented } from "./errors";
import { refuseExpired, type SigningClock } from "./presigned";

type Headers = Readonly<Record<string, string>>;

/** Headers that change what happens, and that the local run does not have. */
const refused: readonly (readonly [prefix: string, what: string])[] = [
  ["x-amz-server-side-encryption-customer-", "encryption with keys of customers"],
  ["x-amz-object-lock-", "object lock"],
  ["x-amz-grant-", "access control lists"],
];

export function s3Handler({ ask, clock }: { readonly ask: Ask; readonly clock: SigningClock }): FrontHandler {
  return async (request) => {
    const requestId = randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase();
    const own = { "x-amz-request-id": requestId, "x-amz-id-2": randomBytes(48).toString("base64") };
    try {
      const { action, input } = callOf(request, clock);
      const output = await ask(request.principal, "s3", action, input, { signal: request.signal });
      const { status, headers, body } = answerTo(action, input, output);
      return { status, headers: { ...own, ...headers }, body };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { status, headers, body } = errorAnswer(asS3Error(error), request.path, requestId);
      return { status, headers: { ...own, ...headers }, body };
    }
  };
}

function callOf(request: FrontRequest, clock: SigningClock): RestCall {
  const { method, path, query, principal } = request;
  refuseExpired(query, principal, clock);
  const { body, trailers } = isChunked(request.headers)
    ? unchunked(request.body)
    : { body: request.body, trailers: {} };
  const headers = { ...headersOf(request), ...trailers };
  for (const name of Object.keys(headers)) {
    const what = refused.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (what !== undefined) throw notImplemented(what, `leave the header ${name} out`);
  }
  const call = restCall("s3", { method, path, query, headers });
  if (call === undefined) {
    throw new ServiceError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
  }
  const { ACL } = call.input;
  if (ACL !== undefined && !/^(private|bucket-owner-(full-control|read))$/.test(String(ACL))) {
    throw notImplemented(`the access control list "${String(ACL)}"`, "grant access by the policy of the bucket");
  }
  return { action: call.action, input: { ...call.input, ...bodyOf(call.action, body) } };
}

/**
 * A presigned address has headers among its parameters. Its checksum is ignored, because it was computed without the
 * body. The
 * encoding `aws-chunked` is left out, because it is that of the request and not of the object.
 */
function headersOf({ headers, query }: FrontRequest): Headers {
  const ofAddress = [...query]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith("x-amz-") && !name.includes("checksum"));
  const encoding = headers["content-encoding"]?.split(",").map((each) => each.trim());
  const ofObject = encoding?.filter((each) => each !== "aws-chunked").join(",");
  return {
    ...Object.fromEntries(ofAddress),
    ...headers,
    ...(ofObject !== undefined && { "content-encoding": ofObject }),
  };
}

function bodyOf(action: string, body: Buffer): Message {
  const payload = payloadOf("s3", operationOf("s3", action).input);
  if (payload === undefined) return {};
  if (!isStructure(payload)) return { [payload.member]: body };
  const document = body.length === 0 ? {} : parsed(body.toString("utf8"));
  const elementsOf = (tree: Tree) => [tree].flat();
  return { [payload.member]: structureIn("s3", payload.type, document[payload.name] ?? {}, elementsOf) };
}

function parsed(xml: string): { readonly [root: string]: Tree | undefined } {
  try {
    const document: unknown = parseXML(xml);
    if (isTrees(document)) return document;
  } catch {
    // Refused below.
  }
  throw new ServiceError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}

/** The parser makes nothing but texts, lists and elements. */
const isTrees = (document: unknown): document is { readonly [root: string]: Tree | undefined } => isMessage(document);

const xml = { "content-type": "application/xml" };
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

const documentOf = (root: string, children: string) =>
  `${declaration}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${children}</${root}>`;

function answerTo(action: string, input: Message, output: Message): FrontResponse {
  const operation = operationOf("s3", action);
  const { status, headers, body } = restAnswer("s3", action, output);
  const answered = (root: string, children: string) => ({
    status,
    headers: { ...headers, ...xml },
    body: documentOf(root, children),
  });
  // Its root is the answer itself.
  if (action === "GetBucketLocation") return answered("LocationConstraint", String(output.LocationConstraint));
  const payload = payloadOf("s3", operation.output);
  if (payload !== undefined && isStructure(payload)) {
    return answered(payload.name, xmlOf("s3", payload.type, body[payload.member] as Message));
  }
  if (operation.root !== undefined) {
    const encoded = input.EncodingType === "url" ? withEncodedKeys(body) : body;
    return answered(operation.root, xmlOf("s3", operation.output, encoded));
  }
  // HEAD answers the length of the object as well.
  const { Body } = output;
  return {
    status: output.ContentRange === undefined ? status : 206,
    headers,
    body: Buffer.isBuffer(Body) ? Body : "",
  };
}

/** The members that `EncodingType` is about. */
const encodable = new Set(["Key", "Prefix", "Delimiter", "Marker", "NextMarker", "StartAfter"]);

function withEncodedKeys(members: Message): Message {
  const encoded = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((each) => encoded(name, each));
    if (isMessage(value)) return withEncodedKeys(value);
    const isEncoded = encodable.has(name) && value !== undefined;
    return isEncoded ? encodeURIComponent(String(value)).replaceAll("%2F", "/") : value;
  };
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, encoded(name, value)]));
}

function errorAnswer(error: ServiceError, path: string, requestId: string): FrontResponse {
  if (error.status === 304) {
    return { status: 304, headers: restAnswer("s3", "GetObject", error.fields).headers, body: "" };
  }
  const members = { Code: error.code, Message: error.message, ...error.fields, Resource: path, RequestId: requestId };
  const children = Object.entries(members).map(([name, value]) => element(name, value));
  return { status: error.status, headers: xml, body: `${declaration}<Error>${children.join("")}</Error>` };
}
