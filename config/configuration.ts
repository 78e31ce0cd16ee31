// The stack's configuration: read once, typed, and all its faults reported together.
import * as pulumi from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import { allowedBy, type IntegerKey, type Key, keys, type ObjectKey } from "./keys";

type Keys = typeof keys;

type WithDefault = { readonly default: number };
/** A property without a default is left out where it is not set. */
type ObjectOf<P> = { readonly [Name in keyof P as P[Name] extends WithDefault ? Name : never]: number } & {
  readonly [Name in keyof P as P[Name] extends WithDefault ? never : Name]?: number;
};
type ValueOf<K> = K extends { readonly type: "integer" }
  ? number
  : K extends { readonly type: "boolean" }
    ? boolean
    : K extends { readonly type: "array" }
      ? readonly string[]
      : K extends { readonly type: "object"; readonly properties: infer P }
        ? ObjectOf<P>
        : K extends { readonly pattern: object }
          ? string
          : K extends { readonly values: readonly (infer V)[] }
            ? V
            : string;

export type Configuration = { readonly [Name in keyof Keys]: ValueOf<Keys[Name]> };

/** A value of the configuration as the runtime has it: text, or JSON in text. */
type Given = unknown;

/**
 * Reads every key of config/keys.ts. Throws a RunError that names every fault: the key, the value given, what is
 * allowed, and the command that fixes it. A key of this project that no one knows is a fault too, because what it was
 * to set is not set.
 */
export function readConfiguration(): Configuration {
  const project = `${pulumi.getProject()}:`;
  const given = new Map<string, string>(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(project))
      .map(([key, value]) => [key.slice(project.length), value]),
  );
  const faults: string[] = [];
  for (const name of given.keys()) {
    if (!(name in keys)) {
      faults.push(
        `${name} is not a key of this project; ${nearest(name, Object.keys(keys))} Remove it with: pulumi config rm ${name}`,
      );
    }
  }
  const values: Record<string, unknown> = {};
  for (const [name, key] of Object.entries<Key>(keys)) {
    const text = given.get(name);
    values[name] = text === undefined ? defaultOf(key) : readValue(name, key, text, faults);
  }
  // Checked one by one above.
  const configuration = values as Configuration;
  if (configuration.alarmEmails.length > 0 && configuration.alarmTopic !== "create") {
    faults.push(
      `alarmEmails is given, and alarmTopic is "${configuration.alarmTopic}": only the stack's own topic writes to them. Set it with: pulumi config set alarmTopic create`,
    );
  }
  if (faults.length > 0)
    throw new pulumi.RunError(`The stack's configuration:\n${faults.map((line) => `  - ${line}`).join("\n")}`);
  return configuration;
}

function nearest(name: string, known: readonly string[]): string {
  const best = known.find((other) => other.startsWith(name)) ?? closest(name, known);
  // A name that shares less than half of its letters with it was meant to be something else.
  return best.startsWith(name) || distance(name, best) <= Math.max(2, name.length / 2)
    ? `did you mean ${best}?`
    : `known are ${known.join(", ")}.`;
}

function defaultOf(key: Key): unknown {
  if (key.type !== "object") return key.default;
  return defaultsOf(key.properties);
}

/** What has no default is left out. */
function defaultsOf(properties: ObjectKey["properties"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  );
}

function readValue(name: string, key: Key, text: string, faults: string[]): unknown {
  const fault = () =>
    faults.push(
      `${name} is ${JSON.stringify(text)}; allowed are ${allowedBy(key)}. Set it with: pulumi config set ${name} <value>`,
    );
  switch (key.type) {
    case "boolean":
      if (text !== "true" && text !== "false") fault();
      return text === "true";
    case "integer": {
      const value = integerOf(text);
      if (!fits(value, key)) faults.push(faultOf(name, text, key, `pulumi config set ${name}`));
      return value;
    }
    case "string":
      if (!(key.values?.includes(text) ?? true) && !(key.pattern?.test.test(text) ?? false)) fault();
      return text;
    case "array": {
      const list = parsed(text);
      const { test } = key.pattern;
      if (Array.isArray(list) && list.every((entry) => typeof entry === "string" && test.test(entry))) return list;
      faults.push(
        `${name} is ${text}; allowed are ${allowedBy(key)}. Set an entry with: pulumi config set --path '${name}[0]' <value>`,
      );
      return [];
    }
    case "object":
      return objectOf(name, key, text, faults);
  }
}

/** What is not given in it has its own default. */
function objectOf(name: string, { properties }: ObjectKey, text: string, faults: string[]): unknown {
  const object = parsed(text);
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    faults.push(
      `${name} is ${text}; allowed is an object. Set a property with: pulumi config set --path ${name}.${Object.keys(properties)[0]} <value>`,
    );
    return {};
  }
  for (const property of Object.keys(object)) {
    if (!(property in properties)) {
      faults.push(
        `${name}.${property} is not known; ${nearest(property, Object.keys(properties))} Remove it with: pulumi config rm --path ${name}.${property}`,
      );
    }
  }
  const values = defaultsOf(properties);
  for (const [property, key] of Object.entries(properties)) {
    const given: Given = (object as Record<string, Given>)[property];
    if (given === undefined) continue;
    const value = typeof given === "string" ? integerOf(given) : given;
    if (!fits(value, key)) {
      const path = `${name}.${property}`;
      faults.push(faultOf(path, given, key, `pulumi config set --path ${path}`));
    }
    values[property] = value;
  }
  return values;
}

function faultOf(name: string, given: Given, key: IntegerKey, command: string): string {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return `${name} is ${text}; allowed are ${allowedBy(key)}. Set it with: ${command} <value>`;
}

function fits(value: unknown, { min, max, values }: IntegerKey): boolean {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) return false;
  return values === undefined || values.includes(value);
}

/** A whole number, or what it is instead. */
function integerOf(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
