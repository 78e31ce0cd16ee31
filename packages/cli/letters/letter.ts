// One dead letter as text for a terminal.
import { styleText } from "node:util";
import { describeLog } from "@spillway/local/log-lines";
import type { Shown, ShownLetter, Stack } from "@spillway/operations";
import { ago, until } from "./durations";
import { clip, wrap } from "./text";

/** Lines of a body that are shown unless all are asked for. */
const mostLines = 30;
const label = (name: string) => `  ${name.padEnd(10)} `;
const room = " ".repeat(label("").length);

export function describeShown(
  { consumer, letters, read, total, complete }: Shown,
  { flags }: Pick<Stack, "flags">,
  { whole }: { readonly whole: boolean },
): string {
  const now = new Date();
  const seen = complete ? `${read} dead letters` : `the first ${read} of ${total} dead letters`;
  if (letters.length === 0) {
    const which =
      read === 0 ? `${consumer} has no dead letter that can be read` : `None of ${seen} of ${consumer} matches`;
    return `${which}${total > read ? `; ${total - read} are held by others, or wait behind those that were read` : ""}.\n`;
  }
  const [first] = letters;
  return [
    ...letters.flatMap((letter) => [...describe(letter, now, whole), ""]),
    `Shown: ${letters.length}. Looked at: ${complete ? "all" : "the first"} ${read} of ${total} dead letters of ${consumer}.`,
    `Next: spillway dlq rehearse ${consumer}${flags} tries them with this checkout's code; then ` +
      `spillway dlq redrive ${consumer}${flags} --reason ${first?.errorType}`,
    "",
  ].join("\n");
}

function describe(letter: ShownLetter, now: Date, whole: boolean): readonly string[] {
  const { id, errorType, errorMessage, failedAt, sentAt, expiresAt, reason, redrives } = letter;
  const bold = (text: string) => styleText("bold", text, { stream: process.stdout });
  const lines = (name: string, texts: readonly string[]) =>
    texts.map((text, index) => (index === 0 ? label(name) : room) + text);
  const line = (name: string, ...parts: readonly (string | undefined)[]) => {
    const text = parts.filter((part) => part !== undefined && part !== "").join(", ");
    return text === "" ? [] : wrap(text, room.length).map((each, index) => (index === 0 ? label(name) : room) + each);
  };
  const named = (name: string, value: unknown) => (value === undefined ? undefined : `${name} ${value}`);
  const { previous, causes = [] } = reason ?? {};
  return [
    ...wrap(`${bold(errorType)}: ${errorMessage}`, 0),
    ...line("id", id),
    ...line(
      failedAt === undefined ? "sent" : "failed",
      `${failedAt ?? sentAt} (${ago(new Date(failedAt ?? sentAt), now)})`,
      named("attempt", reason?.attempts),
    ),
    ...line("expires", `${expiresAt} (in ${until(new Date(expiresAt), now)})`),
    ...(redrives === 0
      ? []
      : line(
          "came back",
          redrives === 1 ? "once" : `${redrives} times`,
          previous && `last as ${previous.errorType} at ${previous.failedAt}`,
          named("by bundle", previous?.bundle),
        )),
    ...line("event", named("type", letter.type), named("tenant", letter.tenant), named("group", letter.group)),
    ...line("flow", reason?.correlationId),
    ...line(
      "given up",
      named("by", reason?.functionName),
      named("bundle", letter.bundle),
      named("request", reason?.requestId),
    ),
    ...line(
      "record",
      named("shard", reason?.shardId),
      named("sequence", reason?.sequenceNumber),
      named("key", reason?.partitionKey),
    ),
    ...causes.flatMap((cause) => line("caused by", `${cause.errorType}: ${cause.errorMessage}`)),
    ...lines(
      "stack",
      (reason?.stack ?? "")
        .split("\n")
        .filter((each) => each.trim() !== "")
        .map((each) => each.trim()),
    ),
    ...lines(
      "attributes",
      Object.entries(letter.attributes).map(([name, value]) => clip(`${name}=${value}`)),
    ),
    ...lines(letter.event === undefined ? "body" : "event", bodyOf(letter, whole)),
    ...lines("log", logOf(letter)),
  ];
}

function bodyOf({ body, event }: ShownLetter, whole: boolean): readonly string[] {
  const text = event === undefined ? body : typeof event === "string" ? event : inspectJson(event);
  const lines = text.split("\n");
  return whole || lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `… and ${lines.length - mostLines} more lines: --whole`];
}

const inspectJson = (value: unknown) => JSON.stringify(value, undefined, 2);

function logOf({ log, reason }: ShownLetter): readonly string[] {
  if (log === undefined) return [];
  if (log.fault !== undefined) return wrap(log.fault, room.length);
  const terminal = {
    paint: (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream: process.stdout }),
    now: () => new Date(),
  };
  return log.lines.flatMap(({ message }) => {
    const described = describeLog(reason?.functionName ?? "", message, terminal);
    return described === undefined ? [] : described.split("\n");
  });
}
