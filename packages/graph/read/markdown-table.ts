// Tables in Markdown, with columns as wide as what they hold. The last one is not filled up, so that a long cell changes its own line only.

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    "| " +
    `${widths.map((width, column) => (column === widths.length - 1 ? (row[column] ?? "") : (row[column] ?? "").padEnd(width))).join(" | ")} ` +
    "|";
  const [first = [], ...others] = cells;
  return [
    line(first),
    line(widths.map((width, column) => "-".repeat(column === widths.length - 1 ? 3 : width))),
    ...others.map(line),
  ].join("\n");
}
