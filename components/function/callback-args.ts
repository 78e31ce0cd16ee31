// The arguments by which every consumer is told its callback, and what the archive holds beside it.
import * as path from "node:path";
import type { ArgumentErrors } from "../base/argument-errors";
import type { AnyCallback } from "../runtime/callback/callback";

/** What the archive of a callback's function leaves out, and what it holds beside the code. */
export interface BundleOptions {
  /**
   * Names of packages that the bundle leaves out: packages with native code (`sharp`), and packages that read files of
   * their own folder. Put each into the archive with `assets`, built for Linux on arm64. A bundle that leaves a package
   * out is not loaded as a check.
   * @default none: everything is bundled
   * @example ["sharp"]
   */
  readonly external?: readonly string[];
  /**
   * Files and folders next to the code, by their paths in the archive. The code's `__dirname` and `import.meta.url` are
   * in the root of the archive, and the files are relative to the project's folder. Lambda allows 250 MB for the whole
   * archive, unzipped: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   * @default none: the archive holds only the code
   * @example { "rates.json": "functions/rates.json" }
   */
  readonly assets?: Readonly<Record<string, string>>;
}

export function checkBundleOptions({ external = [], assets = {} }: BundleOptions, errors: ArgumentErrors): void {
  for (const name of external) {
    if (!/^(@[\w.~-]+\/)?[\w~-][\w.~-]*$/.test(name)) {
      errors.add(`external has "${name}", which is not the name of a package; give the name as in package.json.`);
    }
  }
  for (const name of Object.keys(assets)) {
    const normal = path.posix.normalize(name);
    if (normal.startsWith("/") || normal.startsWith("..") || normal === "." || normal === "index.js") {
      errors.add(
        `assets has "${name}"; give a path below the archive's root, where index.js is the code, as "rates.json" ` +
          `or "node_modules/sharp".`,
      );
    }
  }
}

/**
 * Whether it is a callback, which only the compiler refuses otherwise: a program that is not type-checked would deploy
 * a function that fails at each start. `windows`: whether the source has tumbling windows.
 */
export function checkCallback(given: unknown, errors: ArgumentErrors, { windows }: { windows: boolean }): boolean {
  const fix = "give what callback(schema, factory) returns";
  if (typeof given === "function") {
    errors.add(`callback is a function. A consumer needs the schema of its events, too; ${fix}.`);
    return false;
  }
  if (typeof given !== "object" || given === null) {
    errors.add(
      `callback is ${given === null ? "null" : typeof given === "undefined" ? "undefined" : `a ${typeof given}`}; ` +
        `${fix}. An import is undefined ` +
        "where its module does not export the name, and where two modules import each other.",
    );
    return false;
  }
  const { kind, schema, factory } = given as Partial<Record<keyof AnyCallback, unknown>>;
  if (kind !== "record" && kind !== "batch" && kind !== "window") {
    errors.add(`callback is an object without a kind of callback; ${fix}.`);
    return false;
  }
  if (!isStandardSchema(schema)) {
    errors.add(
      "callback has no Standard Schema (https://standardschema.dev) as its schema; give one of valibot, zod or " +
        "arktype.",
    );
  }
  if (typeof factory !== "function") {
    errors.add("callback has no function as its factory; give one that takes the bindings and returns what is run.");
  }
  if (kind === "window" && !windows) {
    errors.add(
      "a window callback is for a StreamConsumer or a TableConsumer with tumblingWindow; make it a callback or " +
        "batchCallback.",
    );
  }
  return isStandardSchema(schema) && typeof factory === "function";
}

const isStandardSchema = (schema: unknown) =>
  ((typeof schema === "object" && schema !== null) || typeof schema === "function") && "~standard" in schema;
