// The tsconfig.json files that decide how a module is compiled: the nearest above it, and what that extends.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

/**
 * Relative to the project's root; also those above it, and those that do not exist, because creating one changes what
 * its folder's modules mean.
 */
export function tsconfigsOf(inputs: readonly string[], root: string): readonly string[] {
  const found = new Set<string>();
  for (const input of inputs) {
    // esbuild, as TypeScript, compiles packages without.
    if (input.split("/").includes("node_modules")) continue;
    let folder = path.dirname(path.resolve(root, input));
    while (!found.has(path.join(folder, "tsconfig.json"))) {
      const isHere = existsSync(path.join(folder, "tsconfig.json"));
      addWithBases(path.join(folder, "tsconfig.json"), found);
      if (isHere || path.dirname(folder) === folder) break;
      folder = path.dirname(folder);
    }
  }
  return [...found].map((file) => path.relative(root, file).split(path.sep).join("/")).sort();
}

function addWithBases(file: string, found: Set<string>): void {
  if (found.has(file)) return;
  found.add(file);
  if (!existsSync(file)) return;
  // The file may have comments, so that JSON.parse does not read it; what a comment names counts for nothing worse than
  // a hash more.
  const given = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  for (const [, name = ""] of given.matchAll(/"([^"]*)"/g)) {
    const base = baseOf(name, file);
    if (base !== undefined) addWithBases(base, found);
  }
}

function baseOf(name: string, from: string): string | undefined {
  if (/^\.|^\//.test(name)) {
    const file = path.resolve(path.dirname(from), name);
    return [file, `${file}.json`].find((each) => each.endsWith(".json")) ?? file;
  }
  for (const each of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      return createRequire(from).resolve(each);
    } catch {
      // Then it is one of the others.
    }
  }
  return undefined;
}
