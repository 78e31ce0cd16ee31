// Functions for the entries of the table, and for paths into inputs.
import type { Value } from "../graph";
import type { Change, IdentityRule, Path } from "./resource-type";

/** Properties that hold the name, or the beginning of the name. */
export const named = ["name", "namePrefix"] as const;

/** AWS takes a second one for the first, as its `Put…`, `Set…` and idempotent `Create…` actions do. */
export const joins = (...by: readonly string[]): IdentityRule => ({ by, second: "joins" });

/** AWS refuses a second one. */
export const refused = (...by: readonly string[]): IdentityRule => ({ by, second: "is refused" });

/**
 * The value at the path; undefined where there is none. Of a list, the first item counts: `onFailure` may be a list of
 * one.
 */
export function valueAt(inputs: Readonly<Record<string, Value>>, path: Path): Value | undefined {
  let at: Value | undefined = inputs;
  for (const name of path.split(".")) {
    const value: Value | undefined = parsed(at);
    at = memberOf(Array.isArray(value) ? value[0] : value, name);
  }
  return at;
}

export function memberOf(value: Value | undefined, name: string): Value | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Value })[name]
    : undefined;
}

function parsed(value: Value | undefined): Value | undefined {
  try {
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
}

export const wasOn: Change = (before, after) => before === true && after !== true;

export const wasThere: Change = (before, after) => isThere(before) && !isThere(after);

/** `preset` is the default of AWS for a property that is left out. */
export const isFewer =
  (preset: number): Change =>
  (before, after) =>
    Number(after ?? preset) < Number(before ?? preset);

/** Whether the member of the value changes that way. */
export const within =
  (name: string, change: Change): Change =>
  (before, after) =>
    change(memberOf(before, name), memberOf(after, name));

export const isGiven: Change = (_before, after) => after !== undefined && after !== "";

export function isThere(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
