// A valibot schema as a producer sees it: without what is checked only after the schema has changed or replaced the
// value.
import type { StandardSchemaV1 } from "@standard-schema/spec";

/** The part of valibot's schemas and actions that is looked at. */
interface Node {
  readonly kind: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** Takes whatever is given, also nothing. */
const anything: Node = { kind: "schema", type: "optional", wrapped: { kind: "schema", type: "unknown" } };
/** Transformations that leave the value as it is. */
const harmless: ReadonlySet<string> = new Set(["brand", "flavor", "readonly"]);
/** Said as a format, which is a word and no rule of the model, so that their pattern's flags do not matter. */
const formats: ReadonlySet<string> = new Set(["email", "rfc_email", "ipv6", "uuid"]);
const tuples: ReadonlySet<string> = new Set(["tuple", "tuple_with_rest", "loose_tuple", "strict_tuple"]);

/**
 * The same schema, in which every rule holds for what is sent: a pipe ends at its first transformation, a schema with a
 * fallback takes anything, a tuple (whose last members may be missing) is any array, and patterns that need a flag are
 * left out.
 */
export function producerSchema(schema: StandardSchemaV1): unknown {
  const known = new Map<unknown, Node>();
  const visit = (node: Node): Node => {
    let seen = known.get(node);
    if (seen === undefined) {
      seen = loosened(node, visit);
      known.set(node, seen);
    }
    return seen;
  };
  return visit(schema as unknown as Node);
}

function loosened(node: Node, visit: (node: Node) => Node): Node {
  if (node.fallback !== undefined) return anything;
  if (Array.isArray(node.pipe)) return { ...node, pipe: pipeOf(node.pipe as readonly Node[], visit) };
  if (tuples.has(node.type)) return { kind: "schema", type: "array", item: anything };
  if (node.type === "lazy") {
    const getter = node.getter as (input: unknown) => Node;
    return { ...node, getter: (input: unknown) => visit(getter(input)) };
  }
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, inside(value, visit)]),
  ) as unknown as Node;
}

/** Schemas stand in schemas directly (`item`), in lists (`options`), and by name (`entries`). */
function inside(value: unknown, visit: (node: Node) => Node): unknown {
  if (Array.isArray(value)) return value.map((member) => inside(member, visit));
  if (typeof value !== "object" || value === null) return value;
  if (isSchema(value)) return visit(value);
  if (Object.getPrototypeOf(value) !== Object.prototype || !Object.values(value).some(isSchema)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inside(member, visit)]));
}

function pipeOf([first, ...steps]: readonly Node[], visit: (node: Node) => Node): readonly Node[] {
  const end = steps.findIndex(
    ({ kind, type }) => kind === "schema" || (kind === "transformation" && !harmless.has(type)),
  );
  const rules = (end < 0 ? steps : steps.slice(0, end)).filter(
    ({ type, requirement }) => formats.has(type) || !needsFlag(requirement),
  );
  // A nested pipe that transforms ends the outer one too.
  const base = first as Node;
  const changes = Array.isArray(base.pipe) && pipeOf(base.pipe as readonly Node[], visit).length < base.pipe.length;
  return [visit(base), ...(changes ? [] : rules)];
}

/** The flag `u` alone means nothing to a pattern that names what it takes in ASCII; every other flag does. */
function needsFlag(requirement: unknown): boolean {
  if (!(requirement instanceof RegExp) || requirement.flags === "") return false;
  if (requirement.flags !== "u") return true;
  const { source } = requirement;
  return !/^[ -~]*$/.test(source) || /\\[WDSpPu]|\[\^/.test(source) || source.replace(/\\./g, "").includes(".");
}

function isSchema(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "schema";
}
