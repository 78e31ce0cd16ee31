// Runs again what a consumer's mapping, or Lambda, has given up and only described: the records of those batches, from
// the stream or from the bucket that has them, and asynchronous events.

import { startAudit } from "../audit";
import { openReader } from "../letters/reader";
import { redriveLine } from "../letters/route";
import { type Consumer, consumerNamed, type Stack } from "../stack/stack";
import { mappingOf, type StreamMapping } from "./mapping";
import { collectPieces, type Piece } from "./pieces";
import { inspectPiece, type Replayed, type ReplayPlace, runPiece } from "./run-piece";

export interface ReplaySettings {
  readonly stack: Stack;
  /** Name of the consumer. */
  readonly name: string;
  /** Most descriptions. */
  readonly limit: number;
  /** Ids of messages, or keys of objects; without any, all descriptions. */
  readonly ids?: readonly string[];
  /** Replay more than one description, and do not only say what would be done. */
  readonly yes: boolean;
  /** Keep descriptions whose records are done. */
  readonly keep: boolean;
  /** Also run the other records of a description's range, which were not given up. */
  readonly wholeRange: boolean;
  /** Whether a line in the consumer's log group says who did it. */
  readonly audit: boolean;
  readonly signal: AbortSignal;
  /** Told of progress. */
  say(line: string): void;
}

export interface ReplayResult {
  readonly consumer: string;
  /** Whether nothing was run, because more than one description needs `yes`. */
  readonly dry: boolean;
  readonly descriptions: readonly Replayed[];
}

/** Rejects with an Error for the user. What was not replayed is back in its queue then. */
export async function replay(settings: ReplaySettings): Promise<ReplayResult> {
  const { stack, name, signal, limit } = settings;
  const consumer = consumerNamed(stack, name);
  const functionName = functionOf(consumer, stack);
  const clients = stack.clientsOf(consumer);
  const hasMapping = consumer.kind === "stream" || consumer.kind === "table";
  const mapping = hasMapping ? await mappingOf(clients, consumer) : undefined;
  if (mapping !== undefined) refuseWindow(consumer, mapping);
  const reader = await openReader(stack, { consumer, signal });
  try {
    const { ids, say, yes, keep, wholeRange } = settings;
    const pieces = await collectPieces({ consumer, flags: stack.flags, reader, clients, mapping, limit, ids, say });
    const place = { stack, consumer, functionName, mapping, keep, wholeRange, signal, say };
    const dry = pieces.length > 1 && !yes;
    const descriptions = dry ? await inspectAll(pieces, place) : await runAll(pieces, place, settings);
    return { consumer: name, dry, descriptions };
  } finally {
    await reader.close();
  }
}

function functionOf({ name, kind, functionName }: Consumer, { flags }: Stack): string {
  if (kind === "queue") {
    throw new Error(
      `"${name}" consumes a queue, whose dead letters have their messages; use: ${redriveLine({ name, kind }, flags)}`,
    );
  }
  if (functionName !== undefined) return functionName;
  throw new Error(
    kind === "topic" || kind === "schedule" || kind === "rule"
      ? `"${name}" is a ${kind}, and Lambda describes nothing that it gives up; use: ${redriveLine({ name, kind }, flags)}`
      : `The output of "${name}" names no function; deploy the program with this version of spillway first.`,
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html */
function refuseWindow({ name }: Consumer, { tumblingWindow }: StreamMapping): void {
  if (tumblingWindow === 0) return;
  throw new Error(
    `"${name}" counts its records in tumbling windows of ${tumblingWindow} s. Lambda hands a window's state only to its own ` +
      "invocations, so replayed records would be counted from nothing, in a window that never ends. Add what they " +
      "count to the result by hand, or have a second consumer without a window read the stream from AT_TIMESTAMP.",
  );
}

async function inspectAll(pieces: readonly Piece[], place: ReplayPlace): Promise<readonly Replayed[]> {
  const inspected: Replayed[] = [];
  for (const piece of pieces) inspected.push(await inspectPiece(piece, place));
  return inspected;
}

async function runAll(
  pieces: readonly Piece[],
  place: ReplayPlace,
  { audit: writes, ids: filter, say }: ReplaySettings,
): Promise<readonly Replayed[]> {
  if (pieces.length === 0) return [];
  const { stack, consumer, functionName } = place;
  const ids = pieces.map(({ id }) => id);
  const operation = { operation: "replay", consumer, from: consumer.url, to: functionName };
  const filters = filter && { filters: { ids: filter } };
  const audit = await startAudit(
    stack,
    { ...operation, ...filters },
    { intended: { count: pieces.length, ids }, off: !writes, say },
  );
  const replayed: Replayed[] = [];
  let stopped: string | undefined;
  try {
    for (const piece of pieces) replayed.push(await runPiece(piece, place));
    return replayed;
  } catch (error) {
    stopped = place.signal.aborted ? "interrupted" : (error as Error).message;
    throw error;
  } finally {
    const done = replayed.filter(({ outcome }) => outcome === "replayed");
    await audit.finish({ count: done.length, ids: done.map(({ id }) => id), stopped });
  }
}
