// What Pulumi refuses in a project's Pulumi.yaml, and whether a value has the type that is declared for it.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { Value } from "../graph";

const types = ["string", "integer", "boolean", "array", "object"] as const;
type TypeName = (typeof types)[number];

export interface DeclaredType {
  readonly type?: TypeName;
  /** The type of the items of an array. */
  readonly items?: DeclaredType;
}

export interface Declared extends DeclaredType {
  readonly default?: Value;
  readonly value?: Value;
  readonly secret?: boolean;
}

type Fields = { readonly [key: string]: Value };

const attributes = ["type", "items", "description", "secret", "default", "value"];

/**
 * Every fault of Pulumi.yaml in `root` that ends each `pulumi` command before it reads the program. The rules are those
 * of `Project.Validate` and of the schema next to it:
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/project.go
 */
export function projectFaults(root: string): readonly string[] {
  let project: Value;
  try {
    project = parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8"));
  } catch (error) {
    return [`Pulumi.yaml cannot be read: ${(error as Error).message}`];
  }
  if (!isObject(project)) return ["Pulumi.yaml is not an object; give it a name and a runtime."];
  const { name, config } = project;
  const faults: string[] = [];
  if (typeof name !== "string" || name === "") faults.push("Pulumi.yaml has no name; give the project one.");
  if (!isObject(config)) return faults;
  for (const [key, declaration] of Object.entries(config)) {
    const own = !key.includes(":") || key.startsWith(`${String(name)}:`);
    faults.push(...faultsOf(declaration, own).map((fault) => `Pulumi.yaml: the configuration key ${key} ${fault}`));
  }
  return faults;
}

function faultsOf(declaration: Value, own: boolean): string[] {
  if (!isObject(declaration)) {
    return declaration === null ? ["has neither a type nor a value; give it one of them, or leave the key out."] : [];
  }
  const faults = Object.keys(declaration)
    .filter((attribute) => !attributes.includes(attribute))
    .map(
      (attribute) => `has an attribute ${attribute}, which Pulumi does not know; allowed are ${attributes.join(", ")}.`,
    );
  const { type, default: preset = null, value = null } = declaration;
  if (preset !== null && value !== null) faults.push("has both a value and a default; give one of them.");
  if (!own) {
    // Keys of a provider or of Pulumi have their schema there.
    if (type !== undefined) faults.push("belongs to another namespace and has a type; leave the type out.");
    if (preset !== null) faults.push("belongs to another namespace and has a default; call it value.");
    if (value === null && preset === null) faults.push("belongs to another namespace and has no value; give it one.");
    return faults;
  }
  if (type === undefined) return faults;
  const ofType = typeFaults(declaration);
  if (ofType.length > 0) return [...faults, ...ofType];
  if (preset !== null && !fits(preset, declaration as DeclaredType)) {
    faults.push(
      `has the default ${JSON.stringify(preset)}, which is not of its type ${nameOf(declaration as DeclaredType)}.`,
    );
  }
  return faults;
}

function typeFaults({ type, items }: Fields): string[] {
  if (!types.some((known) => known === type)) {
    return [`has the type ${JSON.stringify(type)}, which Pulumi does not know; allowed are ${types.join(", ")}.`];
  }
  if (items === undefined || items === null) {
    return type === "array" ? ["is an array without items; give it items, as { type: string }."] : [];
  }
  return isObject(items) ? typeFaults(items) : [`has the items ${JSON.stringify(items)}; they take a type.`];
}

/** `array<string>`, as Pulumi writes it. */
export function nameOf({ type, items }: DeclaredType): string {
  return items === undefined ? String(type) : `array<${nameOf(items)}>`;
}

/** Whether the value has the type. Numbers and booleans may be text, as in the values of a stack. */
export function fits(value: Value, { type, items }: DeclaredType): boolean {
  if (type === undefined) return true;
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "string" ? /^[+-]?\d+$/.test(value) : Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "array":
      return Array.isArray(value) && value.every((entry: Value) => items !== undefined && fits(entry, items));
    case "object":
      return isObject(value);
  }
}

function isObject(value: Value | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
