// Runs dead letters through the stand-in, several in one invocation where their outcomes do not depend on each other.
import type { Failed } from "../invocation/invoke";
import type { LambdaRecord } from "../letters/lambda-record";
import type { DeadLetter } from "../letters/letter";
import type { ConsumerStandIn, RecordFailure, Trial } from "./stand-in";

/** A letter with the records that it holds, or describes. */
export interface Candidate {
  readonly letter: DeadLetter;
  readonly records: readonly LambdaRecord[];
}

export type Verdict =
  | { readonly verdict: "succeeds" }
  /** `retried`: Lambda would run it again, as often as its source allows. */
  | ({ readonly verdict: "fails"; readonly retried: boolean } & Failed)
  | { readonly verdict: "skipped"; readonly why: string };

/** Bytes of a synchronous invocation, with room for what is around the records. */
const largestEvent = 6 * 1024 * 1024 - 4096;

/** `onVerdict` is told of each verdict, once per candidate. */
export async function tryAll(
  candidates: readonly Candidate[],
  standIn: Pick<ConsumerStandIn, "invoke" | "batchSize">,
  onVerdict: (candidate: Candidate, verdict: Verdict) => void,
): Promise<void> {
  for (const batch of batchesOf(candidates, standIn.batchSize)) {
    const trial = await standIn.invoke(batch.flatMap(({ records }) => records));
    for (const candidate of batch) {
      const isAlone = batch.length === 1;
      const verdict = isAlone ? verdictAlone(candidate, trial) : verdictOf(candidate, batch, trial);
      // One that killed the process, or that was behind another, has told nothing of itself.
      onVerdict(candidate, verdict ?? verdictAlone(candidate, await standIn.invoke(candidate.records)));
    }
  }
}

/** In order. Letters of one FIFO group, or of one event, depend on each other, so they are in different batches. */
function batchesOf(candidates: readonly Candidate[], size: number): readonly (readonly Candidate[])[] {
  const batches: Candidate[][] = [];
  let taken = new Set<string>();
  let bytes = 0;
  for (const candidate of candidates) {
    const keys = keysOf(candidate);
    const more = Buffer.byteLength(JSON.stringify(candidate.records.map(({ record }) => record)));
    const last = batches.at(-1);
    const fits =
      last !== undefined &&
      last.length < size &&
      bytes + more <= largestEvent &&
      // The records of a description are a batch already.
      candidate.records.length === 1 &&
      last[0]?.records.length === 1 &&
      !keys.some((key) => taken.has(key));
    if (fits) last.push(candidate);
    else {
      batches.push([candidate]);
      taken = new Set();
      bytes = 0;
    }
    for (const key of keys) taken.add(key);
    bytes += more;
  }
  return batches;
}

function keysOf({ letter, records }: Candidate): readonly string[] {
  const ids = records.map(({ id }) => `id ${id}`);
  return letter.group === undefined ? ids : [...ids, `group ${letter.group}`];
}

/** Undefined where it must be run alone to be known. */
function verdictOf(candidate: Candidate, batch: readonly Candidate[], { failures, crash }: Trial): Verdict | undefined {
  if (crash !== undefined) return undefined;
  const failure = failureIn(candidate, failures);
  if (failure === undefined) return { verdict: "succeeds" };
  if (failure.outcome === "handedBack") return undefined;
  // A callback of whole batches fails for all of them when it throws.
  const all = batch.map((each) => failureIn(each, failures));
  const isOne = all.every(
    (each) => each?.errorType === failure.errorType && each.errorMessage === failure.errorMessage,
  );
  return isOne ? undefined : failed(failure);
}

function verdictAlone(candidate: Candidate, { failures, crash }: Trial): Verdict {
  const failure = failureIn(candidate, failures);
  if (failure !== undefined) return failed(failure);
  return crash === undefined ? { verdict: "succeeds" } : failed({ ...crash, outcome: "retried" });
}

/** Of several records, that which failed first, and not those that were behind it. */
function failureIn({ records }: Candidate, failures: Trial["failures"]): RecordFailure | undefined {
  const failed = records.flatMap(({ id }) => failures.get(id) ?? []);
  return failed.find(({ outcome }) => outcome !== "handedBack") ?? failed[0];
}

const failed = ({ errorType, errorMessage, stack, outcome }: RecordFailure): Verdict => ({
  verdict: "fails",
  retried: outcome !== "deadLettered",
  errorType,
  errorMessage,
  ...(stack !== undefined && { stack }),
});
