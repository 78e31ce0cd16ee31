// AWS's REST protocols: they find the operation of a request, and read and write what is in the path, the query and the
// headers.
import { type Message, ServiceError, type ServiceName } from "../service/ask";
import type { FrontRequest } from "./http";
import { membersOf, type NamedMember, operationOf, scalarOf, shapesOf } from "./shapes";

type RestRequest = Pick<FrontRequest, "method" | "path" | "query" | "headers">;

interface RestRoute {
  readonly action: string;
  readonly method: string;
  /** The first part of the path. */
  readonly prefix: string;
  readonly path: RegExp;
  /** Names of the members that are parts of the path. */
  readonly labels: readonly string[];
  /** The parameters that the query must have. An empty value stands for any value. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: readonly string[];
}

const routesOfServices = new Map<ServiceName, readonly RestRoute[]>();

function routesOf(service: ServiceName): readonly RestRoute[] {
  const known = routesOfServices.get(service);
  if (known !== undefined) return known;
  const routes = Object.entries(shapesOf(service).operations).flatMap(([action, { method, path, headers = [] }]) => {
    if (method === undefined || path === undefined) return [];
    const [labels = "", query = ""] = path.split("?");
    const pattern = labels.replace(/\/$/, "").replace(/\{\w+(\+?)\}/g, (_label, rest) => (rest ? "(.+)" : "([^/]+)"));
    return {
      action,
      method,
      prefix: labels.split("/", 2).join("/"),
      path: new RegExp(`^${pattern}${labels.endsWith("+}") ? "" : "/?"}$`),
      labels: [...labels.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name ?? ""),
      query: [...new URLSearchParams(query)],
      headers,
    };
  });
  routesOfServices.set(service, routes);
  return routes;
}

/** The first parts of all paths of the service, such as `/2015-03-31`. */
export const prefixesOf = (service: ServiceName): readonly string[] => [
  ...new Set(routesOf(service).map(({ prefix }) => prefix)),
];

export interface RestCall {
  readonly action: string;
  /** The members that are in the path, the query and the headers. */
  readonly input: Message;
}

/**
 * Returns undefined if no operation fits the request. If several fit, the one that asks the most of the request is
 * taken.
 */
export function restCall(service: ServiceName, request: RestRequest): RestCall | undefined {
  const { method, path, query, headers } = request;
  const [best] = routesOf(service)
    .filter(
      (route) =>
        route.method === method &&
        route.query.every(([name, value]) => (value === "" ? query.has(name) : query.get(name) === value)) &&
        route.headers.every((name) => headers[name] !== undefined) &&
        route.path.test(path),
    )
    .sort((a, b) => b.query.length + b.headers.length - (a.query.length + a.headers.length));
  if (best === undefined) return undefined;
  const parts = best.path.exec(path)?.slice(1) ?? [];
  const input: Record<string, unknown> = {};
  for (const [index, label] of best.labels.entries()) input[label] = decoded(parts[index] ?? "");
  for (const member of membersOf(service, operationOf(service, best.action).input)) {
    const value = member.in === "headers" ? headersFrom(headers, member.name) : textOf(member, request);
    if (value !== undefined) input[member.member] = typeof value === "string" ? scalarOf(member, value) : value;
  }
  return { action: best.action, input };
}

function textOf({ in: place, name, element }: NamedMember, { query, headers }: RestRequest) {
  if (place === "header") return headers[name];
  if (place !== "query") return undefined;
  return element === undefined ? (query.get(name) ?? undefined) : query.getAll(name);
}

function headersFrom(headers: RestRequest["headers"], prefix: string): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError("InvalidURI", "Couldn't parse the specified URI.");
  }
}

/** The member that is the whole body, if there is one. */
export const payloadOf = (service: ServiceName, structure: string | undefined): NamedMember | undefined =>
  membersOf(service, structure).find((member) => member.in === "body");

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The members that are neither the status nor a header. */
  readonly body: Message;
}

export function restAnswer(service: ServiceName, action: string, output: Message): RestAnswer {
  const operation = operationOf(service, action);
  let status = operation.status ?? 200;
  const headers: Record<string, string> = {};
  const body: Record<string, unknown> = { ...output };
  for (const { member, name, in: place } of membersOf(service, operation.output)) {
    const value = output[member];
    if (place === undefined || place === "body") continue;
    delete body[member];
    if (value === undefined || value === null || value === "") continue;
    if (place === "status") status = Number(value);
    else if (place === "header") headers[name] = String(value);
    else for (const [key, each] of Object.entries(value)) headers[`${name}${key}`] = String(each);
  }
  return { status, headers, body };
}
