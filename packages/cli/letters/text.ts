// Text that fits the terminal: columns, lines that are cut at its edge, and lines that go on below.
import { styleText } from "node:util";
import type { Terminal } from "@spillway/local/log-lines";

/** Columns of a terminal, or of what a pipe is read in. */
const width = () => process.stdout.columns ?? 100;

export function clip(line: string): string {
  const most = width();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** Breaks a text between words, where it is to stand behind so many columns. */
export function wrap(text: string, indent: number): readonly string[] {
  const most = Math.max(40, width() - indent);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A table. The lines below a row belong to it. */
export function table(
  heads: readonly string[],
  rows: readonly { readonly cells: readonly string[]; readonly below: readonly string[] }[],
): readonly string[] {
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...rows.map(({ cells }) => oneLine(cells[index] ?? "").length)),
  );
  const aligned = (cells: readonly string[]) =>
    clip(`  ${cells.map((cell, index) => oneLine(cell).padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd());
  const room = " ".repeat((widths[0] ?? 0) + 4);
  return [
    aligned(heads),
    ...rows.flatMap(({ cells, below }) => [aligned(cells), ...below.map((text) => clip(`${room}${oneLine(text)}`))]),
  ];
}

const oneLine = (text: string) => text.replace(/\s+/g, " ");

/** A word for a shell. */
export const quoted = (text = "") => (/^[\w./@:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * Colours where the stream is a terminal that has them, unless NO_COLOR or FORCE_COLOR decides. `written`: when a line
 * was written that does not tell it. Default: now.
 */
export const terminalOf = (stream: NodeJS.WriteStream, written?: Date): Terminal => ({
  paint: (style, text) => styleText(style, text, { stream }),
  now: () => written ?? new Date(),
});
