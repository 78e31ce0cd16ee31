// Around a consumer and its callback: records of one event run the callback once, whoever sent it twice or delivered it
// again.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { Context } from "aws-lambda";
import { Limit } from "../batch/limit";
import type { AnyCallback, Handle, RecordContext } from "../callback/callback";
import { NotYet, nameError, PermanentError } from "../callback/errors";
import { type IdempotencySettings, type Settings, settingsVariable } from "../settings";
import { digest, valueAt } from "./idempotency-key";
import { type Claim, IdempotencyTable } from "./idempotency-table";
import { canBeHidden, latestStart, until } from "./waiting";

/** The key was used before for an event of other content. No retry can fix that. */
export class IdempotencyValidationError extends PermanentError {}

/**
 * The event is in hand elsewhere, and it is not known yet what becomes of it: the record comes back when that time is
 * over.
 */
export class IdempotencyAlreadyInProgressError extends NotYet {
  override readonly name = "IdempotencyAlreadyInProgressError";
}

/** An invocation of the function: what it has in hand is given up when it ends. */
interface Invocation {
  /** Milliseconds since the epoch at which Lambda ends the process. */
  readonly ends: number;
  readonly inHand: Set<Claim>;
  /** Notes on their way to the table, which must be there before the process is frozen. */
  readonly noting: Promise<void>[];
}

type Handler<E, A> = (event: E, context: Context) => Promise<A>;

/**
 * Makes the handler of a consumer, as `queueHandler`, for a callback that takes one record at a time. Reads the
 * settings as it does.
 */
export function idempotent<E, A>(
  handlerOf: (callback: AnyCallback) => Handler<E, A>,
  callback: AnyCallback,
): Handler<E, A> {
  if (callback.kind !== "record") {
    throw new TypeError(
      `Idempotency is for callbacks that take one record at a time, and this is a ${callback.kind} callback.`,
    );
  }
  const invocations = new AsyncLocalStorage<Invocation>();
  let once: Once | undefined;
  const handler = handlerOf({
    ...callback,
    factory: (bindings: never): Handle<never> => {
      const made = new Once(...readSettings(), callback.factory(bindings) as Handle<unknown>);
      once = made;
      return (event, context) => made.run(event, context, invocations.getStore() ?? raise());
    },
  });
  return async (event, context) => {
    const ends = Date.now() + context.getRemainingTimeInMillis();
    const invocation = { ends, inHand: new Set<Claim>(), noting: [] };
    try {
      return await invocations.run(invocation, () => handler(event, context));
    } finally {
      await once?.giveUp(invocation);
    }
  };
}

function readSettings(): [settings: IdempotencySettings, isStream: boolean] {
  const { idempotency, source } = JSON.parse(process.env[settingsVariable] ?? "{}") as Partial<Settings>;
  if (idempotency === undefined) {
    throw new Error(
      `${settingsVariable} has no idempotency settings; deploy the function with its component, which sets them.`,
    );
  }
  return [idempotency, source?.kind === "stream"];
}

function raise(): never {
  throw new Error("The callback was called outside of an invocation.");
}

/** Milliseconds before the end of the invocation at which Lambda is answered at the latest. */
const reserve = 200;
/** Times that an item may vanish between two calls before the event counts as in hand. */
const mostVanished = 5;

/** Releases at a time: each takes a connection. */
const releasesAtATime = 10;

const skipped = {
  done: "the event was handled before; the callback is not run again",
  "in hand": "another record of the event is in progress; this duplicate cannot be hidden, and is not needed",
} as const;

class Once {
  private readonly table: IdempotencyTable;

  constructor(
    private readonly settings: IdempotencySettings,
    private readonly isStream: boolean,
    private readonly handle: Handle<unknown>,
  ) {
    this.table = new IdempotencyTable(settings);
  }

  async run(event: unknown, context: RecordContext, invocation: Invocation): Promise<void> {
    const values = this.settings.key.map((path) => valueAt(event, path));
    const claim: Claim = {
      id: `${this.settings.scope}#${digest(values)}`,
      owner: randomUUID(),
      record: context.id,
      validation: digest(event),
    };
    const { inHand, ends } = invocation;
    // Noted before the call: if its answer is lost, the table may have taken it.
    inHand.add(claim);
    const taken = await this.take(claim, context, invocation, values);
    if (taken !== "run") {
      inHand.delete(claim);
      context.logger.info(skipped[taken], { idempotencyKey: claim.id });
      return;
    }
    if (context.signal.aborted) throw context.signal.reason;
    try {
      await this.handle(event, context);
    } catch (error) {
      inHand.delete(claim);
      // The callback's own error is what the record has failed with, whatever becomes of this.
      await inTime(invocation, this.release(claim, ends, context));
      throw error;
    }
    // It was given up, and may have returned because of that: whatever it did counts as not done.
    if (context.signal.aborted) return;
    inHand.delete(claim);
    await inTime(invocation, this.complete(claim, ends, context));
  }

