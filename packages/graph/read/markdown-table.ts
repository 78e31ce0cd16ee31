// Tables in Markdown, with columns as wide as their longest cell. The last column is not padded, so that a long cell
// changes only its own line.

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => {
    const padded = widths.map((width, column) => {
      const cell = row[column] ?? "";
      return column === widths.length - 1 ? cell : cell.padEnd(width);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const [first = [], ...others] = cells;
  return [
    line(first),
    line(widths.map((width, column) => "-".repeat(column === widths.length - 1 ? 3 : width))),
    ...others.map(line),
  ].join("\n");
}
