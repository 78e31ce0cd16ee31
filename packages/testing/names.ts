// Finds the components of the program by their names, and says what there is if a name is unknown.
import type { Graph, GraphResource } from "@spillway/graph";
import { closest, distance } from "fastest-levenshtein";

/** The component with that name and that output. Throws an Error that lists the names there are. */
export function componentOf(graph: Graph, name: string, wanted: Wanted): Named {
  const all = componentsWith(graph, wanted.output);
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  const other = graph.resources.find((each) => each.name === name && each.type.startsWith(ownTypes));
  throw new Error(`${wanted.method}("${name}"): ${unknown(name, all, wanted, other)}`);
}

/** What a method looks for. */
export interface Wanted {
  /** The method that was called, as `send`. */
  readonly method: string;
  /** What it takes, as "consumer with a queue". */
  readonly what: string;
  /** The output that such a component has. */
  readonly output: string;
  /** What to call for other components, by their types. */
  readonly instead?: Readonly<Record<string, string>>;
}

export interface Named {
  readonly name: string;
  /** The component's type without its package, as `QueueConsumer`. */
  readonly kind: string;
  readonly outputs: GraphResource["outputs"];
}

const ownTypes = "spillway:index:";

export function componentsWith({ resources }: Graph, output: string): readonly Named[] {
  return resources
    .filter(({ type, outputs }) => type.startsWith(ownTypes) && typeof outputs[output] === "string")
    .map(({ type, name, outputs }) => ({ name, kind: type.slice(ownTypes.length), outputs }));
}

function unknown(name: string, all: readonly Named[], { what, instead }: Wanted, other: GraphResource | undefined) {
  const kind = other?.type.slice(ownTypes.length);
  if (kind !== undefined) {
    const fix = instead?.[kind];
    return `It is a ${kind}, not a ${what}.${fix === undefined ? listed(all, what) : ` ${fix}`}`;
  }
  const near =
    all.length === 0
      ? undefined
      : closest(
          name,
          all.map((each) => each.name),
        );
  const isNear = near !== undefined && distance(name, near) <= Math.max(2, Math.floor(name.length / 3));
  return `The program has no ${what} "${name}".${isNear ? ` Did you mean "${near}"?` : ""}${listed(all, what)}`;
}

function listed(all: readonly Named[], what: string): string {
  return all.length === 0 ? ` It has no ${what} at all.` : ` There are: ${all.map(({ name }) => name).join(", ")}.`;
}
