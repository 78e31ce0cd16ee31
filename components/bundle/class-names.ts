// Classes keep their names in the minified bundle, so that a dead letter says `PaymentDeclined` and not `n`.
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import type { Plugin } from "esbuild";

/**
 * Gives each class of the program that extends another, as every error does, and of packages each that looks like an
 * error's, a static getter of its own name: some 30 bytes each. esbuild's keepNames would name every function of every
 * package (24 KB in a bundle with an SDK client). The text alone is changed, so that esbuild compiles the file under
 * its own tsconfig.json.
 */
export const keepClassNames: Plugin = {
  name: "spillway-class-names",
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path: file }) => {
      // The SDK names its errors itself.
      if (/[\\/]node_modules[\\/]@(aws|aws-sdk|smithy)[\\/]/.test(file)) return undefined;
      const source = await readFile(file, "utf8");
      const contents = nameClasses(source, file.split(path.sep).includes("node_modules"));
      return contents === source ? undefined : { contents, loader: "default" };
    });
  },
};

/**
 * What stands before a class on its line: no quote, slash or asterisk, so that the word is not part of a text, a
 * pattern or a comment. A class that has no name of its own takes that of the variable or property which it is assigned
 * to.
 */
const beginnings = /^([^"'`/*\n]*?)\bclass\b(?:[ \t]+(?!extends\b|implements\b)([\w$]+))?/gm;
const assigned = /([\w$]+)\s*(?::[^=]*)?=\s*$/;
const derivedClass = /^\s*(<.*>)?\s*extends\s+\S.*?(implements\s.*)?$/s;
const errorClass = /^\s*extends\s[^{]*(Error|Exception)\b/;

export function nameClasses(given: string, isPackage: boolean): string {
  const source = nameFunctions(given, isPackage);
  if (!/\bclass\b/.test(source)) return source;
  let named = "";
  let done = 0;
  for (const found of source.matchAll(beginnings)) {
    const name = found[2] ?? assigned.exec(found[1] ?? "")?.[1];
    const from = found.index + found[0].length;
    const body = bodyAfter(source, from);
    if (name === undefined || body === undefined || body < done) continue;
    const head = source.slice(from, body);
    if (!derivedClass.test(head) || (isPackage && !isUnnamedError(head, source, name))) continue;
    if (isInTemplate(source, found.index)) continue;
    named += `${source.slice(done, body + 1)}static get name(){return"${name}"}`;
    done = body + 1;
  }
  return named + source.slice(done);
}

/**
 * What compilers for engines without classes, and `util.inherits`, make of a class: a function, and a call that gives
 * it its prototype. The call gets its name, too. What has types or a body after it is no call.
 */
const inheritance =
  /^([^"'`/*\n]*?(?<!\bfunction\s+)\b(?:__extends|_*inherits(?:Loose|\d*))(?:\$\d+|_\d+|__default)?(?:\.default)?\)?\(\s*)([A-Z][\w$]*)(?=\s*,\s*([\w$.]+)\s*\)(?!\s*(?:[{:]|=>)))/gm;
/** Names that compilers give the helper. A program's own `inherits` may take anything, also what is no function. */
const compilers = /(__extends|_inherits)\S*\s*$/;
const errorName = /(Error|Exception)$/;

/** The same, written by hand: what the prototype inherits from. Only a variable can be put into the call. */
const prototypes =
  /^([^"'`/*\n]*?(?<![\w$.]))([A-Z][\w$]*)(?=\.prototype(?:\.__proto__)?\s*[=,]\s*(?:Object\.create\(\s*|new\s+)?((?<=new\s+)[\w$.]+|[\w$.]+(?=\.prototype\b)))/gm;

function nameFunctions(source: string, isPackage: boolean): string {
  const naming = (all: string, before: string, name: string, base: string, at: number, within: string) => {
    const isError = errorName.test(name) || errorName.test(base);
    const isMeant = isPackage ? isError && !namesItself(source, name) : isError || compilers.test(before);
    return isMeant && !isInTemplate(within, at)
      ? `${before}Object.defineProperty(${name},"name",{value:"${name}"})`
      : all;
  };
  return source.replace(inheritance, naming).replace(prototypes, naming);
}

/**
 * Within a text of several lines, which stays as it is. A backtick elsewhere, as in a pattern, costs the names of the
 * classes after it.
 */
const isInTemplate = (source: string, at: number) =>
  source.slice(0, at).replaceAll("\\`", "").split("`").length % 2 === 0;

function isUnnamedError(head: string, source: string, name: string): boolean {
  return errorClass.test(head) && !namesItself(source, name);
}

/** Most packages give their errors the name as a text, which stays as it is. */
const namesItself = (source: string, name: string) =>
  new RegExp(`\\bname\\s*[:=]\\s*["']${name.replaceAll("$", "\\$")}["']`).test(source);

/**
 * Where the brace of the class's body is: the first that is not inside the brackets of type parameters or of a call.
 */
function bodyAfter(source: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const character = source[at] ?? "";
    if (character === "{" && depth === 0) return at;
    if ("<([{".includes(character)) depth += 1;
    else if (">)]}".includes(character) && !source.startsWith("=>", at - 1)) depth -= 1;
    if (depth < 0 || "/*;`".includes(character)) return undefined;
  }
  return undefined;
}