  /** Frees what was given up, so that its retry can run, before Lambda is answered. */
  async giveUp({ inHand, noting, ends }: Invocation): Promise<void> {
    const releases = new Limit(releasesAtATime);
    const all = Promise.all([...noting, ...[...inHand].map((claim) => releases.run(() => this.release(claim, ends)))]);
    const late = new AbortController();
    // A table that does not answer must not cost the batch its own answer: what is in hand is free when the time is
    // over anyway.
    await Promise.race([all, until(ends - reserve, late.signal)]);
    late.abort();
  }

  /**
   * Whether the callback is to run: not for what is done, and not for a duplicate that cannot come back later. Rejects
   * for what is in hand, and for what another event is done under.
   */
  private async take(
    claim: Claim,
    context: RecordContext,
    { ends, inHand }: Invocation,
    values: readonly unknown[],
  ): Promise<"run" | keyof typeof skipped> {
    const said = `${this.settings.key.join(", ")} ${values.join(", ")}`;
    for (let vanished = 0; vanished < mostVanished; ) {
      if (context.signal.aborted) throw context.signal.reason;
      if (await this.table.take(claim, ends)) return "run";
      const found = await this.table.find(claim.id, ends);
      if (found === undefined) {
        vanished += 1;
      } else if (found.status === "done") {
        if (found.validation === claim.validation) return "done";
        inHand.delete(claim);
        throw new IdempotencyValidationError(`An event with the same ${said} and other content was handled before.`);
      } else if (found.owner === claim.owner) {
        // An answer was lost, and the call was tried again.
        return "run";
      } else if (
        found.until < latestStart(context, this.isStream && found.record === claim.record) &&
        (found.record === claim.record || !canBeHidden(context))
      ) {
        // Left behind by an attempt of this very record whose process died, or there is no attempt left for coming
        // back.
        await until(found.until, context.signal);
      } else {
        inHand.delete(claim);
        if (found.record !== claim.record && !canBeHidden(context)) {
          // The other record is in its source until its invocation has ended: done, tried again, or a dead letter of
          // the same event. To fail here would use up attempts, and make a dead letter of what has not failed.
          if (found.validation === claim.validation) return "in hand";
          throw new IdempotencyValidationError(`An event with the same ${said} and other content is in progress.`);
        }
        // Left behind as above, and free too late. A stream tries again at once, which would use up its retries: after
        // this wait the next attempt begins shortly before that time, or after it.
        if (this.isStream) {
          await until(Math.min(found.until, context.deadline - reserve), context.signal);
        }
        throw new IdempotencyAlreadyInProgressError(
          `The event with ${said} is in progress in another invocation.`,
          found.until,
        );
      }
    }
    inHand.delete(claim);
    throw new IdempotencyAlreadyInProgressError(
      `The event with ${said} is in progress in another invocation.`,
      Date.now(),
    );
  }

  /**
   * The callback has run, so a record that fails now would run it again: it succeeds, and its duplicates can run it
   * once more.
   */
  private async complete(claim: Claim, ends: number, { logger, deadline }: RecordContext): Promise<void> {
    try {
      await this.table.complete(claim, ends, deadline);
    } catch (error) {
      logger.warn("the completion of an event could not be stored; a duplicate of it would run again", {
        idempotencyKey: claim.id,
        ...nameError(error),
      });
    }
  }

  private async release(claim: Claim, ends: number, context?: RecordContext): Promise<void> {
    try {
      await this.table.release(claim, ends);
    } catch (error) {
      context?.logger.warn(
        "an event could not be released; it can run again when the time of this invocation is over",
        {
          idempotencyKey: claim.id,
          ...nameError(error),
        },
      );
    }
  }
}

/** The invocation does not end before it. */
function inTime({ noting }: Invocation, noted: Promise<void>): Promise<void> {
  noting.push(noted);
  return noted;
}
