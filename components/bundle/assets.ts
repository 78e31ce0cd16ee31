// Files beside the code in the archive: what `assets` names, folders with all that is in them.
import { readdirSync, statSync } from "node:fs";
import * as path from "node:path";

/**
 * Files of the project, relative to its root, by their paths in the archive. Throws an Error for the user where there
 * is no such file.
 */
export function assetFiles(assets: Readonly<Record<string, string>>, root: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const add = (name: string, file: string) => {
    const found = statSync(path.resolve(root, file), { throwIfNoEntry: false });
    if (found === undefined) {
      throw new Error(`its assets have ${JSON.stringify(name)}, and the project has no ${file}; correct the path.`);
    }
    if (!found.isDirectory()) files[name] = file;
    else for (const each of readdirSync(path.resolve(root, file))) add(`${name}/${each}`, `${file}/${each}`);
  };
  for (const [name, from] of Object.entries(assets)) add(path.posix.normalize(name), path.posix.normalize(from));
  return files;
}
