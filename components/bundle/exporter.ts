// Which modules of the program export its callbacks, so that they can be bundled from their sources.
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { AnyCallback } from "../runtime/callback/callback";
import { esModulesWith } from "./es-modules";

export interface Exporter {
  /** Absolute path of the module. */
  readonly file: string;
  /** The name under which it exports the callback. */
  readonly name: string;
}

type Exporters = Map<AnyCallback, Exporter>;

/**
 * Of those callbacks that some module outside node_modules exports: which. The choice does not depend on the order of
 * loading.
 */
export async function exportersOf(callbacks: ReadonlySet<AnyCallback>): Promise<ReadonlyMap<AnyCallback, Exporter>> {
  const found: Exporters = new Map();
  findInCommonJs(callbacks, found);
  await findInEsModules(
    [...callbacks].filter((callback) => !found.has(callback)),
    found,
  );
  return found;
}

/**
 * Looks at data properties only: a re-export compiles to a getter, and reading the getters of @pulumi/aws would load
 * its thousands of lazy modules. The first of several is taken: sorted by file, a named export before `default`.
 */
function findInCommonJs(callbacks: ReadonlySet<AnyCallback>, found: Exporters): void {
  for (const [file, loaded] of Object.entries(require.cache)) {
    const exported: unknown = loaded?.exports;
    if (exported === null || (typeof exported !== "object" && typeof exported !== "function")) continue;
    if (file.split(path.sep).includes("node_modules")) continue;
    findAmong(Object.getOwnPropertyDescriptors(exported), file, callbacks, found);
  }
}

/**
 * What a module exports cannot be told from what it only passes on, and a module that passes callbacks on may import
 * Pulumi, too. So the module in which the callback's factory was written comes first, then the others in the order of
 * their files.
 */
async function findInEsModules(callbacks: readonly AnyCallback[], found: Exporters): Promise<void> {
  if (callbacks.length === 0) return;
  const { all, writtenIn } = esModulesWith(callbacks.map(({ factory }) => factory));
  for (const [index, callback] of callbacks.entries()) {
    const own = writtenIn[index];
    for (const address of own === undefined ? all : [own, ...all]) {
      if (found.has(callback)) break;
      findAmong(await exportsOf(address), fileURLToPath(address), new Set([callback]), found);
    }
  }
}

/** Answered by the loader from what it has loaded. A module that failed has no exports, and the program has said so. */
async function exportsOf(address: string): Promise<Record<string, PropertyDescriptor>> {
  try {
    return Object.getOwnPropertyDescriptors<object>(await import(address));
  } catch {
    return {};
  }
}

function findAmong(
  exported: Readonly<Record<string, PropertyDescriptor>>,
  file: string,
  callbacks: ReadonlySet<unknown>,
  found: Map<unknown, Exporter>,
): void {
  for (const [name, property] of Object.entries(exported)) {
    if (!("value" in property) || !callbacks.has(property.value)) continue;
    const other = found.get(property.value);
    if (other === undefined || comesBefore({ file, name }, other)) found.set(property.value, { file, name });
  }
}

function comesBefore(a: Exporter, b: Exporter): boolean {
  if (a.file !== b.file) return a.file < b.file;
  if ((a.name === "default") !== (b.name === "default")) return b.name === "default";
  return a.name < b.name;
}
