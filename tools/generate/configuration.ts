// The keys of the configuration: their schema in Pulumi.yaml, and docs/configuration.md.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Generator } from "@spillway/cli/generator";
import { configurationPage, projectFile } from "./configuration-page";
import { root } from "./program";

export const configuration: Generator = {
  name: "configuration",
  files: ["docs/configuration.md"],
  make: async () => configurationPage().trimEnd(),
};

export const schema: Generator = {
  name: "schema",
  files: ["Pulumi.yaml"],
  make: async () => projectFile(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")).trimEnd(),
};
