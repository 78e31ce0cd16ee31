// Text that fits the terminal: columns, and lines that are cut at its edge.

/** Columns of a terminal, or of what a pipe is read in. */
const width = () => process.stdout.columns ?? 100;

export function clip(line: string, most = width()): string {
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** A table whose last column takes the room that is left, with one or more lines in each row. */
export function columns(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  last: readonly (readonly string[])[],
): readonly string[] {
  const fixed = heads.slice(0, -1);
  const widths = fixed.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const pad = (cells: readonly string[]) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ");
  const room = `  ${pad(fixed.map(() => ""))}  `;
  return [
    `  ${pad(fixed)}  ${heads.at(-1) ?? ""}`,
    ...rows.flatMap((row, index) => {
      const [first = "", ...more] = (last[index] ?? []).map((text) => text.replace(/\s+/g, " "));
      return [clip(`  ${pad(row)}  ${first}`), ...more.map((text) => clip(`${room}${text}`))];
    }),
  ];
}
