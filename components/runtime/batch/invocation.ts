// One invocation of a function with a batch of records, whatever their source: its deadline, its failures, its dead
// letters.
import type { Context } from "aws-lambda";
import { sendMessage } from "../aws/sqs-client";
import type { BatchRecord, RecordContext } from "../callback/callback";
import { nameError, notDecoded, stackOf } from "../callback/errors";
import { Calls, OutOfTime } from "./calls";
import { type DeadLetterRecord, deadLetterOf } from "./dead-letter";
import type { Deadline } from "./deadline";
import type { EarlierReason } from "./earlier-reason";
import type { Opened } from "./envelope";
import type { Prepared } from "./prepare";
import { ContextOfRecord, type Identity } from "./record-context";
import { type Failure, mostFailures, type RecordOutcome, type Report } from "./report";
import type { BatchRun, Item } from "./run-batch";

const mostCorrelationIds = 10;

/** A record as the invocation tells what has become of it. */
export interface Received extends Item {
  /** Of an event that was a dead letter before. */
  readonly earlier: EarlierReason | undefined;
  /** What is stored of it when it is given up. */
  lost(): DeadLetterRecord;
}

/** Its times are milliseconds since the epoch. */
export class Invocation {
  /** When what still runs is given up. */
  readonly deadline: number;
  /** When the last dead letter must be stored; what is not settled by then stays in its source. */
  readonly settled: number;
  /** When the delays must be set, so that the answer is there before Lambda ends the process. */
  readonly answered: number;
  readonly failures: Failure[] = [];
  private readonly started = Date.now();
  private readonly correlationIds = new Set<string>();
  private readonly outcomes = new Map<Item, RecordOutcome>();
  /** Records that came back and of which the log has what has become of them. */
  private readonly told = new Set<Item>();
  /** Errors whose stack is in the log. */
  private readonly stacks = new Set<unknown>();
  /** Its calls to AWS beside the callback's own. */
  readonly calls = new Calls();

  constructor(
    readonly report: Report,
    readonly context: Context,
  ) {
    const remaining = context.getRemainingTimeInMillis();
    const ends = this.started + remaining;
    // So that the deadline is a whole millisecond: AbortSignal.timeout takes no others.
    const margin = Math.floor(Math.min(Math.max(remaining * 0.1, 500), 5000, remaining / 2));
    this.deadline = ends - margin;
    this.settled = ends - Math.min(margin * 0.4, 1500);
    this.answered = ends - Math.min(margin / 5, 300);
  }

  /** How a callback of either kind is run with the records of a batch. Whatever `open` throws is permanent. */
  runs<I extends Item>(
    prepared: Prepared,
    open: (item: I) => Opened,
    identityOf: (item: I, opened: Opened) => Identity,
  ): Pick<BatchRun<I>, "handle" | "handleAll"> {
    if (prepared.kind === "record") {
      return {
        handle: (item, deadline) => {
          const opened = decoded(open, item);
          return prepared.run(opened.event, this.contextOf(identityOf(item, opened), opened.envelope, deadline));
        },
      };
    }
    const together = async (items: readonly I[], deadline: Deadline, start: () => boolean) => {
      const { valid, failed } = await this.accept(items, deadline, {
        open,
        identityOf,
        validate: (event) => prepared.validate(event),
      });
      if (valid.length === 0 || !start()) return failed;
      try {
        for (const { id, error } of await prepared.run(valid)) failed.set(id, error);
      } catch (error) {
        for (const { id } of valid) failed.set(id, error);
      }
      return failed;
    };
    return {
      handle: async (item, deadline) => {
        const failed = await together([item], deadline, () => !deadline.hasCome());
        if (failed.has(item.id)) throw failed.get(item.id);
      },
      handleAll: together,
    };
  }

