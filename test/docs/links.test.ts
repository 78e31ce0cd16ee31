// Links in every Markdown file of the repository: each leads to a file, and to a heading of it, that exists.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { anchorsOf, withoutCode } from "../../tools/docs/headings";
import { read, root } from "../support/docs-tables";

/** The files that git tracks and those that it does not ignore. */
function markdownFiles(): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed.split("\n").filter((file) => file !== "" && existsSync(path.join(root, file)));
}

const anchors = new Map<string, ReadonlySet<string>>();

function hasHeading(file: string, heading: string): boolean {
  const found = anchors.get(file) ?? anchorsOf(read(file));
  anchors.set(file, found);
  return found.has(heading);
}

/** What is wrong with a link to `target` in `file`, or undefined. */
function faultOf(file: string, target: string): string | undefined {
  const [to = "", heading] = target.split("#");
  const linked = to === "" ? file : path.posix.join(path.posix.dirname(file), to);
  if (!existsSync(path.join(root, linked))) return `${file}: there is no ${target}`;
  if (heading !== undefined && !hasHeading(linked, heading)) return `${file}: there is no heading ${target}`;
  return undefined;
}

describe("links in the Markdown files", () => {
  const links = markdownFiles().flatMap((file) => {
    const text = withoutCode(read(file)).replace(/`[^`\n]*`/g, "");
    return [...text.matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, target = ""]) => [file, target] as const);
  });

  it("lead to existing files and headings", () => {
    assert.ok(links.length > 50, `${links.length} links`);
    assert.deepEqual(
      links.flatMap(([file, target]) => faultOf(file, target) ?? []),
      [],
    );
  });
});
