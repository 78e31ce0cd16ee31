// What CONTRIBUTING says of each file: how long it is, and how long its lines of prose are.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

const root = path.resolve(__dirname, "..");
const mostLines = 250;
const mostCharacters = 120;
const topDocuments = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "SUPPORT.md"];

/** The files that git tracks and those that it does not ignore, with their lines. */
function filesOf(...patterns: readonly string[]): readonly (readonly [file: string, lines: readonly string[]])[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...patterns], {
    cwd: root,
    encoding: "utf8",
  });
  return [...new Set(listed.trim().split("\n"))]
    .filter((file) => existsSync(path.join(root, file)))
    .map((file) => [file, readFileSync(path.join(root, file), "utf8").trimEnd().split("\n")]);
}

/** The lines of the file's first comment. */
function firstComment(lines: readonly string[]): string {
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return lines.slice(0, end).join("\n");
}

/** A URL cannot be broken. */
const isTooLong = (line: string) => line.replace(/https?:\S+/g, "").length > mostCharacters;

describe("the files of the repository", () => {
  it(`have at most ${mostLines} lines, or their first comment says why not`, () => {
    const files = filesOf("*.ts");
    assert.ok(files.length > 500);
    const longer = files.filter(([, lines]) => lines.length > mostLines && !/\bbecause\b/.test(firstComment(lines)));
    assert.deepEqual(
      longer.map(([file, { length }]) => `${file}: ${length} lines`),
      [],
    );
  });

  it(`have at most ${mostCharacters} characters in a line of a comment`, () => {
    const tooLong = filesOf("*.ts", "*.cjs").flatMap(([file, lines]) =>
      lines.flatMap((line, index) =>
        /^\s*(\/\/|\/\*|\*)/.test(line) && isTooLong(line) ? [`${file}:${index + 1}`] : [],
      ),
    );
    assert.deepEqual(tooLong, []);
  });

  it(`have at most ${mostCharacters} characters in a line of a document, except in tables, code and what is generated`, () => {
    const tooLong = filesOf("docs/*.md", "examples/*.md", ...topDocuments).flatMap(([file, lines]) => {
      let [isCode, isGenerated] = [false, false];
      return lines.flatMap((line, index) => {
        if (/^\s*```/.test(line)) isCode = !isCode;
        if (/^<!-- \/?generated/.test(line)) isGenerated = !line.includes("/");
        return !isCode && !isGenerated && !/^\s*[|>]/.test(line) && isTooLong(line) ? [`${file}:${index + 1}`] : [];
      });
    });
    assert.deepEqual(tooLong, []);
  });
});
