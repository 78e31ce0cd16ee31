// Classes that an inline callback captures: Pulumi's serialisation makes functions of them.
import { transform } from "esbuild";

export interface Class {
  readonly name: string;
  readonly prototype: object;
}

export const isClass = (value: unknown): value is Class =>
  typeof value === "function" && /^class\b/.test(String(value));

/** One that extends another, as every error does, comes out as a plain object. */
export const isDerivedClass = (value: unknown): value is Class =>
  isClass(value) && Object.getPrototypeOf(value) !== Function.prototype;

/**
 * Whether instances start with values that the class declares outside of its constructor, of which alone Pulumi makes
 * the function. esbuild, which knows the syntax, turns them into calls.
 */
export async function givesFieldsValues(value: Class): Promise<boolean> {
  const text = String(value);
  // Another compiler has put such calls into the constructor already.
  if (text.includes("__publicField(")) return false;
  const { code } = await transform(`(${text})`, { target: "es2021" });
  return /__publicField\(this, (?:"(?:[^"\\]|\\.)*"|[\w$]+), /.test(code);
}

/** Whether instances, which bring their methods along, make others. */
export function makesItself({ name, prototype }: Class): boolean {
  const makes = new RegExp(`\\bnew (?:this\\.constructor|${name.replaceAll("$", "\\$")})(?![\\w$])`);
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([key]) => key !== "constructor")
    .flatMap(([, { value, get, set }]) => [value, get, set])
    .some((method) => typeof method === "function" && makes.test(String(method)));
}
