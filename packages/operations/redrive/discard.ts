// Deletes dead letters, after each is safe in a file from which `restore` puts it back.
import { startAudit } from "../audit";
import { Choice, foundAll, type Others, type Selection } from "../letters/choice";
import { LetterFile } from "../letters/file";
import type { DeadLetter } from "../letters/letter";
import { openReader } from "../letters/reader";
import type { Unread } from "../letters/unread";
import type { Consumer, Stack } from "../stack/stack";
import { type Plan, planOf } from "./plan";
import { progressInterval, throttled, type Working } from "./request";

export interface DiscardRequest extends Selection {
  readonly consumer: Consumer;
  /** Where they are written. The file must not exist. */
  readonly file: string;
  /** Asked with what would be deleted. False: nothing is. */
  agrees(plan: Plan): Promise<boolean>;
  readonly audit: boolean;
}

export interface Discarded {
  /** Written and deleted. */
  readonly discarded: number;
  /** Written, and still in the queue, because SQS did not delete them. */
  readonly left: readonly string[];
  readonly file: string;
  /** What was not looked at. */
  readonly unread?: Unread;
  /** What is not the consumer's, and stays. */
  readonly others?: readonly Others[];
  /** Why it ended before the end. */
  readonly stopped?: string;
}

export async function discard(
  stack: Stack,
  request: DiscardRequest,
  { say, signal }: Working,
): Promise<{ readonly plan: Plan } | { readonly done: Discarded }> {
  const { consumer, file, filter } = request;
  const plan = await planOf(stack, request, { goesTo: () => ({ to: "the file" }), signal });
  if (plan.count === 0 || !(await request.agrees(plan))) return { plan };
  const audit = await startAudit(
    stack,
    { operation: "discard", consumer, filter, from: consumer.url },
    { intended: { count: plan.count, ids: plan.ids }, off: !request.audit, say },
  );
  const ids: string[] = [];
  const left: string[] = [];
  const letters = new LetterFile(file);
  const tell = throttled(progressInterval);
  let stopped: string | undefined;
  let unread: Unread | undefined;
  const choice = new Choice(request, "take");
  try {
    unread = await deleteChosen(stack, request, { choice, signal }, async (chosen, remove) => {
      letters.append(chosen);
      const kept = await remove(chosen);
      left.push(...kept.map(({ id }) => id));
      ids.push(...chosen.filter((letter) => !kept.includes(letter)).map(({ id }) => id));
      await tell(() => say(`${ids.length} of about ${plan.count} written to ${file} and deleted.`));
    });
  } catch (error) {
    stopped = signal.aborted ? "it was interrupted" : error instanceof Error ? error.message : String(error);
    if (!signal.aborted) throw error;
  } finally {
    letters.close();
    await audit.finish({ count: ids.length, ids, stopped });
  }
  const { others } = choice;
  const stayed = { ...(unread && { unread }), ...(others && { others }) };
  return { done: { discarded: ids.length, left, file, ...stayed, ...(stopped !== undefined && { stopped }) } };
}

type Remove = (letters: readonly DeadLetter[]) => Promise<readonly DeadLetter[]>;

/** A FIFO queue hands out ten letters of a group at a time: it is read again as long as that leads on. */
async function deleteChosen(
  stack: Stack,
  selection: DiscardRequest,
  { choice, signal }: { readonly choice: Choice; readonly signal: AbortSignal },
  work: (letters: readonly DeadLetter[], remove: Remove) => Promise<void>,
): Promise<Unread | undefined> {
  const { consumer } = selection;
  const done = new Set<string>();
  let unread: Unread | undefined;
  for (let before = -1; before < done.size; ) {
    before = done.size;
    const reader = await openReader(stack, { consumer, signal });
    try {
      for await (const wave of reader.waves()) {
        const mine = wave.filter((letter) => choice.takes(letter) && !done.has(letter.id));
        if (mine.length > 0) await work(mine, (letters) => reader.delete(letters));
        for (const { id } of mine) done.add(id);
      }
      unread = reader.unread;
      if (!consumer.url.endsWith(".fifo") || reader.complete) break;
    } finally {
      await reader.close();
    }
  }
  return foundAll(selection, done.size) ? undefined : unread;
}
