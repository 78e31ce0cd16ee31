// Dead letters of others in the same queue, as lines for a terminal.
import type { Others, Stack } from "@spillway/operations";
import { harmlessLine } from "./harmless";
import { wrap } from "./text";

/** None of those that were read is chosen: `others` are those that would be, if they were the consumer's. */
export function describeNone(name: string, read: number, others: readonly Others[] = []): string {
  if (read === 0) return `${name}: its dead-letter queue has none that can be read`;
  const count = others.reduce((sum, each) => sum + each.count, 0);
  const what = count < read ? "chosen" : "its own";
  return read === 1
    ? `${name}: the 1 dead letter that was read is not ${what}`
    : `${name}: none of the ${read} dead letters that were read is ${what}`;
}

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
