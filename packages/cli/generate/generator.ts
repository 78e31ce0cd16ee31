// A generator of text for documents, and how its text is written and found out of date.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

export interface Generator {
  /** The name on the command line. */
  readonly name: string;
  /** Documents that hold the text, relative to the project's root. */
  readonly files: readonly string[];
  /** The text stands between `<!-- generated: MARKER -->` and `<!-- /generated -->`. Default: it is the whole file. */
  readonly marker?: string;
  /** The text, without the markers. */
  make(): Promise<string>;
}

export interface Outcome {
  readonly generator: string;
  readonly file: string;
  /** Whether the file differs from what is generated. */
  readonly stale: boolean;
}

/** Makes every text, and writes it where it differs, unless `check`. Throws an Error where a document has no place. */
export async function generate(
  generators: readonly Generator[],
  { root, check = false }: { readonly root: string; readonly check?: boolean },
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, files, marker, make } of generators) {
    const text = await make();
    for (const file of files) {
      const absolute = path.join(root, file);
      const present = existsSync(absolute) ? readFileSync(absolute, "utf8") : "";
      const wanted = marker === undefined ? `${text}\n` : between(present, { marker, text, file });
      const stale = present !== wanted;
      if (stale && !check) writeFileSync(absolute, wanted);
      outcomes.push({ generator: name, file, stale });
    }
  }
  return outcomes;
}

/** The line with which the place of `marker` begins in a document. */
export const beginOf = (marker: string) => `<!-- generated: ${marker} -->`;
const end = "<!-- /generated -->";

function between(document: string, part: { readonly marker: string; readonly text: string; readonly file: string }) {
  const begin = beginOf(part.marker);
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) {
    throw new Error(
      `${part.file} has no place for what is generated; write the lines "${begin}" and "${end}" where it belongs.`,
    );
  }
  return `${document.slice(0, from + begin.length)}\n\n${part.text}\n\n${document.slice(to)}`;
}
