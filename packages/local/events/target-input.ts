// What a rule hands to a target: the event, a part of it, a constant text, or a template filled from it.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
import { JSONPath } from "jsonpath-plus";
import { isJson } from "spillway/syntax/json";
import { invalid } from "../service/errors";
import type { BusEvent } from "./event";

export type TargetInput =
  | { readonly kind: "event" }
  | { readonly kind: "constant"; readonly text: string }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "template"; readonly template: string; readonly paths: Readonly<Record<string, string>> };

/** The rule that delivers the event. */
export interface RuleName {
  readonly name: string;
  readonly arn: string;
}

const placeholder = /<([A-Za-z0-9_.-]+)>/g;
const predefined = [
  ...["aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time"],
  ...["aws.events.event", "aws.events.event.json"],
];
const mostPaths = 100;

/** Throws a ServiceError for an input that EventBridge refuses. `targetId` is the id of the target. */
export function checkInput(input: TargetInput, targetId: string): void {
  switch (input.kind) {
    case "event":
      return;
    case "constant":
      if (!isJson(input.text)) throw invalid(`JSON syntax error in input for target ${targetId}: ${input.text}`);
      return;
    case "path":
      checkPath(input.path, targetId);
      return;
    case "template": {
      const { template, paths } = input;
      const names = Object.keys(paths);
      if (names.length > mostPaths) {
        throw invalid(
          `InputPathsMap for target ${targetId} has ${names.length} entries, of which ${mostPaths} are allowed.`,
        );
      }
      const reserved = names.find((name) => name.toLowerCase().startsWith("aws"));
      if (reserved !== undefined) throw invalid(`InputPathsMap for target ${targetId}: "${reserved}" begins with AWS.`);
      for (const path of Object.values(paths)) checkPath(path, targetId);
      for (const [, name = ""] of template.matchAll(placeholder)) {
        if (!names.includes(name) && !predefined.includes(name)) {
          throw invalid(`InputTemplate for target ${targetId} contains invalid placeholder ${name}.`);
        }
      }
      const filled = template.replace(placeholder, "0");
      if (
        !isJson(filled) &&
        !filled
          .trim()
          .split(/\n/)
          .every((line) => isJson(line))
      ) {
        throw invalid(
          `Invalid InputTemplate for target ${targetId}: it must be JSON; a text stands in double quotes. Given: ${template}`,
        );
      }
    }
  }
}

/** The delivered text, which is JSON. */
export function inputFor(input: TargetInput, event: BusEvent, rule: RuleName): string {
  switch (input.kind) {
    case "event":
      return event.text;
    case "constant":
      return input.text;
    case "path":
      return JSON.stringify(valueAt(event, input.path) ?? null);
    case "template":
      return fill(input.template, input.paths, event, rule);
  }
}

function fill(template: string, paths: Readonly<Record<string, string>>, event: BusEvent, rule: RuleName): string {
  const filling = (name: string): unknown => {
    switch (name) {
      case "aws.events.rule-arn":
        return rule.arn;
      case "aws.events.rule-name":
        return rule.name;
      case "aws.events.event.ingestion-time":
        return new Date(event.ingestedAt).toISOString();
      case "aws.events.event.json":
        return JSON.parse(event.text);
      case "aws.events.event": {
        const { detail, ...others } = JSON.parse(event.text);
        return others;
      }
      default:
        // A value that the event does not have is an empty text.
        return valueAt(event, paths[name] ?? "") ?? "";
    }
  };
  let inText = false;
  let at = 0;
  let result = "";
  for (const match of template.matchAll(placeholder)) {
    const before = template.slice(at, match.index);
    // A placeholder is inside quotes if an odd number of quotes that are not escaped comes before it.
    for (const _ of before.matchAll(/(?<!\\)(?:\\\\)*"/g)) inText = !inText;
    const value = filling(match[1] ?? "");
    result += before + (inText ? textOf(value) : JSON.stringify(value));
    at = match.index + match[0].length;
  }
  return result + template.slice(at);
}

/** A value inside a text. An object or a list loses its quotes there, as on EventBridge. */
function textOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return JSON.stringify(value).replace(/\\?"/g, "");
  return JSON.stringify(String(value)).slice(1, -1);
}

function valueAt({ text }: BusEvent, path: string): unknown {
  return JSONPath<unknown>({ path, json: JSON.parse(text), wrap: false, eval: false });
}

/** EventBridge supports only dots, names, indexes and wildcards of JSONPath. */
function checkPath(path: string, targetId: string): void {
  if (/^\$(\.(\*|[\w/-]+)(\[(\d+|\*)\])*)*$/.test(path)) return;
  throw invalid(`Invalid InputPath for target ${targetId}: "${path}"; it takes a path as $.detail.items[0].sku.`);
}
