// Follows what has been sent until all of it has gone all the way.
import type { FunctionCounts } from "./counts";
import { Progress } from "./progress";

export interface Followed {
  /** Resolves when all is sent. */
  readonly sending: Promise<void>;
  /** How many records each consumer has to settle. */
  readonly goals: readonly { readonly consumer: string; readonly goal: number }[];
  readonly counts: FunctionCounts;
  /** Messages that are still on their way. */
  depth(): Promise<number>;
  readonly signal: AbortSignal;
}

/** Milliseconds without any progress after which it is given up: the balance then says what is missing. */
const patience = 120_000;
const pause = 200;

/** Rejects when something could not be sent, and when the signal aborts. */
export async function follow({ sending, goals, counts, depth, signal }: Followed): Promise<void> {
  const progress = new Progress(process.stderr);
  let sent = false;
  sending.then(
    () => {
      sent = true;
    },
    () => {
      sent = true;
    },
  );
  const all = goals.reduce((sum, { goal }) => sum + goal, 0);
  let before = Number.NaN;
  let changed = Date.now();
  try {
    for (;;) {
      signal.throwIfAborted();
      const done = goals.reduce((sum, { consumer, goal }) => sum + Math.min(goal, counts.settled(consumer)), 0);
      progress.show(goals.map(({ consumer }) => `${consumer} ${counts.settled(consumer)}`).join("  "), done, all);
      // Says why, where something could not be sent.
      if (sent) await sending;
      // The queues are asked last, because each question takes time from the pipeline.
      if (sent && done === all && (await depth()) === 0) return;
      if (done !== before) [before, changed] = [done, Date.now()];
      if (Date.now() - changed > patience) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } finally {
    progress.end();
  }
}
