// What has become of letters that were sent back: as their consumer's log tells, and as they come back to the
// dead-letter queue.
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { DeadLetter } from "../letters/letter";
import type { Clients } from "../stack/clients";
import type { Outcome } from "./to-queue";

/** Milliseconds by which the clock of this machine may be ahead of AWS's. */
const skew = 60_000;

export class Outcomes {
  /** The letters that were sent, by the id that each has now. */
  readonly #sent = new Map<string, DeadLetter>();
  readonly #known = new Map<string, Outcome>();
  /** Lines that were read before, by their ids. */
  readonly #seen = new Set<string>();
  /** Outcomes of records that this run has not sent, or not yet noted: an answer may come after the line. */
  readonly #early = new Map<string, Outcome>();

  /** `since`: milliseconds since the epoch. Without a log group, only what comes back is known. */
  constructor(
    readonly logs: Clients["logs"],
    readonly logGroupName: string | undefined,
    readonly since: number = Date.now(),
  ) {}

  sent(recordId: string, letter: DeadLetter, outcome = this.#early.get(recordId)): void {
    this.#sent.set(recordId, letter);
    if (outcome !== undefined) this.#known.set(recordId, outcome);
  }

  get succeeded(): number {
    return this.#count("succeeded");
  }

  /** How many are dead letters again. */
  get cameBack(): number {
    return this.#count("deadLettered");
  }

  of(recordId: string): Outcome | undefined {
    return this.#known.get(recordId);
  }

  /** All that were given up since the start, whoever sent them back: for what AWS moves itself, whose ids nobody tells. */
  get deadLetteredByAnyone(): number {
    const early = [...this.#early.values()].filter((outcome) => outcome === "deadLettered").length;
    return early + this.cameBack;
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

  /** Reads what the consumer has logged since. */
  async read(signal?: AbortSignal): Promise<void> {
    const { logs, logGroupName, since } = this;
    if (logGroupName === undefined) return;
    let nextToken: string | undefined;
    do {
      const answer = await logs.send(
        new FilterLogEventsCommand({
          logGroupName,
          startTime: since - skew,
          filterPattern: '{ $.message = "redriven" }',
          nextToken,
        }),
        signal && { abortSignal: signal },
      );
      for (const { eventId = "", message = "" } of answer.events ?? []) {
        if (this.#seen.has(eventId)) continue;
        this.#seen.add(eventId);
        this.#note(message);
      }
      nextToken = answer.nextToken;
    } while (nextToken !== undefined && !signal?.aborted);
  }

  #note(line: string): void {
    const { message, recordId, outcome, timestamp } = parsed(line);
    if (message !== "redriven" || typeof recordId !== "string") return;
    if (outcome !== "succeeded" && outcome !== "deadLettered") return;
    if (this.#sent.has(recordId)) this.#known.set(recordId, outcome);
    else if (!(Date.parse(String(timestamp)) < this.since)) this.#early.set(recordId, outcome);
  }

  #count(outcome: Outcome): number {
    let count = 0;
    for (const each of this.#known.values()) if (each === outcome) count += 1;
    return count;
  }
}

function idsOf({ id, reason }: DeadLetter): readonly string[] {
  const { messageId, shardId, sequenceNumber } = reason ?? {};
  return [id, messageId, sequenceNumber, sequenceNumber && `${shardId}:${sequenceNumber}`].filter(
    (each): each is string => each !== undefined,
  );
}

/**
 * A record of a stream or of a topic keeps its id, and may have had several dead letters before. Both times are the
 * function's own.
 */
function isLater(letter: DeadLetter, sent: DeadLetter): boolean {
  return letter.failedAt === undefined || sent.failedAt === undefined || letter.failedAt > sent.failedAt;
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}
