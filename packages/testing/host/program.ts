// Finds the program that is tested: its file, from the folder of Pulumi.yaml, as Pulumi finds it.
import { existsSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { projectRoot } from "@spillway/graph/project-root";
import { parse } from "yaml";

/**
 * `given`: a file, or a folder with Pulumi.yaml in it or above it; relative to the working directory. Throws an Error
 * for the user.
 */
export function programIn(given: string): string {
  const place = path.resolve(given);
  const found = statSync(place, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new Error(`program is "${given}", and there is no ${place}. Give the folder of the program's Pulumi.yaml.`);
  }
  if (found.isFile()) return place;
  const root = projectRoot(place);
  if (root === undefined) {
    throw new Error(
      `program is "${given}", and neither ${place} nor a folder above it has a Pulumi.yaml. Give the folder of one.`,
    );
  }
  const { main } = (parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) ?? {}) as { readonly main?: unknown };
  const entry = path.join(root, typeof main === "string" ? main : ".");
  const isFolder = statSync(entry, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? moduleOf(entry) : moduleAt(entry);
  if (file !== undefined) return file;
  throw new Error(
    `program is "${given}", and ${entry} is no program: it has neither the main of a package.json nor an index.ts or ` +
      "index.js. Give the program's file.",
  );
}

/** The module of a folder, as Node.js finds it: `main` of its package.json, or its index. */
function moduleOf(folder: string): string | undefined {
  const manifest = path.join(folder, "package.json");
  const { main } = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, "utf8")) as { readonly main?: string })
    : {};
  const named = main === undefined ? undefined : path.join(folder, main);
  return (named && (moduleAt(named) ?? moduleAt(path.join(named, "index")))) ?? moduleAt(path.join(folder, "index"));
}

/** The file with that path, of which the extension may be left out. */
function moduleAt(place: string): string | undefined {
  return ["", ".ts", ".js"].map((extension) => `${place}${extension}`).find(isFile);
}

const isFile = (place: string) => statSync(place, { throwIfNoEntry: false })?.isFile() === true;
