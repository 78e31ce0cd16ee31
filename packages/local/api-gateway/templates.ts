// Mapping templates: Velocity, with the variables that API Gateway gives them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
import { JSONPath } from "jsonpath-plus";
import { Compile, parse } from "velocityjs";
import type { Context } from "./context";
import type { Texts } from "./texts";

export interface TemplateContext {
  /** The request's body, or the integration's answer. */
  readonly body: string;
  readonly path: Texts;
  readonly querystring: Texts;
  readonly header: Texts;
  /** A template may set `requestOverride` and `responseOverride` in it. */
  readonly context: Context;
  readonly stageVariables: Texts;
}

/**
 * Throws an Error if the template is invalid, or if it passes a function of `$util` what is no text, or
 * `$util.parseJson` a text that is not JSON.
 */
export function renderTemplate(template: string, given: TemplateContext): string {
  const { path, querystring, header, context, stageVariables } = given;
  // A template sees a missing body as an empty object.
  const body = given.body === "" ? "{}" : given.body;
  const all = { path, querystring, header };
  const params = (name?: string) =>
    name === undefined ? all : (path[name] ?? querystring[name] ?? header[name] ?? header[name.toLowerCase()] ?? "");
  const at = (expression: string) => valueAt(body, expression);
  const variables = {
    context,
    stageVariables,
    input: {
      body,
      params,
      path: (expression: string) => valueAt(body, expression, digits) ?? "",
      json: (expression: string) => JSON.stringify(at(expression) ?? ""),
    },
    util,
  };
  return new Compile(parsed(template), { customMethodHandlers: javaStrings }).render(variables);
}

/** The program's templates, each parsed once: that takes longer than to render it. */
const templates = new Map<string, ReturnType<typeof parse>>();

function parsed(template: string): ReturnType<typeof parse> {
  const known = templates.get(template);
  if (known !== undefined) return known;
  const made = parse(template);
  templates.set(template, made);
  return made;
}

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** Integers keep all of their digits, as they do in Java. */
const digits: Reviver = (_key, value, context) =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
    ? BigInt(context?.source ?? value)
    : value;

/**
 * In `{"a":{"b":1}}` the value at `$.a.b` is 1. Undefined if there is no value, or if the text is not JSON. No scripts
 * are evaluated.
 */
export function valueAt(body: string, path: string, reviver?: Reviver): unknown {
  try {
    return JSONPath<unknown>({ path, json: JSON.parse(body, reviver), wrap: false, eval: false });
  } catch {
    return undefined;
  }
}

const encodings = {
  // The same encoding as that of Java's URLEncoder, for forms.
  urlEncode: (text: string) =>
    encodeURIComponent(Buffer.from(text).toString())
      .replaceAll("%20", "+")
      .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`),
  urlDecode: (text: string) => decodeURIComponent(text.replaceAll("+", " ")),
  base64Encode: (text: string) => Buffer.from(text).toString("base64"),
  base64Decode: (text: string) => Buffer.from(text, "base64").toString(),
  parseJson: (text: string) => JSON.parse(text) as unknown,
  // Apostrophes are escaped too, which JSON does not allow. AWS's documentation tells templates to undo that.
  escapeJavaScript: (text: string) => JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'").replaceAll("/", "\\/"),
};

/**
 * AWS describes them for texts only. For a number, version 1 of Velocity finds no such method, and writes the call
 * itself into the result, where it may pass for a value. Version 2 makes a text of the number. Which one API Gateway
 * has is not known, so that the local run fails: a template that makes the text itself works with both.
 *
 * Neither is it known for a variable without a value. Velocity passes null on, and each emulator answers otherwise: an
 * empty text, the text `null`, or a failure. An empty text here could be a 500 on AWS, or the call itself in an event.
 */
const util = Object.fromEntries(
  Object.entries(encodings).map(([name, encode]) => [
    name,
    (given: unknown) => {
      if (typeof given === "string") return encode(given);
      const what = given === undefined || given === null ? "a variable without a value" : String(given);
      throw new Error(`$util.${name} takes a text, and not ${what}; write the variable as "$!name".`);
    },
  ]),
);

interface Invocation {
  readonly property: string;
  readonly context: unknown;
  readonly params?: readonly unknown[];
}

/** Velocity runs on Java. Its strings have methods that JavaScript's strings lack, or that behave differently there. */
const stringMethods: Readonly<Record<string, (text: string, ...given: readonly unknown[]) => unknown>> = {
  length: (text) => text.length,
  isEmpty: (text) => text === "",
  equals: (text, other) => text === other,
  equalsIgnoreCase: (text, other) => text.toLowerCase() === String(other).toLowerCase(),
  contains: (text, part) => text.includes(String(part)),
  matches: (text, pattern) => new RegExp(`^(?:${pattern})$`, "s").test(text),
  replace: (text, part, by) => text.replaceAll(String(part), () => String(by)),
  replaceAll: (text, pattern, by) => text.replace(new RegExp(String(pattern), "g"), replacement(String(by))),
  replaceFirst: (text, pattern, by) => text.replace(new RegExp(String(pattern)), replacement(String(by))),
};

/** In a Java replacement, a backslash escapes the next character. A group is `$1`, as in JavaScript. */
const replacement = (text: string) =>
  text.replace(/\\(.)/gs, (_, character: string) => (character === "$" ? "$$$$" : character));

const javaStrings = [
  {
    uid: "java.lang.String",
    match: ({ property, context }: Invocation) => typeof context === "string" && Object.hasOwn(stringMethods, property),
    resolve: ({ property, context, params = [] }: Invocation) => stringMethods[property]?.(String(context), ...params),
  },
];
