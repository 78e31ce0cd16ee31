// Finds the components and resources of the program by their names, and says what there is if a name is unknown.
import type { Graph, GraphResource } from "@spillway/graph";
import { nearest } from "@spillway/graph/read/nearest";

/** What a method looks for. */
export interface Wanted {
  /** The method that was called, as `send`. */
  readonly method: string;
  /** What it takes, as "consumer with a queue". */
  readonly what: string;
  /** The types that it takes, each with the output that says where it is. The first one with the name is taken. */
  readonly types: Readonly<Record<string, string>>;
  /** What to call for other kinds of components. */
  readonly instead?: Readonly<Record<string, string>>;
}

export interface Named {
  readonly name: string;
  /** The type without its package, as `QueueConsumer`. */
  readonly kind: string;
  /** Whether it is a component of spillway, and not a resource of its own. */
  readonly isComponent: boolean;
  /** Its URL, ARN or name on AWS, as the output says. */
  readonly address: string;
  readonly outputs: GraphResource["outputs"];
}

const ownTypes = "spillway:index:";

/** Everything that the method takes. The children of components belong to their components. */
export function allFor({ resources }: Graph, { types }: Wanted): readonly Named[] {
  const components = new Set(resources.filter(({ type }) => type.startsWith(ownTypes)).map(({ urn }) => urn));
  return Object.entries(types).flatMap(([wanted, output]) =>
    resources.flatMap(({ type, name, parent, outputs }) => {
      const isPart = parent !== undefined && components.has(parent);
      const address = outputs[output];
      return type === wanted && !isPart && typeof address === "string"
        ? [{ name, kind: kindOf(type), isComponent: type.startsWith(ownTypes), address, outputs }]
        : [];
    }),
  );
}

/** The component or resource with that name. Throws an Error for the user, which lists the names there are. */
export function oneFor(graph: Graph, name: string, wanted: Wanted): Named {
  const all = allFor(graph, wanted);
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Error(`${wanted.method}("${name}"): ${fault(graph, name, wanted, all)}`);
}

function fault({ resources }: Graph, name: string, { what, instead = {} }: Wanted, all: readonly Named[]): string {
  const names = all.map((each) => each.name);
  const there = all.length === 0 ? `It has no ${what} at all.` : `There are: ${names.join(", ")}.`;
  const kinds = resources.filter((each) => each.name === name).map(({ type }) => kindOf(type));
  const other = kinds.find((kind) => instead[kind] !== undefined);
  if (other !== undefined) return `It is a ${other}. ${instead[other]}`;
  const near = nearest(name, names);
  return `The program has no ${what} "${name}".${near !== undefined ? ` Did you mean "${near}"?` : ""} ${there}`;
}

const kindOf = (type: string) => type.split(":").at(-1) ?? type;
