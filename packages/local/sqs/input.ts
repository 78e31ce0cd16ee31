// Reads the members of a request's input, refusing the wrong type as the service's deserializer would.
import type { Message } from "../service/ask";
import { invalidValue, missingParameter, serialization } from "./errors";

export function optionalText(input: Message, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw serialization(name, "a string");
  return value;
}

export function text(input: Message, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined || value === "") throw missingParameter(name);
  return value;
}

export interface Range {
  readonly min: number;
  readonly max: number;
  /** AWS's wording of the rule; it differs from action to action. */
  readonly rule: string;
}

export function optionalInteger(input: Message, name: string, range: Range): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw serialization(name, "an integer");
  if (value < range.min || value > range.max) throw invalidValue(value, name, range.rule);
  return value;
}

export function texts(input: Message, name: string): readonly string[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
    throw serialization(name, "a list of strings");
  }
  return value;
}

export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function map(input: Message, name: string): Message {
  const value = input[name] ?? {};
  if (!isMessage(value)) throw serialization(name, "a map");
  return value;
}

export function textMap(input: Message, name: string): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [key, value] of Object.entries(map(input, name))) {
    if (typeof value !== "string") throw serialization(`${name}.${key}`, "a string");
    entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}
