// The summary: what each consumer did, and the balance.
import { styleText } from "node:util";
import type { Entry } from "./balance";
import type { FunctionCounts } from "./counts";

export const isOff = ({ expected, found }: Entry) => expected !== found;

export function describeCounts(consumers: readonly string[], counts: FunctionCounts): string {
  const head = ["consumer", "received", "succeeded", "tried again", "dead letters", "handed back"];
  const rows = consumers.map((consumer) => {
    const { received, succeeded, retried, deadLettered, handedBack } = counts.of(consumer);
    return [consumer, ...[received, succeeded, retried, deadLettered, handedBack].map(String)];
  });
  return table([head, ...rows]);
}

export function describeBalance(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => [
    entry.what,
    String(entry.expected),
    String(entry.found),
    isOff(entry) ? styleText("red", "✗ off") : styleText("green", "✓"),
  ]);
  return table([["balance", "expected", "found", ""], ...rows]);
}

/** The first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const isMark = (cell: string) => cell.includes("\x1b") || cell === "";
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(width(0)) : isMark(cell) ? cell : cell.padStart(width(column)),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
