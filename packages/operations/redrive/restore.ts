// Puts dead letters from a file back into their dead-letter queues.
import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { startAudit } from "../audit";
import { entryOfStored, readLetters, type StoredLetter } from "../letters/file";
import { type Consumer, consumerNamed, type Stack } from "../stack/stack";
import { batchesOf } from "./batches";
import type { Entry } from "./outgoing";
import { progressInterval, throttled, type Working } from "./request";

export interface RestoreRequest {
  readonly file: string;
  /** The first line that is restored, from 1. Those before it were restored by an earlier command. */
  readonly fromLine: number;
  readonly audit: boolean;
}

export interface Restored {
  readonly restored: number;
  /** By line: the id that it had, and the one that it has now. */
  readonly ids: readonly { readonly line: number; readonly was: string; readonly is: string }[];
  readonly failed: readonly { readonly line: number; readonly why: string }[];
  /** The line with which to go on, when it ended before the end. */
  readonly nextLine?: number;
}

interface Line {
  readonly line: number;
  readonly letter: StoredLetter;
  readonly entry: Entry;
}

export async function restore(
  stack: Stack,
  { file, fromLine, audit: writes }: RestoreRequest,
  { say, signal }: Working,
): Promise<Restored> {
  // All are looked up before the first is sent.
  const { runs, count } = runsOf(file, fromLine, stack);
  if (runs.length === 0) throw new Error(`${file} has ${count} lines; there is none from line ${fromLine} on.`);
  const wanted = count - fromLine + 1;
  const lines = linesFrom(file, fromLine);
  const ids: Restored["ids"][number][] = [];
  const failed: Restored["failed"][number][] = [];
  const tell = throttled(progressInterval);
  let next = fromLine;
  try {
    for (const { consumer, count: own } of runs) {
      if (signal.aborted) break;
      const operation = { operation: "restore", consumer, from: file, to: consumer.url };
      const audit = await startAudit(stack, operation, { intended: { count: own }, off: !writes, say });
      const before = ids.length;
      let stopped: string | undefined;
      try {
        for (const batch of batchesFrom(lines, own, consumer.url.endsWith(".fifo"))) {
          if (signal.aborted) break;
          const answers = await send(stack.clientsOf(consumer).sqs, consumer, batch);
          ids.push(...answers.flatMap(({ line, was, is }) => (is === undefined ? [] : { line, was, is })));
          failed.push(...answers.flatMap(({ line, why }) => (why === undefined ? [] : { line, why })));
          next = Math.max(next, ...batch.map(({ line }) => line + 1));
          await tell(() => say(`${ids.length} of ${wanted} restored.`));
        }
      } catch (error) {
        stopped = error instanceof Error ? error.message : String(error);
        const why = `${stopped} Lines ${fromLine} to ${next - 1} are restored; go on with --from-line ${next}.`;
        throw ids.length === 0 ? error : new Error(why, { cause: error });
      } finally {
        await audit.finish({ count: ids.length - before, ids: ids.slice(before).map(({ is }) => is), stopped });
      }
    }
  } finally {
    // The file is closed, also before its end.
    lines.return(undefined);
  }
  return { restored: ids.length, ids, failed, ...(next <= count && { nextLine: next }) };
}

/** How many lines follow each other and belong to one consumer, in the order of the file. */
function runsOf(file: string, fromLine: number, stack: Stack) {
  const runs: { readonly consumer: Consumer; count: number }[] = [];
  let count = 0;
  for (const letter of readLetters(file)) {
    count += 1;
    if (count < fromLine) continue;
    const consumer = consumerNamed(stack, letter.consumer);
    const run = runs.at(-1);
    if (run?.consumer === consumer) run.count += 1;
    else runs.push({ consumer, count: 1 });
  }
  return { runs, count };
}

function* linesFrom(file: string, fromLine: number): Generator<Omit<Line, "entry">> {
  let line = 0;
  for (const letter of readLetters(file)) {
    line += 1;
    if (line >= fromLine) yield { line, letter };
  }
}

/** Some at a time, so that few are in memory. */
const atATime = 50;

function* batchesFrom(lines: Generator<Omit<Line, "entry">>, count: number, fifo: boolean): Generator<readonly Line[]> {
  for (let taken = 0; taken < count; ) {
    const some: Line[] = [];
    while (some.length < Math.min(atATime, count - taken)) {
      const { value, done } = lines.next();
      if (done) return;
      some.push({ ...value, entry: entryOfStored(value.letter, fifo) });
    }
    taken += some.length;
    yield* batchesOf(some, fifo);
  }
}

async function send(sqs: SQSClient, { url }: Consumer, batch: readonly Line[]) {
  const { Successful = [], Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: batch.map(({ entry, line }) => ({ Id: String(line), ...entry })),
    }),
  );
  return batch.map(({ line, letter }) => {
    const is = Successful.find(({ Id }) => Id === String(line))?.MessageId;
    const { Code, Message = "SQS did not say why." } = Failed.find(({ Id }) => Id === String(line)) ?? {};
    return { line, was: letter.id, is, why: is === undefined ? `${Code ?? "Unknown"}: ${Message}` : undefined };
  });
}
