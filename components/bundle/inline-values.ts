// What of a value that an inline callback captures does not travel: Pulumi's serialisation of functions keeps silent
// about it.
import { builtinModules } from "node:module";
import { types } from "node:util";
import * as pulumi from "@pulumi/pulumi";

/** Those of the language's own kinds of object that Pulumi writes as they are. */
const written: ReadonlySet<unknown> = new Set([
  Object.prototype,
  Array.prototype,
  Function.prototype,
  RegExp.prototype,
]);

/** Its content is kept where no property shows it, or Pulumi writes something else in its place. */
export function whatStays(value: unknown): string | undefined {
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
