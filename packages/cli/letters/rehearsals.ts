// Which dead letters would succeed now, as lines for a terminal.

import type { Rehearsal, Stack } from "@spillway/operations";
import { spillway } from "../called";
import { letters } from "./changes";
import { harmless, harmlessLine } from "./harmless";

export function describeRehearsals(rehearsals: readonly Rehearsal[], { flags }: Pick<Stack, "flags">): string {
  const lines = rehearsals.flatMap((each) => [...sectionOf(each), ""]);
  return `${[...lines, "Nothing was changed where the dead letters are.", ...nextOf(rehearsals, flags)].join("\n")}\n`;
}

function sectionOf({ consumer, read, total, complete, letters: rehearsed, groups }: Rehearsal): readonly string[] {
  if (rehearsed.length === 0) return [`${consumer}: none of ${letters(read)} is chosen.`];
  const sampled = complete ? "" : ` It read ${read} of ${total}.`;
  return [`${consumer}: ${letters(rehearsed.length)} in this checkout's code.${sampled}`, ...groups.flatMap(linesOf)];
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

function nextOf(rehearsals: readonly Rehearsal[], flags: string): readonly string[] {
  const failing = rehearsals.find(({ fail }) => fail > 0);
  if (failing !== undefined) {
    const example = failing.groups.find(({ verdict }) => verdict === "fails")?.example;
    return [`Next: ${spillway} dlq show ${failing.consumer}${flags} --id ${example}`];
  }
  const fixed = rehearsals.find(({ succeed }) => succeed > 0);
  return fixed === undefined
    ? []
    : [`Next: deploy this code, then: ${spillway} dlq redrive ${fixed.consumer}${flags} --all --canary 3`];
}
