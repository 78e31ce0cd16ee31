// The packages as npm has packed them, beside everything else that is installed here, for programs elsewhere.
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { type Packed, root, run } from "./packed";

let installing: Promise<string> | undefined;

/** The folder `node_modules`, once for all tests of this process. */
export function installed({ folder, files }: Packed): Promise<string> {
  installing ??= install(files, path.join(folder, "installed", "node_modules"));
  return installing;
}

async function install(files: ReadonlyMap<string, string>, modules: string): Promise<string> {
  mkdirSync(path.join(modules, "@spillway"), { recursive: true });
  const own = path.join(root, "node_modules");
  const isOwn = (name: string) => files.has(name) || /^(@spillway$|example-)/.test(name);
  for (const name of readdirSync(own).filter((each) => !isOwn(each))) {
    symlinkSync(path.join(own, name), path.join(modules, name), "junction");
  }
  for (const [name, file] of files) {
    const target = path.join(modules, name);
    mkdirSync(target);
    await run("tar", ["-xzf", file, "-C", target, "--strip-components=1"], modules);
  }
  return modules;
}
