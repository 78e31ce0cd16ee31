// The next version of all packages: what changesets writes into their package.json files, and what it leaves to us, the
// change log and the manifests outside of the workspaces.
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import getReleasePlan from "@changesets/get-release-plan";
import { type Change, sectionOf, withSection } from "./change-log";

const changeLog = "CHANGELOG.md";
/** They name our packages, and changesets leaves them as they are: no workspace, or a range that is still kept. */
const otherManifests = ["package.json", "components/package.json", "templates/*/package.json"];

/**
 * Removes the changesets, and returns the version. Throws an Error without a changeset, and if the packages do not have
 * one version together.
 */
export async function makeVersion(root: string, on: Date): Promise<string> {
  const { changesets, releases: all } = await getReleasePlan(root);
  if (changesets.length === 0) {
    throw new Error('There is no changeset, and so nothing to release. "npm run changeset" writes one.');
  }
  // The examples are private, and have no version of their own.
  const releases = all.filter(({ type }) => type !== "none");
  const [first] = releases;
  const differing = releases.find(({ newVersion }) => newVersion !== first?.newVersion);
  if (first === undefined || differing !== undefined) {
    throw new Error(
      `${differing?.name} would not have the version of ${first?.name}; list it in .changeset/config.json.`,
    );
  }
  const changes = changesets.map(({ summary, releases: named }): Change => {
    const types = named.map(({ type }) => type);
    return { summary, type: types.includes("major") ? "major" : types.includes("minor") ? "minor" : "patch" };
  });
  const { oldVersion, newVersion } = first;
  const command = path.join(path.dirname(require.resolve("@changesets/cli/package.json")), "bin.js");
  execFileSync(process.execPath, [command, "version"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });

  const names = releases.map(({ name }) => name);
  for (const file of otherManifests.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    rewrite(path.join(root, file), (text) => withVersions(text, names, oldVersion, newVersion));
  }
  rewrite(path.join(root, changeLog), (text) => withSection(text, sectionOf(changes, newVersion, on)));
  return newVersion;
}

/** A manifest in which the packages have the new version, each in a range of the same kind, as ^ or >=. */
export function withVersions(manifest: string, names: readonly string[], before: string, after: string): string {
  return manifest.replace(/"([^"]+)": "([\^~>=]*)([^"]+)"/g, (line, name: string, range: string, version: string) =>
    names.includes(name) && version === before ? `"${name}": "${range}${after}"` : line,
  );
}

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}
