// Finds the components of the program by their names, and says what there is if a name is unknown.
import type { Graph, GraphResource } from "@spillway/graph";
import { closest, distance } from "fastest-levenshtein";

/** What a method looks for. */
export interface Wanted {
  /** The method that was called, as `send`. */
  readonly method: string;
  /** What it takes, as "consumer with a queue". */
  readonly what: string;
  /** The output that such a component has. */
  readonly output: string;
  /** The kinds of components that it takes. Default: each that has the output. */
  readonly kinds?: readonly string[];
  /** What to call for components of other kinds. */
  readonly instead?: Readonly<Record<string, string>>;
}

export interface Named {
  readonly name: string;
  /** The component's type without its package, as `QueueConsumer`. */
  readonly kind: string;
  readonly outputs: GraphResource["outputs"];
}

const ownTypes = "spillway:index:";

/** All components of the library that the method takes. */
export function componentsFor({ resources }: Graph, { output, kinds }: Wanted): readonly Named[] {
  return resources
    .filter(({ type, outputs }) => type.startsWith(ownTypes) && typeof outputs[output] === "string")
    .map(({ type, name, outputs }) => ({ name, kind: type.slice(ownTypes.length), outputs }))
    .filter(({ kind }) => kinds === undefined || kinds.includes(kind));
}

/** The component with that name. Throws an Error for the user, which lists the names there are. */
export function componentOf(graph: Graph, name: string, wanted: Wanted): Named {
  const all = componentsFor(graph, wanted);
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Error(`${wanted.method}("${name}"): ${fault(graph, name, wanted, all)}`);
}

function fault({ resources }: Graph, name: string, { what, instead = {} }: Wanted, all: readonly Named[]): string {
  const there =
    all.length === 0 ? `It has no ${what} at all.` : `There are: ${all.map((each) => each.name).join(", ")}.`;
  const others = resources
    .filter((each) => each.name === name && each.type.startsWith(ownTypes))
    .map(({ type }) => type.slice(ownTypes.length));
  const other = others.find((kind) => instead[kind] !== undefined);
  if (other !== undefined) return `It is a ${other}. ${instead[other]}`;
  const near =
    all.length === 0
      ? undefined
      : closest(
          name,
          all.map((each) => each.name),
        );
  const isNear = near !== undefined && distance(name, near) <= Math.max(2, Math.floor(name.length / 3));
  return `The program has no ${what} "${name}".${isNear ? ` Did you mean "${near}"?` : ""} ${there}`;
}
