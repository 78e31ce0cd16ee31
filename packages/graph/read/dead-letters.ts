// Which components of a program have dead letters, and which of them its outputs leave out: against AWS, the commands
// for dead letters read nothing but the outputs.
import type { Graph, Value } from "../graph";

/** Where the dead letters of a component are, as its property `deadLetters` says. */
export type DeadLettersOfComponent = {
  /** The component's name. */
  readonly name: string;
  /** `queue`, `stream`, `table`, `topic-consumer`, `topic`, `schedule` or `rule`. */
  readonly kind: string;
  /** URL of the dead-letter queue. */
  readonly url: string;
  readonly sourceArn: string;
  /** Only of what has a function. */
  readonly functionName?: string;
  readonly logGroupName?: string;
};

/** In the order in which the program creates the components. */
export function deadLettersIn(program: Pick<Graph, "resources">): readonly DeadLettersOfComponent[] {
  return componentsIn(program).map(({ urn: _, ...component }) => component);
}

/** A component in the graph, which another may have the name of. */
export type ComponentWithDeadLetters = DeadLettersOfComponent & { readonly urn: string };

function componentsIn({ resources }: Pick<Graph, "resources">): readonly ComponentWithDeadLetters[] {
  return resources.flatMap(({ type, name, urn, outputs: { deadLetters } }) =>
    type.startsWith("spillway:index:") && isObject(deadLetters)
      ? [{ ...(deadLetters as Omit<DeadLettersOfComponent, "name">), name, urn }]
      : [],
  );
}

/** Those that are among the outputs under no name, neither at the top nor one level down. */
export function notExported(program: Pick<Graph, "resources" | "outputs">): readonly ComponentWithDeadLetters[] {
  const top = Object.values(program.outputs).filter(isObject);
  // Sources may share a dead-letter queue.
  const keyOfSource = ({ url, sourceArn }: { readonly url?: Value; readonly sourceArn?: Value }) =>
    JSON.stringify([url, sourceArn]);
  const exported = new Set([...top, ...top.flatMap(Object.values).filter(isObject)].map(keyOfSource));
  return componentsIn(program).filter((each) => !exported.has(keyOfSource(each)));
}

/**
 * What a user should know of components that the outputs leave out, in one line. `code` marks what is not prose.
 * Default: nothing marks it.
 */
export function describeNotExported(
  missing: readonly Pick<DeadLettersOfComponent, "name">[],
  { deadLetters }: Graph["outputs"],
  code: (text: string) => string = (text) => text,
): readonly string[] {
  if (missing.length === 0) return [];
  const [are, them] = missing.length === 1 ? ["is", "it"] : ["are", "them"];
  const members = missing.map(({ name }) => `${keyOf(name)}: <its component>.deadLetters`);
  const others = isObject(deadLetters) && Object.keys(deadLetters).length > 0 ? ["…"] : [];
  const names = missing.map(({ name }) => code(name)).join(", ");
  const commands = `${code("spillway dlq")}, ${code("send")} and ${code("tail")}`;
  return [
    `${names} ${are} not in the output ${code("deadLetters")}: against AWS, ${commands} do not see ${them}. ` +
      `Add ${them}: ${code(`export const deadLetters = { ${[...others, ...members].join(", ")} }`)}`,
  ];
}

const keyOf = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

type Members = { readonly [key: string]: Value };

const isObject = (value: Value | undefined): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
