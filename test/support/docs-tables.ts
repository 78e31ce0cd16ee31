// What the documents state in tables, for the tests that hold it against the code.
import { strict as assert } from "node:assert";
import { globSync, readFileSync } from "node:fs";
import * as path from "node:path";

export const root = path.resolve(__dirname, "..", "..");
export const read = (file: string) => readFileSync(path.join(root, file), "utf8");
/** The Markdown files that people write, without those that the build of the site makes. */
export function documents(): string[] {
  const written = globSync("docs/**/*.md", {
    cwd: root,
    exclude: (file) => /^docs\/(\.vitepress|reference)/.test(file),
  });
  return ["README.md", "CONTRIBUTING.md", ...written.sort()];
}

/** The text with each paragraph on one line, so that a sentence is found wherever its lines break. */
export const unwrapped = (text: string) => text.replace(/(?<=[^\n])\n *(?=[^\n])/g, " ");

/**
 * The rows of the first table after `place` that begins with `column`, where one is given; cells trimmed, without
 * backquotes.
 */
export function tableAfter(file: string, place: string, column = ""): string[][] {
  const text = read(file);
  assert.ok(text.includes(place), `${file} has no ${place}`);
  const lines = text.slice(text.indexOf(place)).split("\n");
  const first = lines.findIndex((line) => line.startsWith(`| ${column}`));
  const rows: string[][] = [];
  for (const line of lines.slice(first + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  }
  return rows;
}

/** The second column by the first. */
export function statedAfter(file: string, place: string, column?: string): Record<string, string> {
  return Object.fromEntries(tableAfter(file, place, column).map(([name = "", value = ""]) => [name, value]));
}
