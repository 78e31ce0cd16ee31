// The packages that are installed here, for a program that npm is about to install: npm keeps those that the program
// needs, and removes the others. It takes npm twice as long to unpack all of them.
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { root } from "./packed";

/** What package-lock.json says of a package; `dev`: only this repository needs it. */
interface Locked {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
}

/** Does nothing where the program is on another disk, to which no link is possible. */
export function linkPackages(program: string): void {
  if (statSync(program).dev !== statSync(path.join(root, "node_modules")).dev) return;
  const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
    readFileSync(path.join(root, "package-lock.json"), "utf8"),
  );
  for (const [place, { dev, link, bin = {} }] of Object.entries(lock.packages)) {
    // A package for another kind of machine is in package-lock.json only.
    if (!place.startsWith("node_modules/") || dev || link || !existsSync(path.join(root, place))) continue;
    linkFiles(path.join(root, place), path.join(program, place));
    // npm unpacks a package again whose commands are missing.
    const commands = path.join(program, place.replace(/(.*node_modules)\/.*/, "$1"), ".bin");
    for (const [name, file] of Object.entries(bin)) {
      mkdirSync(commands, { recursive: true });
      symlinkSync(path.relative(commands, path.join(program, place, file)), path.join(commands, name));
    }
  }
}

function linkFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [file, link] = [path.join(from, entry.name), path.join(to, entry.name)];
    // The packages below a package have places of their own in package-lock.json.
    if (entry.isDirectory() && entry.name !== "node_modules") linkFiles(file, link);
    else if (entry.isFile()) linkSync(file, link);
  }
}
