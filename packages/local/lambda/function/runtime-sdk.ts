// The AWS SDK of Lambda's runtime, for functions whose archive contains none: those of its packages that are installed
// here.
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import * as path from "node:path";

const scopes = ["@aws-sdk", "@smithy"] as const;

/**
 * Node.js looks for packages in the `node_modules` of every folder above a function's code, which lies below `root`.
 */
export function provideSdk(root: string): void {
  const folder = path.join(root, "node_modules");
  mkdirSync(folder);
  for (const scope of scopes) {
    const installed = (require.resolve.paths(scope) ?? [])
      .map((each) => path.join(each, scope))
      .find((each) => existsSync(each));
    // On Windows a junction needs no special permission.
    if (installed !== undefined) symlinkSync(installed, path.join(folder, scope), "junction");
  }
}
