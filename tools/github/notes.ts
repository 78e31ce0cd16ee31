// Prints what CHANGELOG.md says of a version, as the text of its release. The workflow runs it as it is (Node 24), in
// the repository's folder and with nothing installed, so it imports Node only.
import { readFileSync } from "node:fs";

const read = (file: string) => readFileSync(file, "utf8");

/** Throws an Error unless the tag is `v` and the version of the packages, and the change log has that version. */
function notesOf(tag: string): string {
  const { version } = JSON.parse(read("components/package.json")) as { readonly version: string };
  if (tag !== `v${version}`) {
    throw new Error(`The tag is ${tag}, and the packages have version ${version}. Remove it, and push v${version}.`);
  }
  const sections = read("CHANGELOG.md").split(/^(?=## )/m);
  const section = sections.find((each) => each.split(/\s/)[1] === version);
  if (section === undefined) {
    throw new Error(`CHANGELOG.md has no section of version ${version}. "npm run version" writes it.`);
  }
  return section.slice(section.indexOf("\n")).trim();
}

try {
  const [tag] = process.argv.slice(2);
  if (tag === undefined) throw new Error("Give the tag: node tools/github/notes.ts v1.2.3");
  console.log(notesOf(tag));
} catch (error) {
  console.error(`::error::${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
