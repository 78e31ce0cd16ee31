// `spillway dlq show`: single dead letters, with all that is known of each.
import { type LetterLog, logOf } from "../logs/of-letter";
import type { Consumer, Stack } from "../stack/stack";
import { Choice, type Others } from "./choice";
import { StackDecoder } from "./decoded-stack";
import { eventOf, textOf, typeOf } from "./event";
import type { Filter } from "./filter";
import { keyOf } from "./groups";
import type { DeadLetter, Reason } from "./letter";
import { openReader } from "./reader";

export interface ShowOptions {
  readonly consumer: Consumer;
  readonly filter: Filter;
  /** The most letters that are shown. */
  readonly limit: number;
  /** Whether the log is read too. */
  readonly log: boolean;
  /** The folder of the project whose source maps decode the stacks, or one below it. @default the working directory */
  readonly project?: string;
  readonly signal: AbortSignal;
}

/** A letter for people and for programs to read: times are in ISO 8601. */
export interface ShownLetter {
  readonly id: string;
  readonly consumer: string;
  readonly kind: DeadLetter["kind"];
  readonly errorType: string;
  readonly errorMessage: string;
  readonly sentAt: string;
  readonly failedAt?: string;
  readonly expiresAt: string;
  /** How often it came back before. */
  readonly redrives: number;
  readonly type?: string;
  readonly tenant?: string;
  readonly bundle?: string;
  readonly group?: string;
  readonly reason?: Reason;
  /** That of the reason, in places of the sources if the source map of its bundle is on this machine. */
  readonly stack?: string;
  readonly description?: DeadLetter["description"];
  /** As it is in the queue. */
  readonly body: string;
  /** Without its envelopes: what the callback was to get. */
  readonly event?: unknown;
  /** The message's own attributes, by their names. Binary ones are base64. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The sources and functions that it names, where none of them is a consumer of the stack. */
  readonly unclaimed?: readonly string[];
  readonly log?: LetterLog;
}

export interface Shown {
  readonly consumer: string;
  /** What the consumer's source is, as `queue` or `topic`. */
  readonly kind: string;
  readonly letters: readonly ShownLetter[];
  /** How many the queue has, approximately. */
  readonly total: number;
  /** How many were looked at. */
  readonly read: number;
  /** Whether all were looked at. */
  readonly complete: boolean;
  /** Those of other consumers that were passed over. */
  readonly others?: readonly Others[];
}

/** Gives back what it read before it asks for the log, and consumes nothing. */
export async function showLetters(
  stack: Pick<Stack, "clientsOf" | "consumers" | "name" | "flags">,
  options: ShowOptions,
): Promise<Shown> {
  const { consumer, filter, limit, log, signal } = options;
  const decoder = new StackDecoder(options.project ?? process.cwd());
  const choice = new Choice({ consumer, filter }, "look");
  const reader = await openReader(stack, { consumer, signal });
  const taken: DeadLetter[] = [];
  try {
    for await (const wave of reader.waves()) {
      taken.push(...wave.filter((letter) => choice.takes(letter)));
      if (taken.length >= limit) break;
    }
  } finally {
    await reader.close();
  }
  const letters: ShownLetter[] = [];
  for (const letter of taken.slice(0, limit)) {
    letters.push(shown(letter, decoder, log ? await logOf(letter, stack, signal) : undefined));
  }
  const { read, held, complete } = reader;
  const total = Math.max(reader.total + held, read);
  const { others } = choice;
  const counts = { total, read, complete, ...(others && { others }) };
  return { consumer: consumer.name, kind: consumer.kind, letters, ...counts };
}

function shown(letter: DeadLetter, decoder: StackDecoder, log: LetterLog | undefined): ShownLetter {
  const { id, consumer, kind, message, errorType, errorMessage, sentAt, failedAt, expiresAt, redrives } = letter;
  const { reason, description, group, unclaimed } = letter;
  const [type, tenant] = [typeOf(letter), keyOf(letter, "tenant")];
  const event = eventOf(letter);
  const stack = reason && decoder.decode(reason);
  return {
    ...{ id, consumer: consumer.name, kind, errorType, errorMessage, sentAt: sentAt.toISOString() },
    ...(failedAt && { failedAt: failedAt.toISOString() }),
    ...{ expiresAt: expiresAt.toISOString(), redrives },
    ...(type !== undefined && { type }),
    ...(tenant !== undefined && { tenant }),
    ...(reason?.bundle !== undefined && { bundle: reason.bundle }),
    ...(group !== undefined && { group }),
    ...(reason && { reason }),
    ...(stack !== undefined && { stack }),
    ...(description && { description }),
    body: message.Body ?? "",
    ...(event !== undefined && textOf(letter) !== event && { event }),
    attributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).flatMap(([name, { StringValue, BinaryValue }]) =>
        name === "DeadLetterReason" && reason !== undefined
          ? []
          : [[name, StringValue ?? Buffer.from(BinaryValue ?? "").toString("base64")]],
      ),
    ),
    ...(unclaimed && { unclaimed }),
    ...(log && { log }),
  };
}
