// Dead letters of others in the same queue, as lines for a terminal.
import type { Others, Stack } from "@spillway/operations";
import { harmlessLine } from "./harmless";
import { wrap } from "./text";

/** `name`: the consumer whose letters were asked for. */
export function describeOthersOf(
  name: string,
  others: readonly Others[] = [],
  { flags }: Pick<Stack, "flags">,
): readonly string[] {
  if (others.length === 0) return [];
  const { describeOthers } = require("@spillway/operations") as typeof import("@spillway/operations");
  return describeOthers(others, `${name}${flags}`).flatMap((line) => wrap(harmlessLine(`${name}: ${line}`), 0));
}
