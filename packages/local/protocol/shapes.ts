// The table of what AWS's Query and REST protocols are made of. `npm run generate -- shapes` makes it from the SDK clients.
import type { Message } from "../service/ask";

export interface Member {
  /** `text`, `number`, `boolean`, `bytes`, or the name of a structure: of the value, or of each value of a list or map. */
  readonly type: string;
  /** It is a list, whose elements have this name. */
  readonly element?: string;
  /** It is a map, whose keys and values have these names. */
  readonly key?: string;
  readonly value?: string;
  /** The elements stand in the structure itself, each under the name of the member. */
  readonly flat?: boolean;
  /** Where it is in REST: in the body with others by default. `headers`: all whose names begin with `name`. */
  readonly in?: "query" | "header" | "headers" | "body" | "status";
  /** On the wire, where it differs from the member's own. */
  readonly name?: string;
}

/** By the member's name; what is only a type is that of a plain member. */
type Structure = Readonly<Record<string, Member | string>>;

export interface Operation {
  /** Those of REST. The path has its labels in braces, and after the question mark what the query must have. */
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  /** The headers that a request must have to be for this operation. */
  readonly headers?: readonly string[];
  /** Names of structures; undefined: the operation has no such thing. */
  readonly input?: string;
  readonly output?: string;
  /** The root element of the answer. */
  readonly root?: string;
}

interface Shapes {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly structures: Readonly<Record<string, Structure>>;
  /** Codes of errors in the Query protocol, where they differ from the errors' names. */
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
  /** On the wire. */
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

/** A text as the type of the member has it. What is no number is left as it is, for the service to refuse in its own words. */
export function scalarOf({ type }: Member, text: string): unknown {
  if (type === "number" && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** A form or a document: texts, and what holds more of them. */
export type Tree = string | { readonly [name: string]: Tree | undefined } | readonly Tree[];

/** Reads a structure of a body. `elementsOf`: the elements of a list in such a tree. */
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
