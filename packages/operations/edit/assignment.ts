// Changes of a JSON value by path, as `items[0].quantity=2`.

export interface Assignment {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * Reads `path=value`: names between dots, indexes and other names in brackets (`items[0]["unit.price"]`); the value as
 * JSON, or as text where it is none. Throws an Error that says what is wrong.
 */
export function readAssignment(text: string): Assignment {
  const path: (string | number)[] = [];
  const part = /(?:^|\.)([^.[\]=]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y;
  let at = 0;
  while (at < text.length && text[at] !== "=") {
    part.lastIndex = at;
    const found = part.exec(text);
    if (found === null) break;
    const [whole, name, index, quoted] = found;
    path.push(index !== undefined ? Number(index) : (name ?? (JSON.parse(`"${quoted}"`) as string)));
    at += whole.length;
  }
  if (path.length === 0 || text[at] !== "=") {
    throw new Error(`"${text}" is no change. Give path=value, as items[0].quantity=2 or customer.name="Ada".`);
  }
  return { path, value: jsonOr(text.slice(at + 1)) };
}

/** A copy of the value with the change. What is above the last part of the path must be there. */
export function assign(value: unknown, { path, value: next }: Assignment): unknown {
  const copy: unknown = structuredClone(value);
  let parent = copy;
  path.slice(0, -1).forEach((part, depth) => {
    parent = memberOf(parent, part, path.slice(0, depth + 1));
  });
  const last = path.at(-1) ?? "";
  if (Array.isArray(parent)) {
    if (typeof last !== "number" || last > parent.length) {
      throw new Error(`${nameOf(path)} is no place in a list of ${parent.length}. Its next one is ${parent.length}.`);
    }
    parent[last] = next;
  } else if (isObject(parent)) {
    // Not by assignment, for which a name like __proto__ would be another thing.
    Object.defineProperty(parent, last, { value: next, enumerable: true, writable: true, configurable: true });
  } else {
    throw new Error(`${nameOf(path)} cannot be set: ${nameOf(path.slice(0, -1))} is ${JSON.stringify(parent)}.`);
  }
  return copy;
}

function memberOf(parent: unknown, part: string | number, path: readonly (string | number)[]): unknown {
  const there = typeof parent === "object" && parent !== null && Object.hasOwn(parent, part);
  if (!there) throw new Error(`The event has no ${nameOf(path)}. Set what is above it first.`);
  return (parent as Readonly<Record<string | number, unknown>>)[part];
}

const nameOf = (path: readonly (string | number)[]) =>
  path.length === 0
    ? "the event"
    : path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
