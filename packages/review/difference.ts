// The differences between two values, down to the properties of nested objects and of JSON in text.
import type { Value } from "@spillway/graph";

export interface Difference {
  /** As `environment.variables.SPILLWAY.source.maxReceiveCount`; `policy.Statement[]` for a member of a list. */
  readonly path: string;
  /** JSON on one line; undefined where there was no value. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Members = { readonly [key: string]: Value };

export function differencesOf(path: string, before: Value | undefined, after: Value | undefined): Difference[] {
  const [was, is] = [unfolded(before), unfolded(after)];
  if (same(was, is)) {
    // The JSON is the same, and only its text differs.
    return before === after || typeof before !== "string" ? [] : [{ path, before, after: String(after) }];
  }
  if (isObject(was) && isObject(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return keys.flatMap((key) => differencesOf(`${path}.${key}`, was[key], is[key]));
  }
  if (Array.isArray(was) && Array.isArray(is)) return ofLists(path, was, is);
  return [{ path, before: text(was), after: text(is) }];
}

/**
 * Compares lists of equal length item by item, except lists of statements. Of other lists, it shows the items that only
 * one of them has.
 */
function ofLists(path: string, before: readonly Value[], after: readonly Value[]): Difference[] {
  if (before.length === after.length && !/(^|\.)Statement$/.test(path)) {
    return before.flatMap((member, index) => differencesOf(`${path}[${index}]`, member, after[index]));
  }
  const left = after.map(text);
  const gone = before.map(text).filter((member) => {
    const at = left.indexOf(member);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
  return [
    ...gone.map((member) => ({ path: `${path}[]`, before: member, after: undefined })),
    ...left.map((member) => ({ path: `${path}[]`, before: undefined, after: member })),
  ];
}

function unfolded(value: Value | undefined): Value | undefined {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value;
  }
}

export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((member: Value, index) => same(member, (b as readonly Value[])[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

function isObject(value: Value | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: Value | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
