// A resource's properties as plain data, in which a value that a preview does not know is `unknown` instead of an
// exception.

/** A value that only the deployment will know. */
export const unknown: unique symbol = Symbol("unknown");

export type Plain =
  | null
  | boolean
  | number
  | string
  | typeof unknown
  | readonly Plain[]
  | { readonly [key: string]: Plain };
export type Properties = Readonly<Record<string, Plain>>;

/**
 * A copy of a policy's `props`. They throw an UnknownValueError whenever an unknown is read, which would end the
 * policy: here the unknown stays where it is, and everything beside it can be judged.
 */
export function propertiesOf(props: Readonly<Record<string, unknown>>): Properties {
  return Object.fromEntries(Object.keys(props).map((key) => [key, read(props, key)]));
}

function read(holder: Readonly<Record<string | number, unknown>>, key: string | number): Plain {
  let value: unknown;
  try {
    value = holder[key];
  } catch (error) {
    // By what it has, not by its class: the pack may have a copy of @pulumi/policy of its own.
    if (error instanceof Error && "unknownTypeSentinel" in error) return unknown;
    throw error;
  }
  if (Array.isArray(value)) {
    const list = value as unknown as Readonly<Record<number, unknown>>;
    return Array.from({ length: value.length }, (_, index) => read(list, index));
  }
  if (typeof value === "object" && value !== null) return propertiesOf(value as Record<string, unknown>);
  return typeof value === "boolean" || typeof value === "number" || typeof value === "string" ? value : null;
}

/** The value at a path; `unknown` where the path leads through an unknown, undefined where there is nothing. */
export function at(value: Plain | undefined, ...path: readonly string[]): Plain | undefined {
  let current = value;
  for (const key of path) {
    if (current === unknown) return unknown;
    if (typeof current !== "object" || current === null || Array.isArray(current)) return undefined;
    current = (current as Properties)[key];
  }
  return current;
}

/** Whether something is given, be it known or not; null, empty text and empty lists are nothing. */
export function isSet(value: Plain | undefined): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

/** The members of a list, or the one value that stands for a list of one. */
export function listOf(value: Plain | undefined): readonly Plain[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Plain[]) : [value];
}

/** What is known of a list of texts. */
export function textsOf(value: Plain | undefined): readonly string[] {
  return listOf(value).filter((member): member is string => typeof member === "string");
}

/** JSON text as what it says, an object as it is; undefined where it is no JSON, which AWS refuses by itself. */
export function parsed(value: Plain | undefined): Plain | undefined {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Plain;
  } catch {
    return undefined;
  }
}

/** For messages. */
export function shown(value: Plain | undefined): string {
  if (value === undefined || value === null) return "not set";
  if (value === unknown) return "not known yet";
  return JSON.stringify(value, (_, member: unknown) => (member === unknown ? "(not known yet)" : member));
}
