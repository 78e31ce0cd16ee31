// Reads the members of a request's input as SQS's deserializer would.
import type { Message } from "../service/ask";
import { inputReader } from "../service/input";
import { invalidValue, missingParameter, serialization } from "./errors";

const reader = inputReader({ missing: missingParameter, wrongType: serialization, emptyText: "refused" });

export const { optionalText, text, texts, map, textMap } = reader;

export interface Range {
  readonly min: number;
  readonly max: number;
  /** AWS's wording of the rule; it differs from action to action. */
  readonly rule: string;
}

export function optionalInteger(input: Message, name: string, range: Range): number | undefined {
  const value = reader.optionalNumber(input, name);
  if (value === undefined) return undefined;
  if (!Number.isInteger(value)) throw serialization(name, "an integer");
  if (value < range.min || value > range.max) throw invalidValue(value, name, range.rule);
  return value;
}
