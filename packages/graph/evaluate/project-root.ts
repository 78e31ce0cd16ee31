// Finds the folder of a project.
import { existsSync } from "node:fs";
import * as path from "node:path";

/** The folder itself or the nearest one above it that has a Pulumi.yaml. Undefined: there is none. */
export function projectRoot(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, "Pulumi.yaml"))) return at;
    if (path.dirname(at) === at) return undefined;
  }
}