  /**
   * The records that are events as the schema wants them, and by id why the others are not; at the deadline it stops.
   */
  async accept<I extends Item>(
    items: readonly I[],
    deadline: Deadline,
    {
      open,
      identityOf,
      validate,
    }: {
      open(item: I): Opened;
      identityOf(item: I, opened: Opened): Identity;
      validate(event: unknown): unknown;
    },
  ): Promise<{ readonly valid: readonly BatchRecord<unknown>[]; readonly failed: Map<string, unknown> }> {
    const failed = new Map<string, unknown>();
    const valid: BatchRecord<unknown>[] = [];
    for (const item of items) {
      if (deadline.hasCome()) break;
      try {
        const opened = decoded(open, item);
        const context = this.contextOf(identityOf(item, opened), opened.envelope, deadline);
        valid.push({ id: item.id, event: await validate(opened.event), context });
      } catch (error) {
        failed.set(item.id, error);
      }
    }
    return { valid, failed };
  }

  private contextOf(identity: Identity, envelope: unknown, deadline: Deadline): RecordContext {
    if (this.correlationIds.size < mostCorrelationIds) this.correlationIds.add(identity.correlationId);
    return new ContextOfRecord(identity, envelope, deadline, this.report, this.context.awsRequestId);
  }

  /**
   * The record stays in its source until its dead letter is stored: a lost answer makes two dead letters, never none.
   */
  async deadLetter(queueUrl: string, item: Received, error: unknown): Promise<"placed" | "no room" | "refused"> {
    // Near the end there may be thousands for which no time is left, and the line of the batch names them.
    if (Date.now() >= this.settled) return "refused";
    const { id } = item;
    try {
      const message = deadLetterOf(item.lost(), { error, failedAt: new Date(), context: this.context });
      if (message === undefined) {
        this.warn("a record leaves no room for its reason in its dead letter", { recordId: id, ...nameError(error) });
        return "no room";
      }
      await this.calls.inTime(this.settled, (limits) => sendMessage(queueUrl, message, limits));
      return "placed";
    } catch (refusal) {
      if (refusal instanceof OutOfTime) return "refused";
      this.warn("a dead letter could not be stored; its record stays in its source", {
        recordId: id,
        ...nameError(error),
        refusal: nameError(refusal),
      });
      return "refused";
    }
  }

  fail(item: Item, outcome: RecordOutcome, error: unknown): void {
    const isNew = outcome !== "handedBack" && this.failures.length < mostFailures && !this.stacks.has(error);
    const stack = isNew ? stackOf(error) : undefined;
    const { id, attempt } = item;
    this.stacks.add(error);
    this.outcomes.set(item, outcome);
    this.failures.push({ id, attempt, outcome, ...nameError(error), ...(stack !== undefined && { stack }) });
  }

  /**
   * Notes in the log, once, what has become of a record whose event was a dead letter before. `isDone`: whether one
   * that has not failed does not come again.
   */
  tellRedriven<I extends Received>(item: I, isDone: (item: I) => boolean = () => true): void {
    const { id, earlier } = item;
    if (earlier === undefined || this.told.has(item)) return;
    this.told.add(item);
    const outcome = this.outcomes.get(item) ?? (isDone(item) ? "succeeded" : "handedBack");
    const { redrives } = earlier;
    this.report.redriven(this.context.awsRequestId, id, item.lost().correlationId, { redrives, outcome });
  }

  warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.report.warn(this.context.awsRequestId, message, fields);
  }

  /** Of all records, when the answer to Lambda is known. `isDone`: as in `tellRedriven`. */
  tell<I extends Received>(items: readonly I[], isDone?: (item: I) => boolean): void {
    const received = items.length;
    const count = (outcome: RecordOutcome) => this.failures.filter((failure) => failure.outcome === outcome).length;
    this.report.batch(
      this.context.awsRequestId,
      {
        received,
        succeeded: received - this.failures.length,
        retried: count("retried"),
        deadLettered: count("deadLettered"),
        handedBack: count("handedBack"),
        milliseconds: Date.now() - this.started,
      },
      this.failures,
      [...this.correlationIds],
    );
    for (const item of items) this.tellRedriven(item, isDone);
  }
}

function decoded<I>(open: (item: I) => Opened, item: I): Opened {
  try {
    return open(item);
  } catch (error) {
    throw notDecoded(error);
  }
}
