// What two evaluations of a program ask for differently, apart from the code of its functions.
import { isDeepStrictEqual } from "node:util";
import type { Graph, GraphResource, Value } from "@spillway/graph";
import { resourceType } from "@spillway/graph/resource-types";

/** One line for each resource that has changed, such as `+ aws:sqs/queue:Queue "jobs"`. */
export function differencesOf(before: Graph, after: Graph): string[] {
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const now = new Map(after.resources.map((resource) => [resource.urn, resource]));
  const added = after.resources.filter(({ urn }) => !old.has(urn)).map((each) => `+ ${nameOf(each)}`);
  const removed = before.resources.filter(({ urn }) => !now.has(urn)).map((each) => `- ${nameOf(each)}`);
  const changed = after.resources.flatMap((each) => {
    const previous = old.get(each.urn);
    return previous === undefined || isSame(previous, each)
      ? []
      : [`~ ${nameOf(each)}${changedInputs(previous, each)}`];
  });
  const outputs = isDeepStrictEqual(before.outputs, after.outputs) ? [] : ["~ the outputs"];
  return [...added, ...removed, ...changed, ...outputs];
}

/** Whether the two differ in nothing but the archive. */
export function isSame(before: GraphResource, after: GraphResource): boolean {
  return (
    before.id === after.id &&
    isDeepStrictEqual(before.options, after.options) &&
    isDeepStrictEqual(comparable(before), comparable(after))
  );
}

/** The path of a function's archive, if its code is one file or folder. */
export function archiveIn({ type, inputs }: GraphResource): string | undefined {
  const { content } = resourceType(type);
  const code = content === undefined ? undefined : inputs[content];
  if (typeof code !== "object" || code === null || !("archive" in code)) return undefined;
  return typeof code.archive === "string" ? code.archive : undefined;
}

function comparable(resource: GraphResource): Readonly<Record<string, Value>> {
  const { code, ...others } = resource.inputs;
  return archiveIn(resource) === undefined ? resource.inputs : others;
}

const nameOf = ({ type, name }: GraphResource) => `${type} "${name}"`;

function changedInputs(before: GraphResource, after: GraphResource): string {
  const [old, now] = [comparable(before), comparable(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => !isDeepStrictEqual(old[name], now[name]),
  );
  return names.length === 0 ? "" : ` (${names.join(", ")})`;
}
