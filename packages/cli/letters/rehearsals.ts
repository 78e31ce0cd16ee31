// Which dead letters would succeed now, as lines for a terminal.

import type { Filter, Rehearsal, Stack } from "@spillway/operations";
import { spillway } from "@spillway/operations/called";
import { describeUnread, letters } from "./changes";
import { filterWords } from "./filter-words";
import { harmless, harmlessLine } from "./harmless";
import { describeNone, describeOthersOf } from "./others";

/** `filter`: that of the rehearsal, which the next command has too. */
export function describeRehearsals(
  rehearsals: readonly Rehearsal[],
  stack: Pick<Stack, "flags" | "consumers">,
  filter: Filter,
): string {
  const lines = rehearsals.flatMap((each) => [...sectionOf(each, stack.flags), ""]);
  const next = nextOf(rehearsals, stack, filter);
  return `${[...lines, "Nothing was changed where the dead letters are.", ...next].join("\n")}\n`;
}

/**
 * Whether no letter of the consumer fails, as far as the rehearsal could tell. It tells nothing where none was run,
 * although some are chosen or may be among those that were left unread. Where the consumer has none, none fails.
 */
export function isPassed({ succeed, fail, letters, read, complete, unread }: Rehearsal, limit: number): boolean {
  const isUnknown = letters.length > 0 || unread?.sure === true || (!complete && read >= limit);
  return fail === 0 && (succeed > 0 || !isUnknown);
}

function sectionOf(rehearsal: Rehearsal, flags: string): readonly string[] {
  const { consumer, read, total, complete, unread, letters: rehearsed, groups, others } = rehearsal;
  const ofOthers = describeOthersOf(consumer, others, { flags });
  const sampled = complete
    ? ""
    : ` ${unread ? describeUnread(unread) : `It read ${read} of ${total}. --limit reads more.`}`;
  if (rehearsed.length === 0) return [`${describeNone(consumer, read, others)}.${sampled}`, ...ofOthers];
  const head = `${consumer}: ${letters(rehearsed.length)} in this checkout's code.${sampled}`;
  return [head, ...groups.flatMap(linesOf), ...ofOthers];
}

function linesOf({ verdict, count, why, stack, was, retried }: Rehearsal["groups"][number]): readonly string[] {
  const before = `; ${count === 1 ? "it was" : "they were"} ${harmlessLine(was)} before`;
  switch (verdict) {
    case "succeeds":
      return [`  ✓ ${count} would succeed${before}`];
    case "fails": {
      const again = retried ? " (Lambda would try again)" : "";
      const head = `  ✗ ${count} still fail${count === 1 ? "s" : ""} with ${harmlessLine(why ?? "")}${again}${before}`;
      return [head, ...(stack?.split("\n").map((frame) => `      ${harmless(frame)}`) ?? [])];
    }
    case "skipped":
      return [`  - ${count} skipped: ${harmlessLine(why ?? "")}`];
  }
}

function nextOf(
  rehearsals: readonly Rehearsal[],
  { flags, consumers }: Pick<Stack, "flags" | "consumers">,
  filter: Filter,
): readonly string[] {
  const failing = rehearsals.find(({ fail }) => fail > 0);
  if (failing !== undefined) {
    const example = failing.groups.find(({ verdict }) => verdict === "fails")?.example;
    return [`Next: ${spillway} dlq show ${failing.consumer}${flags} --id ${example}`];
  }
  const fixed = rehearsals.find(({ succeed }) => succeed > 0);
  if (fixed === undefined) return [];
  const kind = consumers.find(({ name }) => name === fixed.consumer)?.kind;
  // A source that is chosen by its name may no longer be there to take them.
  const to = filter.source !== undefined && kind === "queue" ? ` --to ${fixed.consumer}` : "";
  const redrive = `${spillway} dlq redrive ${fixed.consumer}${flags}${filterWords(filter)}${to} --canary 3`;
  if (fixed.running === undefined) return [`Next: deploy this code, then: ${redrive}`];
  if (fixed.running === "same") return [`The run has this code already. Next: ${redrive}`];
  return [
    `The run has other code of ${fixed.consumer} than this checkout: start it with --watch, which loads a saved change.`,
    "A restart loses what is only in memory, also dead letters; --data DIR keeps queues and tables.",
    `Next: restart the run with this code, then: ${redrive}`,
  ];
}
