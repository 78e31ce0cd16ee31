// JSON as patterns compare it: each number together with how it is written.

/**
 * A number and its digits: 300.0 and 3.0e2 are one value, and an account's number has more digits than a double keeps.
 */
export class WrittenNumber {
  constructor(
    readonly value: number,
    readonly text: string,
  ) {}
}

/** What a path of an event ends in. */
export type Leaf = null | boolean | string | WrittenNumber;

export type Json = Leaf | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Throws a SyntaxError where it is no JSON. */
export function parseJson(text: string): Json {
  return JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" ? new WrittenNumber(value, context?.source ?? String(value)) : value,
  );
}

/** A plain number as `parseJson` makes it of the number's JSON; any other value as it is. */
export const written = (value: Leaf | number): Leaf =>
  typeof value === "number" ? new WrittenNumber(value, String(value)) : value;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !isList(value) && !(value instanceof WrittenNumber);

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** What the text says when it is a JSON object, with plain numbers; undefined for any other text. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether two texts are the same, as JSON documents whatever their spaces. */
export function isSameDocument(a: string, b: string): boolean {
  if (a === b) return true;
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
  } catch {
    return false;
  }
}
