// The table of the shapes of AWS's Query and REST protocols. `npm run generate -- shapes` makes it from AWS's SDK
// clients.
import type { Message } from "../service/ask";

export interface Member {
  /**
   * The type of the value, or of each value of a list or map: `text`, `number`, `boolean`, `bytes`, or the name of a
   * structure.
   */
  readonly type: string;
  /** The member is a list, and its elements have this name. */
  readonly element?: string;
  /** The member is a map, and its keys and values have these names. */
  readonly key?: string;
  readonly value?: string;
  /** The elements of the list or map are in the structure itself, each under the name of the member. */
  readonly flat?: boolean;
  /**
   * Where the member is in REST; by default in the body with others. `headers` are all headers that begin with `name`.
   */
  readonly in?: "query" | "header" | "headers" | "body" | "status";
  /** The name in requests and answers, if it differs from the member's own. */
  readonly name?: string;
}

/** The members by their names. A member of which only the type is to say is that type. */
type Structure = Readonly<Record<string, Member | string>>;

export interface Operation {
  /** The path has its labels in braces, and after the question mark the parameters that the query must have. */
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  /** The headers that a request for this operation must have. */
  readonly headers?: readonly string[];
  /** The names of structures. Undefined means that the operation has no input or output. */
  readonly input?: string;
  readonly output?: string;
  /** The root element of the answer. */
  readonly root?: string;
}

interface Shapes {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly structures: Readonly<Record<string, Structure>>;
  /** The codes of errors in the Query protocol, if they differ from the errors' names. */
  readonly codes?: Readonly<Record<string, string>>;
}

/** Loaded at the first use, because most starts of the run need none of it. */
export function shapesOf(service: string): Shapes {
  const table: Readonly<Record<string, Shapes>> = require("./shapes-table.json");
  return table[service] ?? { operations: {}, structures: {} };
}

export function operationOf(service: string, action: string): Operation {
  const { operations } = shapesOf(service);
  return (Object.hasOwn(operations, action) ? operations[action] : undefined) ?? {};
}

export interface NamedMember extends Member {
  readonly member: string;
  /** The name in requests and answers. */
  readonly name: string;
}

export function membersOf(service: string, structure: string | undefined): readonly NamedMember[] {
  const members = shapesOf(service).structures[structure ?? ""] ?? {};
  return Object.entries(members).map(([member, each]) =>
    typeof each === "string" ? { member, name: member, type: each } : { member, name: member, ...each },
  );
}

const scalars = new Set(["text", "number", "boolean", "bytes"]);

export const isStructure = ({ type }: Member) => !scalars.has(type);

/**
 * Converts a text to the member's type. A text that is not a number stays a text, so that the service refuses it in its
 * own words.
 */
export function scalarOf({ type }: Member, text: string): unknown {
  if (type === "number" && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** A form or an XML document as a tree of names and texts. */
export type Tree = string | { readonly [name: string]: Tree | undefined } | readonly Tree[];

/** Reads a structure from a body. `elementsOf` returns the elements of a list in such a tree. */
export function structureIn(
  service: string,
  structure: string | undefined,
  tree: Tree,
  elementsOf: (tree: Tree) => readonly Tree[],
): Message {
  const input: Record<string, unknown> = {};
  for (const each of membersOf(service, structure)) {
    const field = each.in === undefined ? childOf(tree, each.name) : undefined;
    if (field !== undefined) input[each.member] = valueIn(each, field);
  }
  return input;

  function valueIn(member: NamedMember, field: Tree): unknown {
    const { element, key, value, flat } = member;
    const one = (each: Tree): unknown => {
      if (isStructure(member)) return structureIn(service, member.type, each, elementsOf);
      return typeof each === "string" ? scalarOf(member, each) : undefined;
    };
    const within = (name: string) => {
      const holder = flat ? field : childOf(field, name);
      return holder === undefined ? [] : elementsOf(holder);
    };
    if (element !== undefined) return within(element).map(one);
    if (key === undefined || value === undefined) return one(field);
    const entries = within("entry").flatMap((entry) => {
      const [name, held] = [childOf(entry, key), childOf(entry, value)];
      return typeof name === "string" ? [[name, held === undefined ? undefined : one(held)] as const] : [];
    });
    return Object.fromEntries(entries);
  }
}

function childOf(tree: Tree, name: string): Tree | undefined {
  if (typeof tree === "string" || isList(tree)) return undefined;
  return Object.hasOwn(tree, name) ? tree[name] : undefined;
}

const isList = (tree: Tree): tree is readonly Tree[] => Array.isArray(tree);
