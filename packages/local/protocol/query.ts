// AWS's Query protocol: the action and its input are form fields (`Attribute.1.Name=…`), the answer is XML.
import type { Message, ServiceError, ServiceName } from "../service/ask";
import { operationOf, shapesOf, structureIn, type Tree } from "./shapes";
import { element, xmlOf } from "./xml";

/** What the table of shapes does not say about the services that speak this protocol. */
const protocols = {
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
} as const;

export type QueryService = keyof typeof protocols;

const services: readonly QueryService[] = ["sqs", "sns", "sts"];

/** The service that a form is for, by its signature or by its version. It is SQS if neither names one. */
export function queryServiceOf(signedFor: ServiceName | undefined, version: string | null): QueryService {
  const isIt = (service: QueryService) => service === signedFor;
  return services.find(isIt) ?? services.find((service) => protocols[service].version === version) ?? "sqs";
}

export const queryInput = (service: QueryService, action: string, form: URLSearchParams): Message =>
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

export function queryAnswer(service: QueryService, action: string, answer: Message, requestId: string): string {
  const { output } = operationOf(service, action);
  const result = output === undefined ? "" : `<${action}Result>${xmlOf(service, output, answer)}</${action}Result>`;
  const metadata = `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata>`;
  return documentOf(service, `${action}Response`, `${result}${metadata}`);
}

export function queryError(service: QueryService, error: ServiceError, requestId: string): string {
  const code = element("Code", queryCode(service, error));
  const what = `<Error>${element("Type", faultOf(error))}${code}${element("Message", error.message)}<Detail/></Error>`;
  return documentOf(service, "ErrorResponse", `${what}${element("RequestId", requestId)}`);
}

const documentOf = (service: QueryService, root: string, children: string) =>
  `<?xml version="1.0"?><${root} xmlns="${protocols[service].namespace}">${children}</${root}>`;

export const faultOf = ({ status }: ServiceError) => (status < 500 ? "Sender" : "Receiver");

/**
 * The error's code in the Query protocol. SDKs that speak SQS's JSON protocol expose it too, by the header
 * `x-amzn-query-error`.
 */
export function queryCode(service: QueryService, error: ServiceError): string {
  const name = error.code.replace(/^.*#/, "");
  return name === "AccessDeniedException" ? protocols[service].accessDenied : (shapesOf(service).codes?.[name] ?? name);
}
