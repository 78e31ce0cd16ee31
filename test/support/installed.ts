// The packages of this repository for a copy of it elsewhere, without an install.
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import * as path from "node:path";

const root = path.resolve(__dirname, "..", "..");

/** Gives the copy in `folder` the packages that are installed here; `spillway` is the copy's own. */
export function installInto(folder: string): void {
  const packages = path.join(folder, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    const place = name === "spillway" ? path.join(folder, "components") : path.join(root, "node_modules", name);
    symlinkSync(place, path.join(packages, name));
  }
}
