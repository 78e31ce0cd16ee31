// AWS's Query protocol: the action and its input are form fields (`Attribute.1.Name=…`), the answer is XML.
import type { Message, ServiceError } from "../service/ask";

/** What differs from service to service. */
export interface QueryProtocol {
  /** Version parameter of its requests, as 2012-11-05. */
  readonly version: string;
  readonly namespace: string;
  input(action: string, fields: Fields): Message;
  /** The children of the `<…Result>` element, or undefined where the action's answer has none. */
  result(action: string, answer: Message): string | undefined;
  /** The error's code as this protocol has it. */
  code(error: ServiceError): string;
}

/** Form fields as a tree: `A.1.B=c` is `{ A: { 1: { B: "c" } } }`. */
export type Fields = { readonly [name: string]: string | Fields | undefined };

export function fieldsOf(form: URLSearchParams): Fields {
  const root: MutableFields = noFields();
  for (const [key, value] of form) {
    const path = key.split(".");
    const last = path.pop() ?? "";
    let node = root;
    for (const name of path) {
      const child = node[name];
      const next: MutableFields = typeof child === "object" ? child : noFields();
      node[name] = next;
      node = next;
    }
    node[last] = value;
  }
  return root;
}

interface MutableFields {
  [name: string]: string | MutableFields | undefined;
}

/** Without a prototype, so that a field called `constructor` is a field like any other. */
const noFields = (): MutableFields => Object.create(null);

/** The elements of `Name.1`, `Name.2`…, in the order of their numbers. */
export function listOf(field: string | Fields | undefined): readonly (string | Fields)[] {
  if (typeof field !== "object") return [];
  return Object.entries(field)
    .filter(([index]) => /^\d+$/.test(index))
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([, value]) => (value === undefined ? [] : [value]));
}

export const stringsOf = (field: string | Fields | undefined) =>
  listOf(field).filter((each) => typeof each === "string");

export const structuresOf = (field: string | Fields | undefined) =>
  listOf(field).filter((each) => typeof each === "object");

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Also escapes what XML readers would normalise. */
export const escapeXml = (text: string) =>
  text.replace(/[&<>"]/g, (each) => escapes[each] ?? each).replace(/\r/g, "&#xD;");

/** `<name>value</name>`, and nothing for an undefined value. */
export const element = (name: string, value: unknown): string =>
  value === undefined || value === null ? "" : `<${name}>${escapeXml(String(value))}</${name}>`;

export function queryAnswer(protocol: QueryProtocol, action: string, answer: Message, requestId: string): string {
  const children = protocol.result(action, answer);
  const result = children === undefined ? "" : `<${action}Result>${children}</${action}Result>`;
  const metadata = `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata>`;
  return `<?xml version="1.0"?><${action}Response xmlns="${protocol.namespace}">${result}${metadata}</${action}Response>`;
}

export function queryError(protocol: QueryProtocol, error: ServiceError, requestId: string): string {
  const type = element("Type", error.status < 500 ? "Sender" : "Receiver");
  const what = `<Error>${type}${element("Code", protocol.code(error))}${element("Message", error.message)}<Detail/></Error>`;
  return `<?xml version="1.0"?><ErrorResponse xmlns="${protocol.namespace}">${what}${element("RequestId", requestId)}</ErrorResponse>`;
}
