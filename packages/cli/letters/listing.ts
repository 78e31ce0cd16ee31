// The groups of dead letters as a table for a terminal.

import type { Group, Listing, Sampled, Stack } from "@spillway/operations";
import { spillway } from "@spillway/operations/called";
import { ago, until } from "./durations";
import { harmless, harmlessLine } from "./harmless";
import { describeOthersOf } from "./others";
import { quoted, table, toldError, wrap } from "./text";

const heads = ["COUNT", "OLDEST", "NEWEST", "EXPIRES IN", "CAME BACK"] as const;

export function describeListing(
  { by, queues, groups }: Listing,
  { name, flags }: Pick<Stack, "name" | "flags">,
): string {
  const now = new Date();
  const sum = (member: "taken" | "read" | "total") => queues.reduce((total, queue) => total + queue[member], 0);
  const where = name === undefined ? "the local run" : name;
  const filled = queues.filter((queue) => queue.taken > 0);
  const whole = queues.every(({ complete }) => complete);
  const letters = sum("taken") === 1 ? "1 dead letter" : `${sum("taken") || "No"} dead letters`;
  const selected = sum("taken") === sum("read") ? "" : ` of the ${sum("read")} that were read`;
  const lines = [
    sum("read") === 0 && sum("total") > 0
      ? `Dead letters in ${where}: about ${sum("total")}, and none could be read now.`
      : `${letters}${selected} in ${where}, in ${filled.length} of ${queues.length} queues.` +
        (whole ? "" : ` Sampled ${sum("read")} of ${sum("total")}.`),
    "",
  ];
  const tables =
    by === "reason"
      ? filled.flatMap(({ consumers }) =>
          consumers
            .filter(({ taken }) => taken > 0)
            .flatMap(({ name: each, kind, taken }) => [
              `${each} (${kind}): ${taken}`,
              ...ofConsumer(each, groups, now),
              "",
            ]),
        )
      : groups.length === 0
        ? []
        : [
            ...table(
              [...heads, by.toUpperCase()],
              groups.map((group) => ({ cells: [...cellsOf(group, now), keyOf(group)], below: belowKey(group) })),
            ),
            "",
          ];
  const next = nextOf(groups, flags);
  return `${harmless([...lines, ...tables, ...queues.flatMap((queue) => remarks(queue, flags)), ...next].join("\n").trimEnd())}\n`;
}

function ofConsumer(consumer: string, groups: readonly Group[], now: Date): readonly string[] {
  const own = groups.filter(({ consumers }) => consumers[0] === consumer);
  return table(
    [...heads, "REASON"],
    own.map((group) => ({
      cells: [...cellsOf(group, now), group.errorType],
      below: [
        ...(group.errorMessage.trim() === "" ? [] : [group.errorMessage]),
        ...(group.frame === undefined ? [] : [`at ${group.frame}`]),
      ],
      note: howChosen(group),
    })),
  );
}

/** Of those of no consumer of the stack. */
function howChosen({ count, unclaimed, unnamed, example }: Group): string | undefined {
  if (!unclaimed) return undefined;
  const [name, them] = count === 1 ? ["names", "it"] : ["name", "them"];
  return unnamed
    ? `${name} no source and no function; only --id chooses ${them}, as --id ${quoted(example)}`
    : `${name} no consumer of this stack; only --id or --source chooses ${them}`;
}

function cellsOf({ count, oldest, newest, expires, cameBack }: Group, now: Date): readonly string[] {
  return [
    String(count),
    ago(new Date(oldest), now),
    ago(new Date(newest), now),
    until(new Date(expires), now),
    cameBack === 0 ? "-" : String(cameBack),
  ];
}

const keyOf = ({ key = "(none)" }: Group) => key;

const belowKey = ({ key, consumers, errorType, errorMessage }: Group) => [
  ...(consumers.length === 1 && consumers[0] === key ? [] : [`in ${consumers.join(", ")}`]),
  `last ${toldError(errorType, errorMessage)}`,
];

/** What keeps the counts from being all. */
function remarks(
  { consumer, url, read, total, held, complete, fault, others }: Sampled,
  flags: string,
): readonly string[] {
  if (fault !== undefined) return wrap(`${consumer}: not read. ${fault}`, 0);
  const ofOthers = describeOthersOf(consumer, others, { flags });
  if (complete) return ofOthers;
  const why =
    held > 0
      ? `${held} are held by another reader, or were a minute ago.`
      : url.endsWith(".fifo")
        ? "a FIFO queue gives ten of a message group at most while they are held; the rest waits behind them."
        : "raise --limit to read more.";
  return [...ofOthers, ...wrap(`${consumer}: sampled ${read} of ${total}; ${why}`, 0)];
}

function nextOf([first]: readonly Group[], flags: string): readonly string[] {
  return first === undefined
    ? []
    : [`Next: ${spillway} dlq show ${first.consumers[0]}${flags} --reason ${harmlessLine(quoted(first.errorType))}`];
}
