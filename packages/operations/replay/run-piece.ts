// Replays one description: finds its records, invokes the function with them, and removes what is done.
import { routeOf } from "../letters/route";
import { giveToFunction } from "../redrive/to-function";
import { AccessDenied } from "../stack/access";
import type { Consumer, Stack } from "../stack/stack";
import { type BatchDescription, describeRange } from "./description";
import { type Found, findRecords } from "./find-records";
import type { StreamMapping } from "./mapping";
import type { Piece } from "./pieces";
import { runRecords } from "./run-records";

export interface ReplayPlace {
  readonly stack: Stack;
  readonly consumer: Consumer;
  readonly functionName: string;
  readonly mapping: StreamMapping | undefined;
  readonly keep: boolean;
  readonly wholeRange: boolean;
  readonly signal: AbortSignal;
  say(line: string): void;
}

/**
 * - `ready`: nothing was run, and everything can be.
 * - `replayed`: all is done, and the description is removed, unless it is kept.
 * - `incomplete`: what the stream still has is done; the description stays for what is past retention.
 * - `expired`: nothing is left in the stream.
 * - `failed`: not all is done; the description stays.
 * - `ambiguous`: its range has other records, which `wholeRange` would run, too.
 */
export type ReplayOutcome = "ready" | "replayed" | "incomplete" | "expired" | "failed" | "ambiguous";

export interface Replayed {
  /** Id of the message, or key of the object. */
  readonly id: string;
  /** What is described: the records, or an asynchronous event. */
  readonly what: string;
  readonly outcome: ReplayOutcome;
  /** How many records were given up. */
  readonly records: number;
  /** How many were run and are done. */
  readonly done: number;
  /** How many of those the consumer has dead-lettered with their payload, as far as its log tells. */
  readonly deadLettered: number;
  /** Which records are past the stream's retention. */
  readonly expired?: string;
  /** Why not all is done. */
  readonly why?: string;
  /** Whether the description is gone. */
  readonly removed: boolean;
}

type State = Omit<Replayed, "id" | "what" | "records">;

/** What a replay would do. */
export const inspectPiece = (piece: Piece, place: ReplayPlace) =>
  settle(piece, place, async () => {
    const { description } = piece;
    if (description.kind === "event") return untouched("ready");
    const found = await findRecords(clientsOf(place), description, mappingIn(place), place.signal);
    return refusalOf(found, description, place) ?? { ...untouched("ready"), ...expiredIn(found) };
  });

export const runPiece = (piece: Piece, place: ReplayPlace) =>
  settle(piece, place, () =>
    piece.description.kind === "event" ? runEvent(piece, place) : runBatch(piece, piece.description, place),
  );

/** What is wrong with one description leaves the others as they are. A missing permission is the same for all. */
async function settle(piece: Piece, { signal }: ReplayPlace, work: () => Promise<State>): Promise<Replayed> {
  const { id, description } = piece;
  signal.throwIfAborted();
  const state = await work().catch((error: Error): State => {
    if (signal.aborted || error instanceof AccessDenied) throw error;
    return { ...untouched("failed"), why: error.message };
  });
  const records = description.kind === "event" ? 1 : description.size;
  return { id, what: describeRange(description), records, ...state };
}

async function runEvent(piece: Piece, place: ReplayPlace): Promise<State> {
  const { stack, keep } = place;
  const { letter } = piece;
  const route = letter && routeOf(letter, stack);
  if (letter === undefined || route?.to !== "function") {
    return { ...untouched("failed"), why: route?.to === "nowhere" ? route.why : "it is no message of the queue" };
  }
  const delivery = await giveToFunction(letter, route, clientsOf(place));
  if (!delivery.done) return { ...untouched("failed"), why: delivery.why };
  const deadLettered = delivery.outcome === "deadLettered" ? 1 : 0;
  return { outcome: "replayed", done: 1, deadLettered, removed: !keep && (await piece.remove()) };
}

async function runBatch(piece: Piece, description: BatchDescription, place: ReplayPlace): Promise<State> {
  const { functionName, keep, signal, say } = place;
  const clients = clientsOf(place);
  const mapping = mappingIn(place);
  const found = await findRecords(clients, description, mapping, signal);
  const refusal = refusalOf(found, description, place);
  if (refusal !== undefined) return refusal;
  const { records } = found;
  const { done, deadLettered, why } = await runRecords(clients.lambda, functionName, records, {
    batchSize: mapping.batchSize,
    signal,
    onDone: (count) => say(`${describeRange(description)}: ${count} of ${records.length} done`),
  });
  const state = { done, deadLettered, removed: false, ...expiredIn(found) };
  const [last, next] = [records[done - 1], records[done]];
  if (why !== undefined && next !== undefined) {
    const until = last === undefined ? "No record is done" : `Done are the records up to ${last.sequenceNumber}`;
    return { ...state, outcome: "failed", why: `${until}; ${next.sequenceNumber} failed: ${why}` };
  }
  if (found.expired !== undefined) return { ...state, outcome: "incomplete" };
  return { ...state, outcome: "replayed", removed: !keep && (await piece.remove()) };
}

function refusalOf(found: Found, { size }: BatchDescription, { wholeRange }: ReplayPlace): State | undefined {
  const { records, others } = found;
  if (records.length === 0) return { ...untouched("expired"), ...expiredIn(found) };
  if (others === 0 || wholeRange) return undefined;
  return {
    ...untouched("ambiguous"),
    ...expiredIn(found),
    why:
      `its range has ${records.length} records, and Lambda gave up ${size}: the other ${others} were in batches that ran at the ` +
      "same time. --whole-range runs all of them; those that were done once run again",
  };
}

const clientsOf = ({ stack, consumer }: ReplayPlace) => stack.clientsOf(consumer);

const untouched = (outcome: ReplayOutcome): State => ({ outcome, done: 0, deadLettered: 0, removed: false });

const expiredIn = ({ expired }: Found) => (expired === undefined ? {} : { expired });

function mappingIn({ mapping, consumer }: ReplayPlace): StreamMapping {
  if (mapping !== undefined) return mapping;
  throw new Error(`"${consumer.name}" reads no stream, and has the description of a stream's batch.`);
}
