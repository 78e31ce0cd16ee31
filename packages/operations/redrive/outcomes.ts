// What has become of letters that were sent back: as their consumer's log tells, and as they come back to the
// dead-letter queue.
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { DeadLetter } from "../letters/letter";
import type { Consumer, Stack } from "../stack/stack";
import type { Outcome } from "./to-queue";

/** Milliseconds before the start from which on the log is read: AWS's clocks differ a little, too. */
const skew = 60_000;

/** Milliseconds for which lines may come later than those that were written after them. */
const late = 120_000;

interface Sent {
  readonly id: string;
  readonly failedAt: Date | undefined;
}

export class Outcomes {
  /** What is needed of the letters that were sent, by the id that each has now: their bodies may fill the memory. */
  readonly #sent = new Map<string, Sent>();
  readonly #known = new Map<string, Outcome>();
  /** Lines that were read before, by their ids. */
  readonly #seen = new Set<string>();
  /** Outcomes of records that this run has not sent, or not yet noted: an answer may come after the line. */
  readonly #early = new Map<string, Outcome>();
  /** The consumers whose logs are read, by their log groups. */
  readonly #watched = new Map<string, Consumer>();
  /** AWS's time when the first log was watched: what is older than that was sent back by others. */
  #since: number | undefined;
  /** By log group: the time from which on it is read. What is older was read before. */
  readonly #from = new Map<string, number>();

  constructor(private readonly stack: Pick<Stack, "clientsOf" | "now">) {}

  /**
   * Reads the log of this consumer from now on. Without one, only what comes back is known. To know AWS's time, the
   * stack must have been asked something before.
   */
  watch(consumer: Consumer): void {
    this.#since ??= this.stack.now();
    if (consumer.logGroupName !== undefined) this.#watched.set(consumer.logGroupName, consumer);
  }

  sent(recordId: string, { id, failedAt }: DeadLetter, outcome = this.#early.get(recordId)): void {
    this.#sent.set(recordId, { id, failedAt });
    if (outcome !== undefined) this.#known.set(recordId, outcome);
  }

  get succeeded(): number {
    return count(this.#known, "succeeded");
  }

  /** How many are dead letters again. */
  get cameBack(): number {
    return count(this.#known, "deadLettered");
  }

  of(recordId: string): Outcome | undefined {
    return this.#known.get(recordId);
  }

  /** All since the start, whoever sent them back: for what AWS moves itself, whose ids nobody tells. */
  get deadLetteredByAnyone(): number {
    return count(this.#early, "deadLettered") + this.cameBack;
  }

  get succeededByAnyone(): number {
    return count(this.#early, "succeeded") + this.succeeded;
  }

  /**
   * Whether the letter is one of those that were sent, and is dead again. It has kept its id where SQS moved it, and
   * its reason has it otherwise.
   */
  isBack(letter: DeadLetter): boolean {
    for (const id of idsOf(letter)) {
      const sent = this.#sent.get(id);
      if (sent === undefined || sent.id === letter.id || !isLater(letter, sent)) continue;
      this.#known.set(id, "deadLettered");
      return true;
    }
    return false;
  }

  /** Reads what the consumers have logged since. */
  async read(): Promise<void> {
    const since = this.#since ?? this.stack.now();
    for (const [logGroupName, consumer] of this.#watched) {
      const { logs } = this.stack.clientsOf(consumer);
      const startTime = this.#from.get(logGroupName) ?? since - skew;
      let newest = startTime + late;
      let nextToken: string | undefined;
      do {
        const answer = await logs.send(
          new FilterLogEventsCommand({
            logGroupName,
            startTime,
            filterPattern: '{ $.message = "redriven" }',
            nextToken,
          }),
        );
        for (const { eventId = "", message = "", timestamp = 0 } of answer.events ?? []) {
          newest = Math.max(newest, timestamp);
          if (this.#seen.has(eventId)) continue;
          this.#seen.add(eventId);
          this.#note(message, since);
        }
        nextToken = answer.nextToken;
      } while (nextToken !== undefined);
      this.#from.set(logGroupName, newest - late);
    }
  }

  #note(line: string, since: number): void {
    const { message, recordId, outcome, timestamp } = parsed(line);
    if (message !== "redriven" || typeof recordId !== "string") return;
    if (outcome !== "succeeded" && outcome !== "deadLettered") return;
    if (this.#sent.has(recordId)) this.#known.set(recordId, outcome);
    else if (!(Date.parse(String(timestamp)) < since)) this.#early.set(recordId, outcome);
  }
}

function count(outcomes: ReadonlyMap<string, Outcome>, outcome: Outcome): number {
  let found = 0;
  for (const each of outcomes.values()) if (each === outcome) found += 1;
  return found;
}

/** The ids by which the log may have named its record: in a stream's reason they are those of the record. */
function idsOf({ id, message, reason }: DeadLetter): readonly string[] {
  const { messageId, shardId, sequenceNumber, encoding } = reason ?? {};
  const eventId = encoding === "json" ? parsed(message.Body ?? "").eventID : encoding && `${shardId}:${sequenceNumber}`;
  return [id, messageId, eventId, sequenceNumber].filter((each): each is string => typeof each === "string");
}

/**
 * A record of a stream or of a topic keeps its id, and may have had several dead letters before. Both times are the
 * function's own.
 */
function isLater(letter: DeadLetter, sent: Sent): boolean {
  return letter.failedAt === undefined || sent.failedAt === undefined || letter.failedAt > sent.failedAt;
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}
