// The redrive of letters that were chosen, one after the other.
import { type Audit, startAudit } from "../audit";
import { Choice, foundAll } from "../letters/choice";
import type { DeadLetter } from "../letters/letter";
import { openReader, type Reader } from "../letters/reader";
import { routeOf } from "../letters/route";
import type { Consumer, Stack } from "../stack/stack";
import { awaitCanaries, takeCanaries } from "./canary";
import { follow } from "./follow";
import { lanesOf } from "./lanes";
import { Outcomes } from "./outcomes";
import { paceOf } from "./pace";
import {
  operationOf,
  progressInterval,
  type Redriven,
  type RedriveRequest,
  textOf,
  throttled,
  type Working,
} from "./request";
import { Sending } from "./sending";
import { Supply } from "./supply";

/** Milliseconds. */
const logInterval = 1000;
/** Letters that are read, at most, to find those that have come back. */
const mostLookedAt = 1000;

export async function sendChosen(stack: Stack, request: RedriveRequest, working: Working): Promise<Redriven> {
  const chosen = new SendChosen(stack, request, working);
  try {
    await chosen.run();
  } catch (error) {
    // What the reader was interrupted in has changed nothing.
    if (!working.signal.aborted) {
      await chosen.note(textOf(error));
      const { sent, doubled } = await chosen.finish(textOf(error));
      if (sent === 0) throw error;
      const both = doubled.length === 0 ? "" : ` ${doubled.length} of them are still in the dead-letter queue, too.`;
      throw new Error(`${textOf(error)} Before that, ${sent} were sent.${both}`, { cause: error });
    }
  }
  const why = working.signal.aborted ? "it was interrupted" : undefined;
  await chosen.note(why);
  await chosen.follow();
  return chosen.finish(why);
}

class SendChosen {
  readonly #outcomes: Outcomes;
  readonly #sending: Sending;
  readonly #choice: Choice;
  #audit: Audit | undefined;
  #reader: Reader | undefined;
  #stopped: string | undefined;
  /** Ids of the first batch: when all of them come back, so will the rest. */
  #first: readonly string[] | undefined;
  readonly #tell = throttled(progressInterval);
  readonly #look = throttled(logInterval);

