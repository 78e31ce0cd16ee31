// A project and one of its stacks: Pulumi.yaml with the schema of its configuration, and Pulumi.<stack>.yaml.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { Value } from "../graph";
import { projectRoot } from "./project-root";
import { type Declared, fits, nameOf } from "./project-rules";

export interface Project {
  readonly name: string;
  /** The folder of Pulumi.yaml. */
  readonly root: string;
  /** Every key with its namespace, as `spillway:throttleRate`. Each value is text or JSON, as the runtime takes it. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Keys that the project keeps as plain text: their values are no secrets. Of any other key, nobody knows. */
  readonly plainKeys: readonly string[];
  readonly autonaming: Value | undefined;
}

/**
 * Reads the project of `program`. `overrides` replace values of the stack. Throws an Error that lists every fault of
 * the configuration with its fix.
 */
export function readProject(program: string, stack: string, overrides: Readonly<Record<string, string>> = {}): Project {
  const root = rootOf(path.dirname(path.resolve(program)));
  const { name, config: declared = {} } = readYaml(path.join(root, "Pulumi.yaml")) as {
    name?: string;
    config?: Record<string, Declared | Value>;
  };
  if (name === undefined) throw new Error(`${path.join(root, "Pulumi.yaml")} has no name; give the project one.`);
  const qualify = (key: string) => (key.includes(":") ? key : `${name}:${key}`);

  const faults: string[] = [];
  const schema = new Map(
    Object.entries(declared).map(([key, value]) => [qualify(key), isDeclared(value) ? value : { value }]),
  );
  const secretKeys = [...schema].filter(([, { secret }]) => secret === true).map(([key]) => key);
  const plain = new Set(schema.keys());
  const given = new Map(Object.entries(overrides).map(([key, text]) => [qualify(key), text]));
  const values = new Map<string, Value>();
  for (const [key, { default: fallback, value }] of schema) {
    const preset = value ?? fallback;
    if (preset !== undefined) values.set(key, preset);
  }
  for (const [key, value] of Object.entries(readStack(root, stack))) {
    const qualified = qualify(key);
    if (holdsSecure(value)) plain.delete(qualified);
    else plain.add(qualified);
    if (given.has(qualified)) continue;
    if (isSecure(value)) {
      faults.push(
        `${key} is encrypted, and only Pulumi can decrypt it; give its value here with --config ${key}=<value>, or ` +
          "in a test with config of startLocal.",
      );
    } else {
      values.set(qualified, value);
    }
  }
  for (const [key, text] of given) values.set(key, text);

  for (const [key, declaration] of schema) {
    const value = values.get(key);
    if (value === undefined || isOfType(value, declaration)) continue;
    faults.push(
      `${key} is ${JSON.stringify(value)}; it takes ` +
        `${declaration.type === "integer" ? "a whole number" : `a value of type ${nameOf(declaration)}`}. Set it ` +
        `with: pulumi config set ${key} <value>`,
    );
  }
  if (!values.has("aws:region")) {
    const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    if (region === undefined) {
      faults.push(
        "aws:region is not set. Set it with: pulumi config set aws:region eu-west-1 (or with the environment " +
          "variable AWS_REGION)",
      );
    } else {
      values.set("aws:region", region);
    }
  }
  if (faults.length > 0)
    throw new Error(`The configuration of stack "${stack}":\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);

  const autonaming = values.get("pulumi:autonaming");
  const config = Object.fromEntries(
    [...values]
      .filter(([key]) => !key.startsWith("pulumi:"))
      .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
  const plainKeys = [...plain].filter((key) => !secretKeys.includes(key));
  return { name, root, config, secretKeys, plainKeys, autonaming };
}

function rootOf(folder: string): string {
  const root = projectRoot(folder);
  if (root !== undefined) return root;
  throw new Error(`There is no Pulumi.yaml in ${folder} or above it; run this in a Pulumi project.`);
}

function readStack(root: string, stack: string): Readonly<Record<string, Value>> {
  const file = path.join(root, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) {
    const stacks = readdirSync(root).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);
    throw new Error(
      `There is no stack "${stack}" (no ${path.basename(file)}); there ${stacks.length === 1 ? "is" : "are"} ` +
        `${stacks.join(", ") || "none"}. Choose one with --stack.`,
    );
  }
  return (readYaml(file) as { config?: Record<string, Value> } | null)?.config ?? {};
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function isDeclared(value: Declared | Value): value is Declared {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecure(value: Value): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function holdsSecure(value: Value): boolean {
  return isSecure(value) || (typeof value === "object" && value !== null && Object.values(value).some(holdsSecure));
}

/** Values of a stack and of the command line may be the text of a number, or of a list as JSON. */
function isOfType(value: Value, declaration: Declared): boolean {
  const { type, items } = declaration;
  const text = typeof value === "string";
  if (type === "string") return text || typeof value === "number" || typeof value === "boolean";
  const read = text && (type === "array" || type === "object") ? parsed(value) : value;
  // Pulumi refuses a declaration without items, not the value for it.
  return type === "array" && items === undefined ? Array.isArray(read) : fits(read, declaration);
}

function parsed(text: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
