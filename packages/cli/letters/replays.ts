// What was replayed, or would be, as lines for a terminal.

import type { Replayed, ReplayResult, Stack } from "@spillway/operations";
import { spillway } from "@spillway/operations/called";
import { harmless, harmlessLine } from "./harmless";
import { quoted } from "./text";

/** `line`: the command that does what a dry run has only looked at. */
export function describeReplay(
  { consumer, dry, descriptions }: ReplayResult,
  { flags }: Pick<Stack, "flags">,
  line: string,
): string {
  if (descriptions.length === 0) {
    return `${consumer}: Lambda has described nothing that it gave up.\nNext: ${spillway} dlq list ${consumer}${flags}\n`;
  }
  const count = `${descriptions.length} description${descriptions.length === 1 ? "" : "s"} of Lambda's`;
  const lines = [`${consumer}: ${count}${dry ? ". Nothing was run." : "."}`, ...descriptions.flatMap(linesOf)];
  return `${[...lines, dry ? `Next: ${line}` : nextOf(consumer, descriptions, flags)].join("\n")}\n`;
}

function linesOf(replayed: Replayed): readonly string[] {
  const { id, what, expired, why } = replayed;
  return [
    `  ${harmlessLine(what)}`,
    `    ${stateOf(replayed)}`,
    ...(expired === undefined ? [] : [`    past the retention of the stream: ${harmlessLine(expired)}`]),
    ...(why === undefined ? [] : [`    ${harmlessLine(why)}.`]),
    `    description: ${harmlessLine(id)}`,
  ];
}

function stateOf({ outcome, done, deadLettered, removed }: Replayed): string {
  const dead = deadLettered === 0 ? "" : `, ${deadLettered} of them dead-lettered with their payload`;
  switch (outcome) {
    case "ready":
      return "can be replayed";
    case "replayed":
      return `✓ ${done} done${dead}; the description is ${removed ? "deleted" : "kept"}`;
    case "incomplete":
      return `✓ ${done} done${dead}; the description stays, for the records that are lost`;
    case "expired":
      return "✗ cannot be replayed; the description stays";
    case "failed":
      return `✗ ${done} done${dead}; the description stays`;
    case "ambiguous":
      return "✗ not run";
  }
}

function nextOf(consumer: string, descriptions: readonly Replayed[], flags: string): string {
  const dead = descriptions.some(({ deadLettered }) => deadLettered > 0);
  const lost = descriptions.find(({ outcome }) => outcome === "expired" || outcome === "incomplete");
  if (dead || lost === undefined) return `Next: ${spillway} dlq list ${consumer}${flags}`;
  return `Next: ${spillway} dlq discard ${consumer}${flags} --id ${harmless(quoted(lost.id))}`;
}
