// Runs copies of a consumer's dead letters through the code of a checkout, and tells which would succeed now. On the
// stack's side it reads the dead-letter queue, and gives back what it read.
import { Choice, type Others } from "../letters/choice";
import type { Filter } from "../letters/filter";
import { lambdaRecordOf } from "../letters/lambda-record";
import type { DeadLetter } from "../letters/letter";
import { openReader } from "../letters/reader";
import { redriveLine } from "../letters/route";
import type { Unread } from "../letters/unread";
import { type Consumer, consumerNamed, type Stack } from "../stack/stack";
import { codeHashOf } from "./code-hash";
import { describedRecords } from "./described-records";
import { groupsOf, type Rehearsed, type RehearsedGroup } from "./groups";
import { type CheckoutSettings, type StandIn, startStandIn } from "./stand-in";
import { type Candidate, tryAll, type Verdict } from "./trials";

export interface RehearseSettings {
  /** Whose dead letters they are. */
  readonly stack: Stack;
  /** Names of the consumers, in the stack and in the checkout's program. */
  readonly names: readonly string[];
  readonly filter: Filter;
  /** The most letters that are read of each queue. */
  readonly limit: number;
  readonly checkout: CheckoutSettings;
  readonly signal: AbortSignal;
  /** Told of progress, and of what the program says when it starts. */
  say(line: string): void;
}

export interface Rehearsal {
  readonly consumer: string;
  /** How many letters the queue has, approximately. */
  readonly total: number;
  readonly read: number;
  /** Whether all letters of the queue were read. */
  readonly complete: boolean;
  /** What SQS did not hand out, although the limit was not reached. */
  readonly unread?: Unread;
  readonly succeed: number;
  readonly fail: number;
  readonly skipped: number;
  /** What is not the consumer's, and was not run. */
  readonly others?: readonly Others[];
  /** The largest first. */
  readonly groups: readonly RehearsedGroup[];
  readonly letters: readonly Rehearsed[];
  /**
   * Whether the local run, whose dead letters they are, has this checkout's code of the consumer. Undefined for a
   * deployed stack, and where nothing was run.
   */
  readonly running?: "same" | "other";
}

/**
 * One rehearsal for each name. Rejects with an Error for the user when the letters cannot be read or the program cannot
 * run here. Everything that was started has ended then.
 */
export async function rehearse(settings: RehearseSettings): Promise<readonly Rehearsal[]> {
  const { stack, names, checkout, signal, say } = settings;
  const consumers = [...new Set(names)].map((name) => consumerNamed(stack, name));
  for (const consumer of consumers) refuseWithoutFunction(consumer, stack);
  const copies: Copies[] = [];
  for (const consumer of consumers) copies.push(await copyLetters(consumer, settings));
  const count = copies.reduce((sum, { letters }) => sum + letters.length, 0);
  if (count === 0) return copies.map((each) => rehearsalOf(each, new Map(), undefined));
  say(`Starting this checkout's program for ${count} dead letter${count === 1 ? "" : "s"} of ${names.join(", ")}.`);
  const standIn = await startStandIn(checkout, { signal, say });
  try {
    const rehearsals: Rehearsal[] = [];
    for (const each of copies) {
      const verdicts = await verdictsOn(each, standIn, { stack, signal });
      rehearsals.push(rehearsalOf(each, verdicts, await runningOf(each, standIn, stack)));
    }
    return rehearsals;
  } finally {
    await standIn.close();
  }
}

async function verdictsOn(
  { consumer: { name }, letters }: Copies,
  standIn: StandIn,
  { stack, signal }: Pick<RehearseSettings, "stack" | "signal">,
): Promise<ReadonlyMap<DeadLetter, Verdict>> {
  const verdicts = new Map<DeadLetter, Verdict>();
  if (letters.length === 0) return verdicts;
  const here = await standIn.consumer(name);
  const candidates: Candidate[] = [];
  for (const letter of letters) {
    try {
      const records = await recordsOf(letter, { stack, sourceArn: here.consumer.sourceArn, signal });
      candidates.push({ letter, records });
    } catch (error) {
      signal.throwIfAborted();
      verdicts.set(letter, { verdict: "skipped", why: (error as Error).message });
    }
  }
  await tryAll(candidates, here, ({ letter }, verdict) => verdicts.set(letter, verdict));
  return verdicts;
}

