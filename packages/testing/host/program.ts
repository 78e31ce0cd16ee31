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
  return entryOf(path.join(root, typeof main === "string" ? main : "."));
}

/** The module of a folder: `main` of its package.json, or index.ts. */
function entryOf(place: string): string {
  if (statSync(place, { throwIfNoEntry: false })?.isFile() === true) return place;
  const manifest = path.join(place, "package.json");
  const { main } = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, "utf8")) as { readonly main?: string })
    : {};
  const named = main === undefined ? undefined : path.join(place, main);
  return named !== undefined && existsSync(named) ? named : path.join(place, "index.ts");
}
