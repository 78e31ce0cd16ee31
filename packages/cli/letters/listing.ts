// The groups of dead letters as a table for a terminal.
import type { Group, Listing, Sampled, Stack } from "@spillway/operations";
import { ago, until } from "./durations";
import { clip, columns } from "./text";

const heads = ["COUNT", "OLDEST", "NEWEST", "EXPIRES IN", "CAME BACK"] as const;

export function describeListing({ by, queues, groups }: Listing, stack: Pick<Stack, "name" | "flags">): string {
  const now = new Date();
  const taken = queues.reduce((sum, queue) => sum + queue.taken, 0);
  const where = stack.name === undefined ? "the local run" : stack.name;
  const filled = queues.filter((queue) => queue.taken > 0);
  const lines =
    taken === 0
      ? [`No dead letters in ${where}: ${queues.length === 1 ? "one queue was" : `${queues.length} queues were`} read.`]
      : [
          `${taken} dead letters in ${where}, in ${filled.length} of ${queues.length} queues.`,
          "",
          ...(by === "reason"
            ? filled.flatMap((queue) => [...sectionOf(queue, groups, now), ""])
            : [...tableOf(groups, by.toUpperCase(), now), ""]),
        ];
  return `${[...lines, ...queues.flatMap(remarks), ...nextOf(groups, stack)].join("\n")}\n`;
}

function sectionOf({ consumer, kind, taken }: Sampled, groups: readonly Group[], now: Date): readonly string[] {
  const own = groups.filter(({ consumers }) => consumers[0] === consumer);
  return [`${consumer} (${kind}): ${taken}`, ...tableOf(own, "REASON", now)];
}

function tableOf(groups: readonly Group[], last: string, now: Date): readonly string[] {
  const rows = groups.map((group) => [
    String(group.count),
    ago(new Date(group.oldest), now),
    ago(new Date(group.newest), now),
    until(new Date(group.expires), now),
    group.cameBack === 0 ? "-" : String(group.cameBack),
  ]);
  const texts = groups.map((group) => (last === "REASON" ? reasonOf(group) : [keyOf(group)]));
  return columns([...heads, last], rows, texts);
}

const reasonOf = ({ errorType, errorMessage, frame }: Group) => [
  `${errorType}: ${errorMessage}`,
  ...(frame === undefined ? [] : [`at ${frame}`]),
];

function keyOf({ key = "(none)", consumers }: Group): string {
  return consumers.length === 1 && consumers[0] === key ? key : `${key}  in ${consumers.join(", ")}`;
}

/** What keeps the counts from being all. */
function remarks({ consumer, read, total, held, complete }: Sampled): readonly string[] {
  if (complete) return [];
  const why =
    held > 0
      ? `${held} are held by another reader, or were a minute ago`
      : "the rest is behind them: raise --limit, or it waits in the same message groups";
  return [clip(`${consumer}: sampled ${read} of ${total}; ${why}.`)];
}

function nextOf(groups: readonly Group[], { flags }: Pick<Stack, "flags">): readonly string[] {
  const [first] = groups;
  if (first === undefined) return [];
  return [`Next: spillway dlq show ${first.consumers[0]}${flags} --id ${first.example}`];
}
