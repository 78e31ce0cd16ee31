// Resources and their changes as Markdown: lists, with values as code.
import type { GraphResource } from "@spillway/graph";
import { kindOf, nameOf } from "@spillway/graph/read/names";
import { resourceType } from "@spillway/graph/resource-types";
import type { Comparison, PropertyChange, ResourceChange } from "./compare";
import type { Difference } from "./difference";
import { code, count } from "./markdown";
import { readable } from "./references";

type Resources = Comparison["resources"];
const mostDifferences = 40;

/** `- **orders queue** `aws:sqs:Queue`, in `orders queue consumer`` */
export function resourceLine(resource: GraphResource, resources: Resources): string {
  const parent = resource.parent === undefined ? undefined : resources.get(resource.parent);
  const within = parent === undefined || parent.type === "pulumi:pulumi:Stack" ? "" : `, in ${code(nameOf(parent))}`;
  return `- ${code(nameOf(resource))} (${code(shortType(resource.type))}${within})`;
}

/** A list of resources with their types. */
export function resourceList(all: readonly GraphResource[], resources: Resources): string {
  return all.map((resource) => resourceLine(resource, resources)).join("\n");
}

/** The changes of a resource, property by property. */
export function changeLines(change: ResourceChange, resources: Resources): string {
  const { before, after, renamed, properties, options } = change;
  const name = renamed ? ` (was ${code(nameOf(before))}, kept by its alias)` : "";
  const shown = properties.filter(({ property, follows }) => !follows && !isContent(after, property));
  const lines = [
    ...options.map((difference) => `  - option ${differenceText(difference, resources)}`),
    ...shown.flatMap((property) => propertyLines(property, after, resources)),
  ];
  const cut =
    lines.length > mostDifferences
      ? [...lines.slice(0, mostDifferences), `  - and ${count(lines.length - mostDifferences, "more difference")}`]
      : lines;
  return [`- ${code(nameOf(after))}${name}: ${effectText(change)}`, ...cut].join("\n");
}

/** Whether more changes than references to other resources and the bundle. */
export function isOfItsOwn({ after, properties, options }: ResourceChange): boolean {
  const own = properties.filter(({ property, follows }) => !follows && !isContent(after, property));
  return options.length > 0 || own.some(({ property }) => !isTrigger(after, property));
}

/** `orders event source mapping`: is replaced (`eventSourceArn`). */
export function consequenceLine({ after, effect, properties }: ResourceChange): string {
  const names = properties.map(({ property }) => code(property)).join(", ");
  const verb =
    effect === "replaces" ? "is replaced" : effect === "may replace" ? "is updated or replaced" : "is updated";
  return `- ${code(nameOf(after))} ${verb}: ${names}`;
}

/** Content, as the code of a function, has its own section. */
export function isContent({ type }: GraphResource, property: string): boolean {
  return resourceType(type).content === property;
}

/** A hash of other resources is not worth showing. */
function isTrigger({ type }: GraphResource, property: string): boolean {
  return resourceType(type).hash === property;
}

function propertyLines(change: PropertyChange, resource: GraphResource, resources: Resources): string[] {
  const { property, secret, effect, differences } = change;
  const sign = effect === "in place" ? "" : effect === "replaces" ? " **replaces it**" : " (may replace it)";
  if (secret) return [`  - ${code(property)}: a secret value changes${sign}`];
  if (isTrigger(resource, property)) return [`  - ${code(property)}: what it deploys has changed${sign}`];
  return differences.map((difference) => `  - ${differenceText(difference, resources)}${sign}`);
}

function differenceText({ path, before, after }: Difference, resources: Resources): string {
  const shown = (text: string) => code(readable(text, resources));
  if (before === undefined) return `${code(path, 120)}: ${shown(after ?? "")} is added`;
  if (after === undefined) return `${code(path, 120)}: ${shown(before)} is removed`;
  return `${code(path, 120)}: ${shown(before)} → ${shown(after)}`;
}

function effectText({ effect, after }: ResourceChange): string {
  const { data } = resourceType(after.type);
  switch (effect) {
    case "replaces":
      return data === undefined ? "is replaced" : `is **replaced**, with the loss of ${data.loss}`;
    case "may replace":
      return "is updated in place or replaced, as the provider decides";
    case "in place":
      return "is updated in place";
    case undefined:
      return "is the same on AWS";
  }
}

/** `aws:sqs:Queue`, as Pulumi shows `aws:sqs/queue:Queue`. */
function shortType(type: string): string {
  return type.replace(/\/[^:]+:/, ":");
}

/** `3 queues, 1 alarm`: the number of resources of each kind. */
export function kinds(resources: readonly GraphResource[]): string {
  const counts = new Map<string, number>();
  for (const { type } of resources) counts.set(kindOf(type), (counts.get(kindOf(type)) ?? 0) + 1);
  return [...counts].map(([kind, number]) => count(number, kind, plural(kind))).join(", ");
}

function plural(kind: string): string {
  return kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : kind.endsWith("s") ? kind : `${kind}s`;
}
