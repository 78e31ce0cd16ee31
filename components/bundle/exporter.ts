// Which module of the program exports a callback, so that it can be bundled from its source.
import * as path from "node:path";

export interface Exporter {
  /** Absolute path of the module. */
  readonly file: string;
  /** The name under which it exports the callback. */
  readonly name: string;
}

/**
 * Looks at modules outside node_modules, and at data properties only: a re-export compiles to a getter, and reading the getters
 * of @pulumi/aws would load its thousands of lazy modules. The choice does not depend on the order of loading: sorted by file,
 * a named export before `default`.
 */
export function exporterOf(value: unknown): Exporter | undefined {
  const found: Exporter[] = [];
  for (const [file, loaded] of Object.entries(require.cache)) {
    const exported: unknown = loaded?.exports;
    if (exported === null || (typeof exported !== "object" && typeof exported !== "function")) continue;
    if (file.split(path.sep).includes("node_modules")) continue;
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(exported))) {
      if ("value" in property && property.value === value) found.push({ file, name });
    }
  }
  return found.sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      Number(a.name === "default") - Number(b.name === "default") ||
      (a.name < b.name ? -1 : 1),
  )[0];
}
