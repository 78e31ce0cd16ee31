// The log lines of the invocation that gave a dead letter up.
import { spillway } from "../called";
import type { DeadLetter } from "../letters/letter";
import type { Stack } from "../stack/stack";
import { eventsOf, type LogEvent } from "./events";

export interface LetterLog {
  readonly logGroupName?: string;
  /** As they were written, in order; those of other records of the same batch are left out. */
  readonly lines: readonly Pick<LogEvent, "timestamp" | "message">[];
  /** Why there are none. */
  readonly fault?: string;
}

/** Milliseconds around the time of the failure: an invocation takes 15 minutes at most, and lines are stored later. */
const before = 16 * 60_000;
const after = 60_000;
/** A log group may have more pages than anybody wants to wait for. */
const mostPages = 20;
const mostLines = 100;

/** Never rejects, but when the signal aborts: a letter is worth reading without its log. */
export async function logOf(
  letter: DeadLetter,
  { clientsOf, name, flags }: Pick<Stack, "clientsOf" | "name" | "flags">,
  signal: AbortSignal,
): Promise<LetterLog> {
  const { logGroupName } = letter.consumer;
  if (logGroupName === undefined) {
    const why = letter.consumer.functionName === undefined ? "it has no function" : "its output names no log group";
    return { lines: [], fault: `No log: ${why}.` };
  }
  try {
    const query = { logs: clientsOf(letter.consumer).logs, logGroupName, pages: mostPages, signal };
    const { invocation, complete: isWhole } = await invocationOf(letter, query);
    if (invocation === undefined) {
      const since = `${letter.sentAt.toISOString().slice(0, 19)}Z`;
      const way = `${spillway} tail ${letter.consumer.name}${flags} --since ${since}`;
      const searched = isWhole ? "the log" : `the first ${mostPages} pages of the log`;
      const fault = `No line of ${searched} names this record. Read what was logged since it was sent: ${way}`;
      return { logGroupName, lines: [], fault };
    }
    const { requestId, at } = invocation;
    // The local run's clock may run faster than that of its functions, and all it has fits into its memory.
    const period = name === undefined ? { from: 0 } : { from: at - before, to: at + after };
    const { events, complete } = await eventsOf({ ...query, ...period, text: requestId });
    const lines = events.flatMap((event) => ownLine(event, letter)).slice(-mostLines);
    const fault = complete
      ? `No line of the invocation ${requestId} is in the log: it may be too old, or not there yet.`
      : `No line of the invocation ${requestId} is in the first ${mostPages} pages of the log around its time.`;
    return { logGroupName, lines, ...(lines.length === 0 && { fault }) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { logGroupName, lines: [], fault: error instanceof Error ? error.message : String(error) };
  }
}

type Query = Omit<Parameters<typeof eventsOf>[0], "from" | "to" | "text">;

interface FoundInvocation {
  readonly invocation?: { readonly requestId: string; readonly at: number };
  /** Whether the whole log was searched, if it had to be. */
  readonly complete: boolean;
}

/** The request that failed, and when. What SQS moved by itself does not name it, but the log may name the record. */
async function invocationOf(letter: DeadLetter, query: Query): Promise<FoundInvocation> {
  const { reason, description, failedAt, sentAt, id } = letter;
  const context = (description?.requestContext ?? {}) as { readonly requestId?: unknown };
  const requestId = reason?.requestId ?? context.requestId;
  if (typeof requestId === "string" && failedAt !== undefined) {
    return { invocation: { requestId, at: failedAt.getTime() }, complete: true };
  }
  const { events, complete } = await eventsOf({ ...query, from: sentAt.getTime(), text: id });
  const named = events.flatMap(({ message, timestamp }) => {
    const { function_request_id: ofLine } = membersOf(message) ?? {};
    return typeof ofLine === "string" ? [{ requestId: ofLine, at: timestamp }] : [];
  });
  const invocation = named.at(-1);
  return { ...(invocation && { invocation }), complete };
}

/** Without what belongs to other records of the batch. */
function ownLine({ timestamp, message }: LogEvent, letter: DeadLetter): LetterLog["lines"] {
  const members = membersOf(message);
  if (members === undefined) return message.trim() === "" ? [] : [{ timestamp, message }];
  if ("_aws" in members || isRoutine(members)) return [];
  const { reason, id } = letter;
  const own = new Set([id, reason?.messageId, reason?.correlationId, idInStream(letter)].filter(Boolean));
  const isOwn = (each: unknown) => own.has(each as string);
  const { recordId, correlationId, failures } = members;
  if (recordId !== undefined && !isOwn(recordId) && !isOwn(correlationId)) return [];
  if (!Array.isArray(failures)) return [{ timestamp, message }];
  const ofThis = failures.filter((failure) => isOwn((failure as { readonly id?: unknown } | null)?.id));
  const kept = (ofThis.length === 0 ? failures : ofThis).map((failure) =>
    // The reason has it.
    reason?.stack === undefined ? failure : { ...(failure as object), stack: undefined },
  );
  return [{ timestamp, message: JSON.stringify({ ...members, failures: kept }) }];
}

/** Lambda's own lines of an invocation that went as it should. */
function isRoutine({ type, record }: Readonly<Record<string, unknown>>): boolean {
  if (typeof type !== "string" || !type.startsWith("platform.")) return false;
  const { status = "success" } = (record ?? {}) as { readonly status?: unknown };
  return status === "success";
}

/** As Lambda names a record of a Kinesis stream. */
const idInStream = ({ reason }: DeadLetter) =>
  reason?.shardId === undefined ? undefined : `${reason.shardId}:${reason.sequenceNumber}`;

function membersOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
