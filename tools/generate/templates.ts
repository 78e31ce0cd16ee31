// What the templates have in common: the same files, with the versions and the actions that this repository uses.
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Generator } from "@spillway/cli/generator";
import { root } from "./program";

const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const first = "queue";
const names = readdirSync(path.join(root, "templates"));
const workflows = ".github/workflows";

/** Of each file that all templates have, what becomes of the first template's. */
const common: Readonly<Record<string, (text: string) => string>> = {
  ".gitignore": (text) => text,
  "Pulumi.dev.yaml": (text) => text,
  "package.json": withVersions,
  "tsconfig.json": (text) => text,
  [`${workflows}/preview.yml`]: withActions,
  [`${workflows}/deploy.yml`]: withActions,
};

export const templates: readonly Generator[] = Object.entries(common).map(([file, renew]) => ({
  name: "templates",
  files: names.map((name) => `templates/${name}/${file}`),
  make: async () => renew(read(`templates/${first}/${file}`)).trimEnd(),
}));

/** The versions that the tests run with; of this repository's own packages also later patches. */
function withVersions(text: string): string {
  const manifest = JSON.parse(text);
  for (const dependencies of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(dependencies)) {
      const { version } = JSON.parse(read(`node_modules/${name}/package.json`));
      dependencies[name] = /^@?spillway\b/.test(name) ? `^${version}` : version;
    }
  }
  return JSON.stringify(manifest, undefined, 2);
}

/** The commits of actions, and the Pulumi, of the repository's own workflows. */
function withActions(text: string): string {
  const own = readdirSync(path.join(root, workflows))
    .map((file) => read(`${workflows}/${file}`))
    .join("\n");
  const { dependencies } = JSON.parse(read("package.json"));
  return text
    .replace(/uses: ([\w-]+\/[\w-]+@).*/g, (line, action) => own.match(new RegExp(`uses: ${action}.*`))?.[0] ?? line)
    .replace(/pulumi-version: .*/g, `pulumi-version: ${dependencies["@pulumi/pulumi"]}`);
}
