// What is said of dead letters that no test has read: the event, the reason, and the log of the flow.
import type { FoundLetter } from "./dead-letters";
import type { Log } from "./log";

/** The most letters and the most lines of each that are shown. */
const most = { letters: 5, lines: 40, event: 500 };

export function describeUnread(letters: readonly FoundLetter[], log: Log): string {
  const names = [...new Set(letters.map((letter) => letter.of))];
  const shown = letters.slice(0, most.letters).map((letter) => describeLetter(letter, log));
  const more = letters.length - shown.length;
  return [
    `No test has read ${letters.length === 1 ? "this dead letter" : `these ${letters.length} dead letters`}:`,
    ...shown,
    ...(more > 0 ? [`… and ${more} more, of ${names.join(", ")}.`] : []),
    `A test that means them reads them: deadLetters("${names[0]}"). startLocal({ failOnDeadLetters: false }) takes no notice of any.`,
  ].join("\n\n");
}

function describeLetter(letter: FoundLetter, log: Log): string {
  const { of, reason, event } = letter;
  const attempts = reason.attempts === undefined ? "" : ` (attempt ${reason.attempts})`;
  const lines = withoutRepeatedStacks(log.of(letter));
  const stackIsShown = lines.some((line) => line.includes("\n"));
  return [
    `${of}: ${reason.errorType}: ${reason.errorMessage}${attempts}`,
    `  event: ${cut(JSON.stringify(event) ?? "unknown")}`,
    ...(reason.stack === undefined || stackIsShown ? [] : [reason.stack]),
    ...(lines.length === 0 ? ["  No line of its flow is in the log."] : ["  log of its flow:"]),
    ...lines.slice(-most.lines).map((line) => line.replace(/^/gm, "    ")),
  ].join("\n");
}

/** The attempts of a record often fail at the same place: the first one shows it. */
function withoutRepeatedStacks(lines: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return lines.map((line) => {
    const isFrame = (part: string) => /^\s+at /.test(part);
    const parts = line.split("\n");
    const stack = parts.filter(isFrame).join("\n");
    if (!seen.has(stack)) {
      seen.add(stack);
      return line;
    }
    return parts.filter((part) => !isFrame(part)).join("\n");
  });
}

const cut = (text: string) => (text.length <= most.event ? text : `${text.slice(0, most.event)}…`);