  constructor(
    private readonly stack: Stack,
    private readonly request: RedriveRequest,
    private readonly working: Working,
  ) {
    const { rate, to } = request;
    this.#choice = new Choice(request, "take");
    this.#outcomes = new Outcomes(stack);
    this.#sending = new Sending({
      stack,
      to,
      outcomes: this.#outcomes,
      pace: paceOf(rate, working.signal),
      begin: (receiver) => this.#begin(receiver),
      delete: (letters) => this.#reader?.delete(letters) ?? Promise.resolve(letters),
      ends: () => this.#ends(),
      progress: () => this.#progress(),
    });
  }

  /** A FIFO queue hands out ten letters of a group at a time: it is read again as long as that leads on. */
  async run(): Promise<void> {
    const { stack, request, working } = this;
    const { consumer } = request;
    for (let before = -1; before < this.#sending.sent.size && !this.#ends(); ) {
      before = this.#sending.sent.size;
      const reader = await openReader(stack, { consumer, signal: working.signal });
      this.#reader = reader;
      try {
        await this.#send(reader);
      } finally {
        await reader.close();
      }
      if (!consumer.url.endsWith(".fifo") || reader.complete) break;
    }
  }

  async #send(reader: Reader): Promise<void> {
    const { stack, request, working } = this;
    const supply = new Supply(reader, {
      chosen: (letter) => this.#choice.takes(letter) && !this.#sending.kept.has(letter.id),
      isBack: (letter) => this.#outcomes.isBack(letter),
    });
    // The order of a stream is that of its records, not of their dead letters.
    const inOrder = request.consumer.kind === "stream" || request.consumer.kind === "table";
    if (inOrder) supply.putBack(lanesOf(await supply.takeMany()).flat());
    if (request.canary !== undefined && this.#sending.sent.size === 0) {
      const canGo = (letter: DeadLetter) => routeOf(letter, stack, request.to).to !== "nowhere";
      const { canaries, others } = await takeCanaries(supply, request.canary, canGo);
      supply.putBack(await this.#sending.send(canaries));
      const { failed, sent } = this.#sending;
      const ids = [...sent.keys()];
      const why =
        failed > 0
          ? `${failed} of the first ${canaries.length} failed`
          : ids.length === 0 && others > 0
            ? `none of ${others} can be tried first: they cannot be sent, or have no room for the reason that their consumer logs`
            : await awaitCanaries(ids, this.#outcomes, {
                timeout: request.canaryTimeout,
                signal: working.signal,
                lookAhead: () => supply.lookAhead(),
              });
      if (why !== undefined) this.#stopped = why;
      else if (ids.length > 0) working.say(`The first ${ids.length} have succeeded: the rest follows.`);
    }
    while (!this.#ends()) {
      const letters = inOrder ? await supply.takeMany() : await supply.take(this.#sending.most);
      if (letters.length === 0) break;
      await this.#sending.send(letters);
      this.#first ??= [...this.#sending.sent.keys()];
    }
  }

  async #begin(receiver: Consumer): Promise<void> {
    const { stack, request, working } = this;
    this.#outcomes.watch(receiver);
    // A permission that is missing is told before anything is changed.
    await this.#outcomes.read();
    this.#audit ??= await startAudit(stack, operationOf(request, receiver), { off: !request.audit, say: working.say });
  }

  #ends(): boolean {
    this.#stopped ??= this.#whyToStop();
    return this.#stopped !== undefined || this.working.signal.aborted;
  }

  #whyToStop(): string | undefined {
    const { failed } = this.#sending;
    const { cameBack } = this.#outcomes;
    const first = this.#first ?? [];
    const allOfFirst = first.length > 1 && first.every((id) => this.#outcomes.of(id) === "deadLettered");
    if (allOfFirst) return `all of the first ${first.length} came back dead`;
    if (cameBack + failed < this.request.stopAfter) return undefined;
    return [cameBack > 0 && `${cameBack} came back dead`, failed > 0 && `${failed} failed`].filter(Boolean).join(", ");
  }

  async #progress(): Promise<void> {
    await this.#look(() => this.#outcomes.read());
    const { sent, kept } = this.#sending;
    const { cameBack, succeeded } = this.#outcomes;
    await this.#tell(() => {
      this.working.say(
        `${sent.size} sent, ${succeeded} of them succeeded so far, ${cameBack} came back dead, ${kept.size} stay.`,
      );
    });
  }

  /** Writes who has done what. */
  async note(why: string | undefined): Promise<void> {
    const { sent } = this.#sending;
    await this.#audit?.finish({ count: sent.size, ids: [...sent.values()], stopped: this.#stopped ?? why });
  }

  /**
   * Waits for the outcomes of what was sent, and then looks once for what has come back without a line in the log.
   * Never rejects: what was sent is sent.
   */
  async follow(): Promise<void> {
    const { wait = 0 } = this.request;
    const { signal, say } = this.working;
    if (wait === 0 || this.#stopped !== undefined || signal.aborted) return;
    const look = () => this.#outcomes.read().catch(() => {});
    await follow({ wait, signal, say, open: () => this.#open, look });
    for (const receiver of this.#sending.receivers) {
      if (this.#open > 0 && !signal.aborted) await this.#lookForThoseBack(receiver).catch(() => {});
    }
  }

  async #lookForThoseBack(consumer: Consumer): Promise<void> {
    const reader = await openReader(this.stack, { consumer, signal: this.working.signal, limit: mostLookedAt });
    try {
      for await (const wave of reader.waves()) {
        for (const letter of wave) this.#outcomes.isBack(letter);
        if (this.#open === 0) break;
      }
    } finally {
      await reader.close();
    }
  }

  /** How many have no outcome yet. */
  get #open(): number {
    return this.#sending.sent.size - this.#outcomes.succeeded - this.#outcomes.cameBack;
  }

  async finish(why: string | undefined): Promise<Redriven> {
    const { sent, kept, doubled, routes, receivers } = this.#sending;
    const stopped = this.#stopped ?? why;
    // What is known by now; most outcomes come later.
    if (sent.size > 0) await this.#outcomes.read().catch(() => {});
    const { succeeded, cameBack } = this.#outcomes;
    const looked = stopped === undefined && !foundAll(this.request, sent.size + kept.size);
    const unread = looked ? this.#reader?.unread : undefined;
    const { others } = this.#choice;
    return {
      sent: sent.size,
      succeeded,
      cameBack,
      unknown: this.#open,
      kept: [...kept].map(([id, reason]) => ({ id, why: reason })),
      doubled,
      to: [...routes],
      receivers: [...receivers].map(({ name }) => name),
      byAws: false,
      ...(unread && { unread }),
      ...(others && { others }),
      ...(stopped !== undefined && { stopped }),
    };
  }
}
