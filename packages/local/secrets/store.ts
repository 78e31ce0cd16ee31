// The values of SSM's parameters and of Secrets Manager's secrets, from the program and from a file outside version
// control.
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { partitionOf } from "@spillway/graph";

/** Below the project's folder. Git ignores the folder. */
export const secretsFile = path.join(".spillway", "secrets.json");

export interface Parameter {
  /** As given: `/shop/key`, or `key`. */
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
}

export interface Secret {
  readonly name: string;
  /** With the six characters that Secrets Manager adds to the name. */
  readonly arn: string;
  readonly value: { readonly SecretString: string } | { readonly SecretBinary: string } | undefined;
  readonly versionId: string;
}

export class SecretStore {
  readonly #parameters = new Map<string, Parameter>();
  readonly #secrets = new Map<string, Secret>();
  /** The values of the file, by name or ARN. They replace the program's, until a callback writes another. */
  readonly #given: Map<string, string>;

  /** Throws an Error for the user when the file is not what it should be. */
  constructor(private readonly where: { readonly root: string; readonly accountId: string; readonly region: string }) {
    this.#given = new Map(Object.entries(readGiven(path.join(where.root, secretsFile))));
  }

  putParameter(name: string, type: string, value: string): Parameter {
    const version = (this.#parameters.get(name)?.version ?? 0) + 1;
    const parameter = { name, type, value, version, arn: this.#arn("ssm", `parameter${name.replace(/^\/?/, "/")}`) };
    this.#parameters.set(name, parameter);
    return parameter;
  }

  putSecret(secret: Secret): void {
    this.#secrets.set(secret.arn, secret);
  }

  parameters(): readonly Parameter[] {
    return [...this.#parameters.values()];
  }

  /** By its name or its ARN. */
  parameter(nameOrArn: string): Parameter | undefined {
    const inArn = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(nameOrArn)?.[1];
    const names = inArn === undefined ? [nameOrArn] : [inArn, inArn.slice(1)];
    const made = names.map((name) => this.#parameters.get(name)).find((each) => each !== undefined);
    const value = [nameOrArn, ...names].map((name) => this.#given.get(name)).find((each) => each !== undefined);
    if (value === undefined) return made;
    const [name = nameOrArn] = names;
    const arn = inArn === undefined ? this.#arn("ssm", `parameter${name.replace(/^\/?/, "/")}`) : nameOrArn;
    return { ...(made ?? { name, arn, type: "SecureString", version: 1 }), value };
  }

  /** By its name, its ARN, or its ARN without the six characters. */
  secret(nameOrArn: string): Secret | undefined {
    const name = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.*)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
    const plain = name.replace(/-[A-Za-z0-9]{6}$/, "");
    const made =
      this.#secrets.get(nameOrArn) ??
      [...this.#secrets.values()].find((each) => each.name === name || each.name === plain);
    const value = [nameOrArn, name, plain].map((each) => this.#given.get(each)).find((each) => each !== undefined);
    if (value === undefined) return made;
    const arn = nameOrArn.startsWith("arn:") ? nameOrArn : this.#arn("secretsmanager", `secret:${name}-local1`);
    return { ...(made ?? { name: plain, arn, versionId: firstVersion }), value: { SecretString: value } };
  }

  /** From now on the value that a callback has written is used. */
  written({ name, arn }: { readonly name: string; readonly arn: string }): void {
    for (const each of [name, arn, name.replace(/^\//, "")]) this.#given.delete(each);
  }

  #arn(service: string, resource: string): string {
    const { region, accountId } = this.where;
    return `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${resource}`;
  }
}

export const firstVersion = "00000000-0000-4000-8000-000000000001";

function readGiven(file: string): Readonly<Record<string, string>> {
  if (!existsSync(file)) return {};
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}. Write {"<name or ARN>": "<value>"}.`);
  }
  const isTexts =
    typeof given === "object" &&
    given !== null &&
    !Array.isArray(given) &&
    Object.values(given).every((value) => typeof value === "string");
  if (!isTexts) {
    throw new Error(
      `${file} does not contain strings by name. Write {"<name or ARN>": "<value>"}; a secret that is JSON is its text.`,
    );
  }
  return given as Readonly<Record<string, string>>;
}
