// Sends dead letters back: all at once by AWS where it can, otherwise one by one; and stops when they come back dead.
import { type Audit, type Operation, startAudit } from "../audit";
import { isEmpty } from "../letters/filter";
import { openReader, type Reader } from "../letters/reader";
import type { Consumer, Stack } from "../stack/stack";
import { awaitCanaries, takeCanaries } from "./canary";
import { lanesOf } from "./lanes";
import { fastestMove, moveAll, servesOnly } from "./move-task";
import { Outcomes } from "./outcomes";
import { paceOf } from "./pace";
import { isChosen, type Plan, planOf, type Selection } from "./plan";
import { Sending } from "./sending";
import { Supply } from "./supply";

export interface RedriveRequest extends Selection {
  /** Another consumer that gets them. */
  readonly to?: Consumer | undefined;
  /** Whether more than one may be sent. Without it, the answer is a plan. */
  readonly yes: boolean;
  /** How many are sent first, to see whether they succeed. */
  readonly canary?: number | undefined;
  /** Seconds for which their outcome is awaited. */
  readonly canaryTimeout: number;
  /** Letters a second. */
  readonly rate?: number | undefined;
  /** How many may come back dead, or fail, before it stops. */
  readonly stopAfter: number;
  /** Whether who did it is written into the consumer's log group. */
  readonly audit: boolean;
}

export interface Working {
  say(line: string): void;
  readonly signal: AbortSignal;
}

export interface Kept {
  readonly id: string;
  readonly why: string;
}

export interface Redriven {
  readonly sent: number;
  /** Of these it is known already that they have succeeded. */
  readonly succeeded: number;
  /** Of these it is known already that they are dead letters again. */
  readonly cameBack: number;
  /** What stays in the dead-letter queue, and why. */
  readonly kept: readonly Kept[];
  /** Sent, and still in the dead-letter queue too, since SQS did not delete them. */
  readonly doubled: readonly string[];
  /** Where they went. */
  readonly to: readonly string[];
  /** Whether AWS moved the whole queue itself. */
  readonly byAws: boolean;
  /** Why it ended before the end. */
  readonly stopped?: string;
}

export type RedriveAnswer = { readonly plan: Plan } | { readonly done: Redriven };

/** Milliseconds. */
const progressInterval = 1000;
const logInterval = 1000;

export async function redrive(stack: Stack, request: RedriveRequest, working: Working): Promise<RedriveAnswer> {
  const { to } = request;
  if (request.yes) return { done: await run(stack, request, working) };
  const plan = await planOf(stack, request, { to, signal: working.signal });
  const [only] = plan.ids;
  if (plan.count !== 1 || only === undefined) return { plan };
  return { done: await run(stack, { ...request, only }, working) };
}

async function run(stack: Stack, request: RedriveRequest, working: Working): Promise<Redriven> {
  return (await movesWhole(stack, request)) ? moveWhole(stack, request, working) : sendChosen(stack, request, working);
}

/** AWS moves whole queues only, back to queues, and tells nobody which message is which. */
async function movesWhole(
  { clients }: Stack,
  { consumer, filter, only, to, canary, rate = 0 }: RedriveRequest,
): Promise<boolean> {
  if (consumer.kind !== "queue" || !isEmpty(filter) || only !== undefined) return false;
  if (canary !== undefined || rate > fastestMove || !Number.isInteger(rate)) return false;
  if (to === undefined) return servesOnly(clients.sqs, consumer);
  return to.kind === "queue" && isFifo(to.url) === isFifo(consumer.url);
}

const isFifo = (url: string) => url.endsWith(".fifo");

async function moveWhole(stack: Stack, request: RedriveRequest, { say, signal }: Working): Promise<Redriven> {
  const { consumer, stopAfter, rate } = request;
  const receiver = request.to ?? consumer;
  const outcomes = new Outcomes(stack.clients.logs);
  outcomes.watch(receiver);
  await outcomes.read();
  const audit = await startAudit(stack, operationOf(request, receiver), { off: !request.audit, say });
  const tell = throttled(progressInterval);
  const look = throttled(logInterval);
  try {
    const { moved, stopped } = await moveAll({
      sqs: stack.clients.sqs,
      consumer,
      destinationArn: receiver.sourceArn,
      perSecond: rate,
      signal,
      progress: (done, of) => void tell(() => say(`AWS moves them: ${done} of about ${of}.`)),
      stops: async () => {
        await look(() => outcomes.read());
        const cameBack = outcomes.deadLetteredByAnyone;
        return cameBack >= stopAfter ? `${cameBack} came back dead` : undefined;
      },
    });
    await audit.finish({ count: moved, stopped });
    return {
      sent: moved,
      succeeded: outcomes.succeededByAnyone,
      cameBack: outcomes.deadLetteredByAnyone,
      ...{ kept: [], doubled: [], byAws: true },
      to: [`queue ${receiver.sourceArn.split(":").at(-1)}`],
      ...(stopped !== undefined && { stopped }),
    };
  } catch (error) {
    await audit.finish({ stopped: textOf(error) });
    throw error;
  }
}

