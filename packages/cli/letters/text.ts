// Text that fits the terminal: columns, lines that are cut at its edge, and lines that go on below.
import { styleText } from "node:util";
import type { Terminal } from "@spillway/local/log-lines";

/** Columns of a terminal, or of what a pipe is read in. */
const width = () => process.stdout.columns ?? 100;

export function clip(line: string): string {
  const most = width();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** A word, or a command of ours, which nobody could copy if it were broken. */
const unbroken = /`(?:npx|pnpm exec) spillway [^`]*`\S*|(?:npx|pnpm exec) spillway [^`]*$|\S+/g;

/** Breaks a text between words, where it is to stand behind so many columns. A command stays whole. */
export function wrap(text: string, indent: number): readonly string[] {
  const most = Math.max(40, width() - indent);
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(unbroken) ?? []) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

interface Row {
  readonly cells: readonly string[];
  /** Lines that belong to it, cut at the edge. */
  readonly below?: readonly string[];
  /** A text that belongs to it, of which nothing is cut. */
  readonly note?: string | undefined;
}

/** A table. The lines below a row belong to it. */
export function table(heads: readonly string[], rows: readonly Row[]): readonly string[] {
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...rows.map(({ cells }) => oneLine(cells[index] ?? "").length)),
  );
  const aligned = (cells: readonly string[]) =>
    clip(`  ${cells.map((cell, index) => oneLine(cell).padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd());
  const room = " ".repeat((widths[0] ?? 0) + 4);
  return [
    aligned(heads),
    ...rows.flatMap(({ cells, below = [], note }) => [
      aligned(cells),
      ...below.map((text) => clip(`${room}${oneLine(text)}`)),
      ...(note === undefined ? [] : wrap(note, room.length).map((line) => `${room}${line}`)),
    ]),
  ];
}

const oneLine = (text: string) => text.replace(/\s+/g, " ");

/** An error by its type and its message, which may be empty. */
export const toldError = (type: string, message: string) => (message.trim() === "" ? type : `${type}: ${message}`);

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
