// What the commands that change dead letters have done, or would do, as lines for a terminal.

import type { Discarded, Edited, Plan, Redriven, Restored, Stack } from "@spillway/operations";
import { spillway } from "@spillway/operations/called";
import { harmless, harmlessLine } from "./harmless";
import { describeNone, describeOthersOf } from "./others";
import { quoted, table } from "./text";

/** As many as a person looks at. */
const mostShown = 10;

type Place = Pick<Stack, "flags">;
type Audited = Place & { readonly audit: boolean };

export const letters = (count: number) => `${count} dead letter${count === 1 ? "" : "s"}`;

/** `would`: what the command would do with them, as `send` or `discard`. */
export function describePlan(
  name: string,
  { count, stay, read, groups, unread: rest, others }: Plan,
  would: string,
  stack: Pick<Stack, "flags">,
): string {
  const ofOthers = describeOthersOf(name, others, stack).map((line) => `${line}\n`);
  const unread = rest === undefined ? "" : ` ${describeUnread(rest)}`;
  if (count + stay === 0) return `${describeNone(name, read, others)}.${unread}\n${ofOthers.join("")}`;
  const rows = groups.map(({ count: ofGroup, errorType, to, stays }) => ({
    cells: [String(ofGroup), errorType, stays === undefined ? to : "stays"],
    note: stays,
  }));
  const staying = stay === 0 ? "" : `, and ${stay} would stay`;
  const sum = `${name}: would ${would} ${letters(count)}${staying}.${unread} Nothing was changed.`;
  return `${harmless([...table(["COUNT", "REASON", "GOES TO"], rows), "", sum].join("\n"))}\n${ofOthers.join("")}`;
}

/** What may be chosen too, and is not among what was counted, sent or discarded. */
export const describeUnread = ({ count, why }: NonNullable<Plan["unread"]>) =>
  `About ${count} more ${count === 1 ? "was" : "were"} not looked at. ${why}`;

export function describeRedriven(
  name: string,
  done: Redriven,
  { flags, name: stack }: Place & Pick<Stack, "name">,
): string {
  const { sent, succeeded, cameBack, unknown, kept, doubled, to, receivers, byAws, inQueue, stopped, unread } = done;
  const ofOthers = describeOthersOf(name, done.others, { flags });
  const outcomes = ` ${succeeded} succeeded, ${cameBack} came back dead, ${unknown} unknown.`;
  const remains = cameBack > 0 || kept.length > 0 || stopped !== undefined || unread !== undefined || byAws;
  const lines = [
    `${name}: ${letters(sent)} sent${to.length > 0 ? ` to ${to.join(", ")}` : ""}${byAws ? " by AWS" : ""}.` +
      (sent === 0 ? "" : outcomes),
    ...(unknown === 0
      ? []
      : ["Unknown: still retried or waiting, or the log does not tell. --wait SECONDS waits longer."]),
    ...(inQueue === undefined
      ? []
      : [
          `About ${inQueue} ${inQueue === 1 ? "is" : "are"} in the dead-letter queue now` +
            (stack === undefined ? "." : "; SQS's count may be a minute old."),
        ]),
    ...(cameBack > 0 && stack === undefined
      ? ["Did they run your fix? A run loads what you save only if it was started with --watch."]
      : []),
    ...(stopped === undefined ? [] : [`It ended early: ${stopped}. What was not sent is in the dead-letter queue.`]),
    ...(unread === undefined ? [] : [describeUnread(unread)]),
    ...ofOthers,
    ...listed(
      kept.map(({ id, why }) => `  ${id}  ${why}`),
      `${letters(kept.length)} stay${kept.length === 1 ? "s" : ""}:`,
    ),
    ...listed(
      doubled.map((id) => `  ${id}`),
      "Sent, and still in the dead-letter queue, because SQS did not delete them:",
    ),
    remains || unknown === 0
      ? `Next: ${spillway} dlq list ${[...new Set([name, ...receivers])].join(" ")}${flags}`
      : `Next: ${spillway} tail ${receivers[0] ?? name}${flags} --since 1m`,
  ];
  return `${lines.join("\n")}\n`;
}

export function describeDiscarded(
  name: string,
  { discarded, left, file, stopped, unread, others }: Discarded,
  { flags, audit }: Audited,
): string {
  const lines = [
    `${name}: ${letters(discarded)} discarded. ${file} holds ${discarded === 1 ? "it" : "them"}.`,
    ...(stopped === undefined ? [] : [`It ended early: ${stopped}.`]),
    ...(unread === undefined ? [] : [describeUnread(unread)]),
    ...describeOthersOf(name, others, { flags }),
    ...listed(
      left.map((id) => `  ${id}`),
      "Written to the file, and still in the dead-letter queue, because SQS did not delete them:",
    ),
    `Next: ${spillway} dlq restore ${restoring(file, flags, audit)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What has no log group was discarded with --no-audit, and is restored with it only. */
const restoring = (file: string, flags: string, audit: boolean) =>
  `${harmless(quoted(file))}${flags}${audit ? "" : " --no-audit"}`;

export function describeRestored(
  file: string,
  { restored, failed, nextLine }: Restored,
  { flags, audit }: Audited,
): string {
  const lines = [
    `${letters(restored)} restored from ${file}. Each has a new id, and is sent now: SQS keeps it for the whole ` +
      "retention again, and does not know any more whether it had moved it itself.",
    ...listed(
      failed.map(({ line, why }) => `  line ${line}  ${why}`),
      "SQS did not take:",
    ),
    nextLine === undefined
      ? `Next: ${spillway} dlq list${flags}`
      : `It ended early. Next: ${spillway} dlq restore ${restoring(file, flags, audit)} --from-line ${nextLine}`,
  ];
  return `${lines.join("\n")}\n`;
}

export function describeEdited(name: string, id: string, edited: Edited, { flags }: Place): string {
  switch (edited.result) {
    case "unchanged":
      return `Nothing was changed in ${id}, and nothing was sent.\n`;
    case "refused":
      return `${[`${id} was not sent:`, ...edited.issues.map((issue) => `  ${harmlessLine(issue)}`)].join("\n")}\n`;
    case "sent": {
      const lines = [
        `${name}: ${id} was sent to ${edited.to} as ${edited.recordId}.`,
        ...(edited.linked ? [] : ["There was no room for the id of the dead letter in its reason."]),
        ...(edited.deleted ? [] : ["It is still in the dead-letter queue too, because SQS did not delete it."]),
        `Next: ${spillway} tail ${edited.receiver}${flags} --since 1m`,
      ];
      return `${lines.join("\n")}\n`;
    }
  }
}

function listed(lines: readonly string[], head: string): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length - mostShown;
  return [
    head,
    ...lines.slice(0, mostShown).map(listedLine),
    ...(more > 0 ? [`  and ${more} more; --json has all`] : []),
  ];
}

/** Why one stays may quote what the message says. */
const listedLine = (line: string) => line.replace(/\S.*/s, harmlessLine);
