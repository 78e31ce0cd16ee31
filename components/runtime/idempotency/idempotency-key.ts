// By what events are told apart: the values at the paths of a key, and the content of an event.
import { createHash } from "node:crypto";
import { InvalidEvent, notDecoded } from "../callback/errors";

/** Throws an InvalidEvent where there is no text, number or boolean at the path. */
export function valueAt(event: unknown, path: string): string | number | bigint | boolean {
  let value = event;
  for (const name of path.split(".")) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  }
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return value;
  if (typeof value === "string" && value !== "") return value;
  throw new InvalidEvent(
    `${path}: Expected a string, a number or a boolean that identifies the event, but received ${shown(value)}`,
  );
}

function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object" : (JSON.stringify(value) ?? "undefined");
}

/**
 * The same for values of the same content, in whatever order their members come. Throws an InvalidEvent for a value
 * that cannot be written as JSON, such as one that is nested too deeply: it is the same at each attempt.
 */
export function digest(value: unknown): string {
  return createHash("sha256").update(textOf(value)).digest("base64");
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value, inOrder) ?? "";
  } catch (error) {
    throw notDecoded(error);
  }
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Set || value instanceof Map) return [...value];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
