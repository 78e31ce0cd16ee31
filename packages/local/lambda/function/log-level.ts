// The level from which on Lambda keeps what a function writes.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
import type { FunctionDefinition } from "./definition";

/** The levels of Lambda. The first keeps the most lines. */
export const logLevels: readonly string[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

const usualLevel = "INFO";

/** If undefined, every line is kept: Lambda filters only where the format is JSON. */
export function logLevelOf({ logFormat, applicationLogLevel = usualLevel }: FunctionDefinition): string | undefined {
  return logFormat === "JSON" ? applicationLogLevel : undefined;
}

/** `lowest` is the function's level. */
export function isKept(line: string, lowest: string | undefined): boolean {
  return lowest === undefined || logLevels.indexOf(levelIn(line)) >= logLevels.indexOf(lowest);
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** A text, and an object without a known level or without a valid timestamp, count as INFO. */
function levelIn(line: string): string {
  if (!line.includes('"level"')) return usualLevel;
  const { level, timestamp } = parse(line);
  if (typeof level !== "string" || typeof timestamp !== "string" || !rfc3339.test(timestamp)) return usualLevel;
  const written = level.toUpperCase();
  return logLevels.includes(written) ? written : usualLevel;
}

function parse(line: string): { readonly level?: unknown; readonly timestamp?: unknown } {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}
