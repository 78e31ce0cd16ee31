// AWS's Query protocol: the action and its input are form fields (`Attribute.1.Name=…`), the answer is XML.
import type { Message, ServiceError, ServiceName } from "../service/ask";
import { operationOf, shapesOf, structureIn, type Tree } from "./shapes";
import { element, xmlOf } from "./xml";

interface Protocol {
  readonly version: string;
  readonly namespace: string;
  readonly accessDenied: string;
}

/** What the table of shapes does not say about the services that speak this protocol. */
const protocols: Readonly<Record<ServiceName, Protocol>> = {
  sqs: {
    version: "2012-11-05",
    namespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    accessDenied: "AccessDenied",
  },
  sns: {
    version: "2010-03-31",
    namespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    accessDenied: "AuthorizationError",
  },
  sts: {
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    accessDenied: "AccessDenied",
  },
};

/**
 * The service that a form is for, by its signature or by its version. It is SQS if neither names one. The run may not
 * have it.
 */
export function queryServiceOf(signedFor: ServiceName | undefined, version: string | null): ServiceName {
  if (signedFor !== undefined) return signedFor;
  return Object.keys(protocols).find((service) => protocols[service]?.version === version) ?? "sqs";
}

export const queryInput = (service: ServiceName, action: string, form: URLSearchParams): Message =>
  structureIn(service, operationOf(service, action).input, treeOf(form), elementsOf);

interface Branch {
  [name: string]: string | Branch | undefined;
}

/** Turns form fields into a tree: `A.1.B=c` becomes `{ A: { 1: { B: "c" } } }`. */
function treeOf(form: URLSearchParams): Branch {
  const root = branch();
  for (const [key, value] of form) {
    const path = key.split(".");
    const last = path.pop() ?? "";
    let node = root;
    for (const name of path) {
      const child = node[name];
      const next = typeof child === "object" ? child : branch();
      node[name] = next;
      node = next;
    }
    node[last] = value;
  }
  return root;
}

/** It has no prototype, so that a field called `constructor` is a field like any other. */
const branch = (): Branch => Object.create(null);

/** The elements of `Name.1`, `Name.2`…, in the order of their numbers. `Name=All` without a number is one element. */
function elementsOf(tree: Tree): readonly Tree[] {
  if (typeof tree === "string") return [tree];
  return Object.entries(tree)
    .filter(([index]) => /^\d+$/.test(index))
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([, value]) => value ?? []);
}

export function queryAnswer(service: ServiceName, action: string, answer: Message, requestId: string): string {
  const { output } = operationOf(service, action);
  const result = output === undefined ? "" : `<${action}Result>${xmlOf(service, output, answer)}</${action}Result>`;
  const metadata = `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata>`;
  return documentOf(service, `${action}Response`, `${result}${metadata}`);
}

export function queryError(service: ServiceName, error: ServiceError, requestId: string): string {
  const code = element("Code", queryCode(service, error));
  const what = `<Error>${element("Type", faultOf(error))}${code}${element("Message", error.message)}<Detail/></Error>`;
  // Clients of EC2 look for a list of errors.
  const all = service === "ec2" ? `<Errors>${what}</Errors>` : what;
  return documentOf(service, "ErrorResponse", `${all}${element("RequestId", requestId)}`);
}

function documentOf(service: ServiceName, root: string, children: string): string {
  const namespace = protocols[service]?.namespace;
  const attribute = namespace === undefined ? "" : ` xmlns="${namespace}"`;
  return `<?xml version="1.0"?><${root}${attribute}>${children}</${root}>`;
}

export const faultOf = ({ status }: ServiceError) => (status < 500 ? "Sender" : "Receiver");

/**
 * The error's code in the Query protocol. SDKs that speak SQS's JSON protocol expose it too, by the header
 * `x-amzn-query-error`.
 */
export function queryCode(service: ServiceName, error: ServiceError): string {
  const name = error.code.replace(/^.*#/, "");
  const { accessDenied = name } = protocols[service] ?? {};
  return name === "AccessDeniedException" ? accessDenied : (shapesOf(service).codes?.[name] ?? name);
}
