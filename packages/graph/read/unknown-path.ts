// Paths that a JSON Schema does not have.
import type { Model } from "./example-event";
import { nearest } from "./nearest";

/** A place in a JSON value: names of members, and indexes of lists. */
export type ValuePath = readonly (string | number)[];

type OpenModel = Model & { readonly additionalProperties?: boolean | Model };

/**
 * What is wrong with the path: the schema lists the members of an object, the path names another one, and the schema
 * does not expressly allow others. Undefined for every path that the schema may have.
 */
export function unknownPath(model: Model, path: ValuePath): string | undefined {
  let models = partsOf(model);
  for (const [depth, part] of path.entries()) {
    if (typeof part === "number") {
      models = models.flatMap(({ items = {} }) => partsOf(items));
      continue;
    }
    const objects = models.filter(({ type }) => type === undefined || [type].flat().includes("object"));
    const next = objects.flatMap(({ properties = {} }) =>
      Object.hasOwn(properties, part) ? partsOf(properties[part] ?? {}) : [],
    );
    if (next.length === 0) {
      return objects.length === 0 || objects.some(allowsOthers) ? undefined : fault(path.slice(0, depth + 1), objects);
    }
    models = next;
  }
  return undefined;
}

/** Of a choice, and of a schema that is made of several, all of them: one that has the member is enough. */
function partsOf(model: OpenModel): readonly OpenModel[] {
  const parts = [...(model.anyOf ?? []), ...(model.oneOf ?? []), ...(model.allOf ?? [])].flatMap(partsOf);
  return parts.length === 0 ? [model] : model.properties === undefined ? parts : [model, ...parts];
}

/**
 * A schema that lists no members knows nothing of them. Without `additionalProperties`, a schema may keep others or
 * take them out, which only the schema's own answer tells.
 */
const allowsOthers = ({ properties, additionalProperties = false }: OpenModel) =>
  properties === undefined || additionalProperties !== false;

function fault(path: ValuePath, objects: readonly OpenModel[]): string {
  const names = [...new Set(objects.flatMap(({ properties = {} }) => Object.keys(properties)))];
  const name = String(path.at(-1));
  const near = nearest(name, names);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const there = names.length === 0 ? "It has no member at all." : `It has: ${names.join(", ")}.`;
  return `${path.join(".")}: The schema has no "${name}" there.${hint} ${there}`;
}
