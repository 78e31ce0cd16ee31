// Reads the members of a request's input.
import type { Message } from "../service/ask";
import { invalid, missing, wrongType } from "./errors";

export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function optionalText(input: Message, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(name, "a string");
  return value;
}

/** May be empty: what that means is the action's. */
export function text(input: Message, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined) throw missing(name);
  return value;
}

export function structures(input: Message, name: string): readonly Message[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every(isMessage)) throw wrongType(name, "a list of structures");
  return value;
}

export function texts(input: Message, name: string): readonly string[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
    throw wrongType(name, "a list of strings");
  }
  return value;
}

export function map(input: Message, name: string): Message {
  const value = input[name] ?? {};
  if (!isMessage(value)) throw wrongType(name, "a map");
  return value;
}

export function textMap(input: Message, name: string): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [key, value] of Object.entries(map(input, name))) {
    if (typeof value !== "string") throw wrongType(`${name}.${key}`, "a string");
    entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

/** `[{ Key, Value }]` as a record. A key may not come twice. */
export function tagsIn(input: Message): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const tag of structures(input, "Tags")) {
    const key = text(tag, "Key");
    if (Object.hasOwn(tags, key)) throw invalid("Duplicated keys are not allowed.");
    tags[key] = text(tag, "Value");
  }
  return tags;
}

/** A hundred at a time, as SNS pages its lists; a page's token is the key of the last one. */
export function page<T>(all: readonly T[], input: Message, keyOf: (item: T) => string) {
  const token = optionalText(input, "NextToken");
  const after = token ? Buffer.from(token, "base64").toString() : "";
  const rest = all.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, 100);
  const last = items.at(-1);
  return {
    items,
    ...(rest.length > items.length && last !== undefined && { NextToken: Buffer.from(keyOf(last)).toString("base64") }),
  };
}
