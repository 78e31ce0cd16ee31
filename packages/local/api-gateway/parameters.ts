// Parameter mappings: where a header or a query parameter of one side comes from on the other.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
import { contextValue } from "./context";
import { valueAt } from "./templates";
import type { Texts } from "./texts";

export interface Received {
  readonly path: Texts;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Texts;
  readonly body: string;
}

export interface Sources {
  readonly request: Received;
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables: Texts;
  /** The answer of the integration. */
  readonly answer?: { readonly headers: Texts; readonly body: string };
}

const patterns = {
  request: [
    /^method\.request\.(path|querystring|multivaluequerystring|header|multivalueheader)\.[^.]+$/,
    /^method\.request\.body(\..+)?$/,
  ],
  response: [/^integration\.response\.(header|multivalueheader)\.[^.]+$/, /^integration\.response\.body(\..+)?$/],
};

/** Throws an Error for an invalid expression. `side` is the side whose data the expression may refer to. */
export function checkExpressions(expressions: Texts, side: keyof typeof patterns): void {
  for (const [name, expression] of Object.entries(expressions)) {
    const known = /^'.*'$/s.test(expression) || /^(context|stageVariables)\../.test(expression);
    if (!known && !patterns[side].some((pattern) => pattern.test(expression))) {
      throw new Error(
        `${name} is mapped from ${expression}; give a text in single quotes, context.…, stageVariables.… or ${side === "request" ? "method.request" : "integration.response"}.…`,
      );
    }
  }
}

/** Undefined if there is no value. The parameter is then left out. */
export function mapped(expression: string, { request, context, stageVariables, answer }: Sources): string | undefined {
  if (expression.startsWith("'")) return expression.slice(1, -1);
  const [, scope = "", rest = ""] =
    /^(method\.request|integration\.response|context|stageVariables)\.(.*)$/s.exec(expression) ?? [];
  if (scope === "context") return textOf(contextValue(context, rest));
  if (scope === "stageVariables") return stageVariables[rest];
  const [, place = "", name = ""] = /^([a-z]+)\.?(.*)$/s.exec(rest) ?? [];
  const { headers, body } = scope === "method.request" ? request : (answer ?? { headers: {}, body: "" });
  if (place === "body") return name === "" ? body : textOf(valueAt(body, name.startsWith("$") ? name : `$.${name}`));
  if (place.endsWith("header")) return headers[name.toLowerCase()];
  if (place === "path") return request.path[name];
  const values = request.query.getAll(name);
  return place === "multivaluequerystring" ? values.join(",") || undefined : values.at(-1);
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
