// One dead letter as text for a terminal.

import { styleText } from "node:util";
import { describeLog } from "@spillway/local/log-lines";
import type { Shown, ShownLetter, Stack } from "@spillway/operations";
import { spillway } from "@spillway/operations/called";
import { ago, until } from "./durations";
import { harmless, harmlessLine, harmlessLog } from "./harmless";
import { describeNone, describeOthersOf } from "./others";
import { describePlatform } from "./platform";
import { clip, quoted, terminalOf, toldError, wrap } from "./text";

/** Lines of an event, and of a log, that are shown unless all are asked for. */
const mostLines = 24;
const label = (name: string) => `  ${name.padEnd(10)} `;
const room = " ".repeat(label("").length);

export function describeShown(
  { consumer, kind, letters, read, total, complete, others }: Shown,
  { flags, name: stack }: Pick<Stack, "flags" | "name">,
  { whole }: { readonly whole: boolean },
): string {
  const now = new Date();
  if (letters.length === 0) {
    const rest = total > read ? `; ${total - read} are held by others, or wait behind those that were read` : "";
    const ofOthers = describeOthersOf(consumer, others, { flags }).map((line) => `${line}\n`);
    return `${describeNone(consumer, read, others)}${rest}.\n${ofOthers.join("")}Next: ${spillway} dlq list ${consumer}${flags}\n`;
  }
  return [
    ...letters.flatMap((letter) => [...describe(letter, now, whole), ""]),
    `Shown: ${letters.length}. Looked at: ${complete || read >= total ? "all" : "the first"} ${read} of ${total} in the ` +
      `dead-letter queue of ${consumer}.`,
    ...describeOthersOf(consumer, others, { flags }),
    ...nextOf(letters, { consumer, kind, flags, isLocal: stack === undefined }),
    "",
  ].join("\n");
}

/** Their letters have reached no function, so there is none to rehearse. */
const withoutFunction: ReadonlySet<string> = new Set(["topic", "schedule", "rule"]);

interface Asked extends Pick<Shown, "consumer" | "kind">, Pick<Stack, "flags"> {
  readonly isLocal: boolean;
}

function nextOf(letters: readonly ShownLetter[], { consumer, kind, flags, isLocal }: Asked): readonly string[] {
  const letter = letters.find(({ unclaimed }) => unclaimed === undefined) ?? letters[0];
  if (letters.every((each) => batchOf(each) !== undefined)) {
    const only = letter?.unclaimed === undefined ? "" : choiceOf(letter);
    const replay = `${spillway} dlq replay ${consumer}${flags}${only}`;
    return [`Next: ${replay}`, "  reads the records of these batches in the stream again."];
  }
  const choice = `${flags}${choiceOf(letter)}`;
  const redrive = `${spillway} dlq redrive ${consumer}${choice}`;
  if (withoutFunction.has(kind)) {
    return kind === "topic"
      ? ["Next: when the consumer gets them, name it:", `  ${redrive} --to CONSUMER`]
      : ["Next: when their target takes them:", `  ${redrive}`];
  }
  // What it names is not there to take it.
  const to = kind === "queue" && letter?.unclaimed?.length ? ` --to ${consumer}` : "";
  return [
    `Next: ${spillway} dlq rehearse ${consumer}${choice}`,
    isLocal
      ? "  tries them with this checkout's code. When the run has it, which loads what you save only with --watch:"
      : "  tries them with this checkout's code. When it is deployed:",
    `  ${redrive}${to}`,
  ];
}

/** Begins with a space. Only its source or its id chooses a letter that is of no consumer of the stack. */
function choiceOf(letter: ShownLetter | undefined): string {
  const { id, errorType, unclaimed } = letter ?? {};
  const [source] = unclaimed ?? [];
  const [option, value] =
    unclaimed === undefined ? ["reason", errorType] : source === undefined ? ["id", id] : ["source", source];
  return ` --${option} ${harmlessLine(quoted(value))}`;
}

/** Where the records are that Lambda only describes. */
function batchOf({ description }: ShownLetter) {
  const { batchIn } = require("@spillway/operations") as typeof import("@spillway/operations");
  return description && batchIn(description);
}

