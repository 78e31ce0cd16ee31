// Medians and lines of a bench, so that every figure is printed the same way.

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (value === undefined) throw new RangeError("no values");
  return value;
}

/** One line: what was measured, the figure, and whether it keeps its aim. */
export function line(what: string, figure: string, aim?: { readonly says: string; readonly kept: boolean }): string {
  return `${what.padEnd(58)} ${figure}${aim === undefined ? "" : `   aim ${aim.says}: ${aim.kept ? "kept" : "MISSED"}`}`;
}