/** Of the local run only: on AWS it would need a permission that nothing else here needs. */
async function runningOf({ consumer, letters }: Copies, standIn: StandIn, stack: Stack): Promise<Rehearsal["running"]> {
  if (stack.name !== undefined || letters.length === 0) return undefined;
  const here = await standIn.consumer(consumer.name);
  const running = await codeHashOf(stack.clientsOf(consumer), consumer).catch(() => undefined);
  return running === (await here.codeHash()) ? "same" : "other";
}

function rehearsalOf(
  { consumer, letters, ...counts }: Copies,
  verdicts: ReadonlyMap<DeadLetter, Verdict>,
  running: Rehearsal["running"],
): Rehearsal {
  const rehearsed = letters.map((letter) => rehearsedOf(letter, verdicts.get(letter)));
  const count = (verdict: Verdict["verdict"]) => rehearsed.filter((each) => each.verdict === verdict).length;
  return {
    consumer: consumer.name,
    ...counts,
    ...{ succeed: count("succeeds"), fail: count("fails"), skipped: count("skipped") },
    groups: groupsOf(rehearsed),
    letters: rehearsed,
    ...(running !== undefined && { running }),
  };
}

function refuseWithoutFunction({ name, kind }: Consumer, { flags }: Stack): void {
  if (kind !== "topic" && kind !== "schedule" && kind !== "rule") return;
  throw new Error(
    `"${name}" is a ${kind}: what it gave up has reached no function, so no code of yours has failed. ` +
      `Fix its target, then use: ${redriveLine({ name, kind }, flags)}`,
  );
}

interface Copies extends Pick<Rehearsal, "total" | "read" | "complete" | "unread" | "others"> {
  readonly consumer: Consumer;
  readonly letters: readonly DeadLetter[];
}

/** In the order in which they were sent. They are visible to others again before anything runs. */
async function copyLetters(consumer: Consumer, { stack, filter, limit, signal }: RehearseSettings): Promise<Copies> {
  const choice = new Choice({ consumer, filter }, "take");
  const reader = await openReader(stack, { consumer, signal, limit });
  try {
    const letters: DeadLetter[] = [];
    for await (const wave of reader.waves()) letters.push(...wave.filter((letter) => choice.takes(letter)));
    const { read, complete } = reader;
    const unread = read < limit ? reader.unread : undefined;
    const total = Math.max(reader.total + reader.held, read);
    // Within a FIFO group they come in order, and their times may be the same.
    if (!consumer.url.endsWith(".fifo")) letters.sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime());
    const { others } = choice;
    return { consumer, letters, total, read, complete, ...(unread && { unread }), ...(others && { others }) };
  } finally {
    await reader.close();
  }
}

async function recordsOf(
  letter: DeadLetter,
  { stack, sourceArn, signal }: { stack: Stack; sourceArn: string; signal: AbortSignal },
): Promise<Candidate["records"]> {
  const { description } = letter;
  if (description === undefined) return [lambdaRecordOf(letter, sourceArn)];
  return describedRecords(letter.consumer, description, { stack, signal });
}

function rehearsedOf({ id, errorType, errorMessage, reason }: DeadLetter, verdict: Verdict | undefined): Rehearsed {
  const bundle = reason?.bundle === undefined ? {} : { bundle: reason.bundle };
  const was = { errorType, errorMessage, ...bundle };
  return { id, was, ...(verdict ?? { verdict: "skipped", why: "It was not run." }) };
}