function describe(letter: ShownLetter, now: Date, whole: boolean): readonly string[] {
  const { id, errorType, errorMessage, failedAt, sentAt, expiresAt, reason, redrives } = letter;
  const bold = (text: string) => styleText("bold", text, { stream: process.stdout });
  const painted = (name: string, texts: readonly string[]) =>
    texts.map((text, index) => (index === 0 ? label(name) : room) + text);
  const lines = (name: string, texts: readonly string[]) => painted(name, texts.map(harmless));
  const line = (name: string, ...parts: readonly (string | undefined)[]) => {
    const text = parts.filter((part) => part !== undefined && part !== "").join(", ");
    return text === "" ? [] : lines(name, wrap(text, room.length));
  };
  const named = (name: string, value: unknown) => (value === undefined ? undefined : `${name} ${value}`);
  const { previous, causes = [] } = reason ?? {};
  const batch = batchOf(letter);
  return [
    ...wrap(toldError(bold(harmlessLine(errorType)), harmless(errorMessage)), 0),
    ...line("id", id),
    ...line(
      failedAt === undefined ? "sent" : "failed",
      `${clock(failedAt ?? sentAt)} (${ago(new Date(failedAt ?? sentAt), now)})`,
      named("attempt", reason?.attempts),
    ),
    ...line("expires", `${clock(expiresAt)} (in ${until(new Date(expiresAt), now)})`),
    ...(redrives === 0
      ? []
      : line(
          "came back",
          redrives === 1 ? "once" : `${redrives} times`,
          previous && `last as ${previous.errorType} at ${clock(previous.failedAt)}`,
          named("by bundle", previous?.bundle),
          named("edited from", previous?.editedFrom),
        )),
    ...(letter.unclaimed === undefined ? [] : line("whose", whoseIs(letter.unclaimed))),
    ...line("type", letter.type, named("tenant", letter.tenant), named("group", letter.group)),
    ...line("flow", named("correlation id", reason?.correlationId)),
    ...line(
      "given up",
      named("by", reason?.functionName),
      named("bundle", letter.bundle),
      named("request", reason?.requestId),
    ),
    ...(batch === undefined
      ? []
      : line(
          "records",
          `${batch.batchSize} of ${batch.shardId}`,
          `from ${batch.startSequenceNumber}`,
          `to ${batch.endSequenceNumber}`,
        )),
    ...line(
      "record",
      named("shard", reason?.shardId),
      named("sequence", reason?.sequenceNumber),
      named("key", reason?.partitionKey),
    ),
    ...causes.flatMap((cause) => line("caused by", toldError(cause.errorType, cause.errorMessage))),
    ...lines(
      "stack",
      (letter.stack ?? "")
        .split("\n")
        .filter((each) => each.trim() !== "")
        .map((each) => each.trim()),
    ),
    ...lines(
      "attributes",
      Object.entries(letter.attributes).map(([name, value]) => clip(harmlessLine(`${name}=${value}`))),
    ),
    // The body of a description is what stands above.
    ...(batch !== undefined && !whole
      ? []
      : lines(letter.event === undefined ? "body" : "event", cut(bodyOf(letter), whole))),
    ...painted("log", cut(logLines(letter, whole), whole)),
  ];
}

/** Where it is of no consumer of the stack. */
const whoseIs = (names: readonly string[]) =>
  names.length === 0
    ? "it names no source and no function"
    : `of no consumer of this stack: it names ${names.join(" and ")}`;

/** ISO 8601 without the fractions, in UTC as AWS's consoles and logs have it. */
const clock = (time: string) => time.replace(/\.\d+Z$/, "Z");

function bodyOf({ body, event }: ShownLetter): readonly string[] {
  const text = event === undefined ? body : typeof event === "string" ? event : JSON.stringify(event, undefined, 2);
  return text.split("\n");
}

function cut(lines: readonly string[], whole: boolean): readonly string[] {
  return whole || lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `… and ${lines.length - mostLines} more lines: --whole`];
}

function logLines({ log, consumer }: ShownLetter, whole: boolean): readonly string[] {
  if (log === undefined) return [];
  if (log.fault !== undefined) return wrap(harmless(log.fault), room.length);
  return log.lines.flatMap(({ timestamp, message: written }) => {
    const message = harmlessLog(written);
    const terminal = { ...terminalOf(process.stdout, new Date(timestamp)), wholeStacks: whole };
    const platform = describePlatform(message);
    if (platform !== undefined) return [`${new Date(timestamp).toTimeString().slice(0, 8)}       ${platform.text}`];
    const described = describeLog(consumer, shortened(message), terminal);
    return described === undefined ? [] : described.split("\n");
  });
}

/** Without the ids that stand above. */
function shortened(message: string): string {
  const members = membersOf(message);
  if (members === undefined) return message;
  const { recordId, correlationId, correlationIds, ...rest } = members;
  return JSON.stringify(rest);
}

function membersOf(message: string): Readonly<Record<string, unknown>> | undefined {
  if (!message.startsWith("{")) return undefined;
  try {
    return JSON.parse(message) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
