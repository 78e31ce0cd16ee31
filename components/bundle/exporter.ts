// Which modules of the program export its callbacks, so that they can be bundled from their sources.
import * as path from "node:path";

export interface Exporter {
  /** Absolute path of the module. */
  readonly file: string;
  /** The name under which it exports the callback. */
  readonly name: string;
}

/**
 * Of those values that some module exports: which. Looks at modules outside node_modules, and at data properties only: a re-export
 * compiles to a getter, and reading the getters of @pulumi/aws would load its thousands of lazy modules. The choice does not
 * depend on the order of loading: sorted by file, a named export before `default`.
 */
export function exportersOf(values: ReadonlySet<unknown>): ReadonlyMap<unknown, Exporter> {
  const found = new Map<unknown, Exporter>();
  for (const [file, loaded] of Object.entries(require.cache)) {
    const exported: unknown = loaded?.exports;
    if (exported === null || (typeof exported !== "object" && typeof exported !== "function")) continue;
    if (file.split(path.sep).includes("node_modules")) continue;
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(exported))) {
      if (!("value" in property) || !values.has(property.value)) continue;
      const other = found.get(property.value);
      if (other === undefined || comesBefore({ file, name }, other)) found.set(property.value, { file, name });
    }
  }
  return found;
}

function comesBefore(a: Exporter, b: Exporter): boolean {
  if (a.file !== b.file) return a.file < b.file;
  if ((a.name === "default") !== (b.name === "default")) return b.name === "default";
  return a.name < b.name;
}
