// A callback that no module exports, as the text of a module: Pulumi's own serialisation, without what must not travel
// in it, and with what it forgets.
import * as pulumi from "@pulumi/pulumi";
import type { AnyCallback } from "../runtime/callback/callback";
import { type Class, givesFieldsValues, isClass, isDerivedClass, makesItself } from "./inline-classes";
import { type Reads, readsOfCycles, withoutReads } from "./inline-cycles";
import { inOrder } from "./inline-order";
import { isObject } from "./inline-reads";
import { whatStays } from "./inline-values";

/**
 * Rejects when the callback captures an Output or a Resource (their values would be unknown, or would drag the program
 * along), a class that extends another or gives fields their values, an object of Node's own, whose content is no
 * property (a Map would arrive empty and unusable), or an array of which something would get lost.
 */
export async function serializeInline(callback: AnyCallback, owner: pulumi.Resource): Promise<string> {
  try {
    const { text, taken, reads } = await serializeWithCycles(callback, owner);
    for (const each of [...taken].filter(isClass)) {
      if (!(await givesFieldsValues(each)) || (await comesWithInstancesOnly(each))) continue;
      throw new Refusal(`the class ${each.name}, whose fields would have no values`, each);
    }
    return withDefaults(inOrder(withoutReads(text)));

    /** An instance brings its class along by its prototype, and has its fields already. */
    async function comesWithInstancesOnly(each: Class): Promise<boolean> {
      if (makesItself(each)) return false;
      const without = await serialize(callback, owner, reads, each.prototype);
      return !without.taken.has(each);
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message: captured } = error;
    const fix = /^an Output|\(a resource\)$/.test(captured)
      ? "pass it as a binding instead, as in bindings: { orders: writeTable(orders) }"
      : captured === "a Config"
        ? "read the value outside of the callback, and pass it as a binding: bindings: { limit: " +
          'plain(config.require("limit")) }'
        : "export the callback from a module of its own, which is bundled from its source";
    throw new Error(`it captures ${captured}; ${fix}.`);
  }
}

/** A value that must not travel. */
class Refusal extends Error {
  constructor(
    captured: string,
    readonly value: unknown,
  ) {
    super(captured);
  }
}

interface Serialized {
  readonly text: string;
  /** The objects and functions that Pulumi has taken along. */
  readonly taken: ReadonlySet<unknown>;
  readonly reads: Reads["functions"];
}

/** Pulumi's text, made again until nothing is missing that is read of objects that lead back to themselves. */
async function serializeWithCycles(callback: AnyCallback, owner: pulumi.Resource): Promise<Serialized> {
  let serialized = await serialize(callback, owner, []);
  for (let size = 0; serialized.taken.size > size; ) {
    size = serialized.taken.size;
    const { functions, named } = await readsOfCycles(serialized.taken);
    if (functions.length === 0) break;
    try {
      serialized = await serialize(callback, owner, functions);
    } catch (error) {
      // What no function names may hang on what was missing, and nobody has missed that.
      if (error instanceof Refusal && named.has(error.value)) throw error;
      break;
    }
  }
  return serialized;
}

async function serialize(
  callback: AnyCallback,
  owner: pulumi.Resource,
  spillwayReads: Reads["functions"],
  left?: object,
): Promise<Serialized> {
  let refusal: Refusal | undefined;
  const taken = new Set<unknown>();
  const own = new Set<unknown>([spillwayReads, ...spillwayReads]);
  const refuse = (value: unknown): string | undefined => {
    if (pulumi.Output.isInstance(value)) return "an Output";
    if (pulumi.Resource.isInstance(value)) return `a ${value.constructor.name} (a resource)`;
    if (isDerivedClass(value)) return `the class ${value.name}, which would lose its parent`;
    return whatStays(value);
  };
  try {
    const { text } = await pulumi.runtime.serializeFunction(
      // The callback comes first, so that its variables have the names that they have without the others.
      spillwayReads.length > 0 ? () => [callback, spillwayReads][0] : () => callback,
      {
        exportName: "callback",
        isFactoryFunction: true,
        logResource: owner,
        serialize: (value: unknown) => {
          const captured = refuse(value);
          if (captured !== undefined) {
            refusal = new Refusal(captured, value);
            throw refusal;
          }
          if (value === left) return false;
          if (isObject(value) && !own.has(value)) taken.add(value);
          return true;
        },
      },
    );
    return { text, taken, reads: spillwayReads };
  } catch (error) {
    // Pulumi may have put it into an error of its own.
    throw refusal ?? error;
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
