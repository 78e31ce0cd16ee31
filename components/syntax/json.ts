// JSON as patterns compare it: each number together with how it is written.

/** A number and its digits: 300.0 and 3.0e2 are one value, and an account's number has more digits than a double keeps. */
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

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !isList(value) && !(value instanceof WrittenNumber);

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