async function sendChosen(stack: Stack, request: RedriveRequest, working: Working): Promise<Redriven> {
  const chosen = new SendChosen(stack, request, working);
  try {
    await chosen.run();
  } catch (error) {
    // What the reader was interrupted in has changed nothing.
    if (!working.signal.aborted) {
      await chosen.finish(textOf(error));
      throw error;
    }
  }
  return chosen.finish(working.signal.aborted ? "it was interrupted" : undefined);
}

class SendChosen {
  readonly #outcomes: Outcomes;
  readonly #sending: Sending;
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
    this.#outcomes = new Outcomes(stack.clients.logs);
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
      const reader = await openReader({ sqs: stack.clients.sqs, consumer, signal: working.signal });
      this.#reader = reader;
      try {
        await this.#send(reader);
      } finally {
        await reader.close();
      }
      if (!isFifo(consumer.url) || reader.complete) break;
    }
  }

  async #send(reader: Reader): Promise<void> {
    const { request, working } = this;
    const supply = new Supply(reader, {
      chosen: (letter) => isChosen(request, letter) && !this.#sending.kept.has(letter.id),
      isBack: (letter) => this.#outcomes.isBack(letter),
    });
    // The order of a stream is that of its records, not of their dead letters.
    const inOrder = request.consumer.kind === "stream" || request.consumer.kind === "table";
    if (inOrder) supply.putBack(lanesOf(await supply.takeAll()).flat());
    if (request.canary !== undefined && this.#sending.sent.size === 0) {
      const canaries = await takeCanaries(supply, request.canary);
      supply.putBack(await this.#sending.send(canaries));
      const { failed, sent } = this.#sending;
      const ids = [...sent.keys()];
      const why =
        failed > 0
          ? `${failed} of the first ${canaries.length} failed`
          : await awaitCanaries(ids, this.#outcomes, {
              timeout: request.canaryTimeout,
              signal: working.signal,
              readMore: () => supply.readMore(),
            });
      if (why !== undefined) this.#stopped = why;
      else if (ids.length > 0) working.say(`The first ${ids.length} have succeeded: the rest follows.`);
    }
    while (!this.#ends()) {
      const letters = inOrder ? await supply.takeAll() : await supply.take(this.#sending.most);
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

  async finish(why: string | undefined): Promise<Redriven> {
    const { sent, kept, doubled, routes } = this.#sending;
    const stopped = this.#stopped ?? why;
    // What is known by now; most outcomes come later.
    if (sent.size > 0) await this.#outcomes.read().catch(() => {});
    const { succeeded, cameBack } = this.#outcomes;
    await this.#audit?.finish({ count: sent.size, ids: [...sent.values()].map(({ id }) => id), stopped });
    return {
      sent: sent.size,
      succeeded,
      cameBack,
      kept: [...kept].map(([id, reason]) => ({ id, why: reason })),
      doubled,
      to: [...routes],
      byAws: false,
      ...(stopped !== undefined && { stopped }),
    };
  }
}

/** The lines about it are in the consumer's log group, or in that of the target of a schedule or a rule. */
function operationOf({ consumer, filter, only, to }: RedriveRequest, receiver: Consumer): Operation {
  return {
    operation: "redrive",
    consumer,
    logGroupName: consumer.logGroupName ?? receiver.logGroupName,
    filter: only === undefined ? filter : { id: [only] },
    from: consumer.url,
    to: to?.name,
  };
}

/** Does the work only when it was not done for so many milliseconds. */
function throttled(interval: number): (work: () => unknown) => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async (work) => {
    if (performance.now() - last < interval) return;
    last = performance.now();
    await work();
  };
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
