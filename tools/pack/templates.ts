// The templates as the package create-spillway carries them.
import { cpSync, globSync, renameSync } from "node:fs";
import * as path from "node:path";

/** Copies the templates of the repository, without what running and testing them has left there. */
export function packTemplates(root: string, target: string): void {
  cpSync(path.join(root, "templates"), target, {
    recursive: true,
    filter: (file) => !/[\\/](node_modules|\.spillway)$/.test(file),
  });
  // npm reads files of this name as rules, and leaves them out. The command gives them their dot again.
  for (const file of globSync("*/.gitignore", { cwd: target })) {
    renameSync(path.join(target, file), path.join(target, path.dirname(file), "gitignore"));
  }
}
