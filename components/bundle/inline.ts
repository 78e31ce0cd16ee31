// A callback that no module exports, as the text of a module: Pulumi's own serialisation, without what must not travel
// in it.
import { builtinModules } from "node:module";
import { types } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { transform } from "esbuild";
import type { AnyCallback } from "../runtime/callback/callback";

/**
 * Rejects when the callback captures an Output or a Resource (their values would be unknown, or would drag the program
 * along), a class that extends another or gives fields their values, an object of Node's own, whose content is no
 * property (a Map would arrive empty and unusable), or an array of which something would get lost.
 */
export async function serializeInline(callback: AnyCallback, owner: pulumi.Resource): Promise<string> {
  let captured: string | undefined;
  const classes: Class[] = [];
  const seen = new Set<unknown>();
  try {
    const { text } = await pulumi.runtime.serializeFunction(() => callback, {
      exportName: "callback",
      isFactoryFunction: true,
      logResource: owner,
      serialize: (value: unknown) => {
        if (pulumi.Output.isInstance(value)) captured = "an Output";
        else if (pulumi.Resource.isInstance(value)) captured = `a ${value.constructor.name} (a resource)`;
        else if (isDerivedClass(value)) captured = `the class ${value.name}, which would lose its parent`;
        else captured = whatStays(value);
        if (captured !== undefined) throw new Error(captured);
        // An instance brings its class along, and has its fields already.
        if (isClass(value) && !seen.has(value.prototype)) classes.push(value);
        seen.add(value);
        return true;
      },
    });
    for (const each of classes) {
      if (!(await givesFieldsValues(each))) continue;
      captured = `the class ${each.name}, whose fields would have no values`;
      throw new Error(captured);
    }
    return withDefaults(text);
  } catch (error) {
    if (captured === undefined) throw error;
    const fix = /^an Output|\(a resource\)$/.test(captured)
      ? "pass it as a binding instead, as in bindings: { orders: writeTable(orders) }"
      : captured === "a Config"
        ? "read the value outside of the callback, and pass it as a binding: bindings: { limit: " +
          'plain(config.require("limit")) }'
        : "export the callback from a module of its own, which is bundled from its source";
    throw new Error(`it captures ${captured}; ${fix}.`);
  }
}

/**
 * What a compiler makes of `import fs, { existsSync } from "node:fs"` has one object for the module with its default.
 * Pulumi takes it for the module itself, which has no default.
 */
function withDefaults(text: string): string {
  return text.replace(/^const ([\w$]+) = (require\("[^"\n]+"\));$/gm, (line, name: string, module: string) =>
    usesDefault(text, name)
      ? `const ${name} = ((all) => ("default" in all ? all : Object.create(all, { default: { value: all } })))(${module});`
      : line,
  );
}

/** Another name may end with it: `node_fs_1` with `fs_1`. */
const usesDefault = (text: string, name: string) =>
  text
    .split(`${name}.default`)
    .slice(0, -1)
    .some((before) => !/[\w$]$/.test(before));

interface Class {
  readonly name: string;
  readonly prototype: unknown;
}

const isClass = (value: unknown): value is Class => typeof value === "function" && /^class\b/.test(String(value));

/**
 * Pulumi writes classes as functions, and one that extends another (as every error does) comes out as a plain object.
 */
const isDerivedClass = (value: unknown): value is Class =>
  isClass(value) && Object.getPrototypeOf(value) !== Function.prototype;

/**
 * Whether instances start with values that the class declares outside of its constructor, of which alone Pulumi makes
 * the function. esbuild, which knows the syntax, turns them into calls.
 */
async function givesFieldsValues(value: Class): Promise<boolean> {
  const text = String(value);
  // Another compiler has put such calls into the constructor already.
  if (text.includes("__publicField(")) return false;
  const { code } = await transform(`(${text})`, { target: "es2021" });
  return /__publicField\(this, (?:"(?:[^"\\]|\\.)*"|[\w$]+), /.test(code);
}

/** Those of the language's own kinds of object that Pulumi writes as they are. */
const written: ReadonlySet<unknown> = new Set([
  Object.prototype,
  Array.prototype,
  Function.prototype,
  RegExp.prototype,
]);

/** What of a captured value does not travel: its content is kept where no property shows it. */
function whatStays(value: unknown): string | undefined {
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof pulumi.Config) return "a Config";
  if (types.isProxy(value)) return "a Proxy";
  if (Array.isArray(value) && losesUndefined(value)) return "an array with undefined in it, which would get lost";
  const nearest: unknown = Object.getPrototypeOf(value);
  for (let kind = nearest; typeof kind === "object" && kind !== null; kind = Object.getPrototypeOf(kind)) {
    const { constructor: made } = kind as { readonly constructor?: unknown };
    // A plain object, of which another one is made, has the constructor of all objects.
    if (typeof made !== "function" || made === Object) continue;
    if (kind !== nearest && (kind === Array.prototype || kind === RegExp.prototype)) {
      return `${withArticle(value.constructor.name)}, which would be ${withArticle(made.name)} only`;
    }
    if (written.has(kind)) continue;
    if (isGlobal(made) || (kind === nearest && isOfModule(made))) return withArticle(made.name);
  }
  return undefined;
}

/**
 * Pulumi writes nothing for an undefined element of an array without objects, so that it becomes a hole, or is missing
 * at the end; and an array with holes ends with its last element.
 */
function losesUndefined(array: readonly unknown[]): boolean {
  const hasHoles = Object.keys(array).filter((key) => /^\d+$/.test(key)).length < array.length;
  if (hasHoles) return !(array.length - 1 in array);
  return array.includes(undefined) && array.every((each) => typeof each !== "object" || each === null);
}

interface Made {
  readonly name: string;
}

/** A class that Node has as a global. */
const isGlobal = (made: Made) =>
  [globalThis, Intl, Reflect.get(globalThis, "WebAssembly") as object].some((all) => has(all, made));

/**
 * A class that Node has in a module. Its instances keep their content where no property shows it. A class of the
 * program may extend one and have properties that travel. The classes of `node:url` are globals, except for that of
 * what `url.parse` returns, which has nothing but properties.
 */
function isOfModule(made: Made): boolean {
  // Whoever has an instance has loaded its module. Others are not loaded only to be asked.
  const { moduleLoadList: loaded = [] } = process as { readonly moduleLoadList?: readonly string[] };
  return builtinModules
    .filter((name) => name !== "url" && loaded.includes(`NativeModule ${name}`))
    .some((name) => has(process.getBuiltinModule(name), made));
}

const has = (all: object | undefined, made: Made) => all !== undefined && Reflect.get(all, made.name) === made;

const withArticle = (name: string) => `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
