// The AWS SDK that Lambda's runtime has, for functions that bring none: the packages of it that this project has
// installed.
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import * as path from "node:path";

const scopes = ["@aws-sdk", "@smithy"] as const;

/** Node looks for packages in the `node_modules` of every folder above a function's code, which lies below `root`. */
export function provideSdk(root: string): void {
  const folder = path.join(root, "node_modules");
  mkdirSync(folder);
  for (const scope of scopes) {
    const installed = (require.resolve.paths(scope) ?? [])
      .map((each) => path.join(each, scope))
      .find((each) => existsSync(each));
    // A junction needs no special right on Windows.
    if (installed !== undefined) symlinkSync(installed, path.join(folder, scope), "junction");
  }
}
