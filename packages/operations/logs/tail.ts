// `spillway tail`: the lines of a consumer's function, as they are written.
import { setTimeout as pause } from "node:timers/promises";
import type { Consumer, Stack } from "../stack/stack";
import { type LogEvent, pagesOf } from "./events";

/** Milliseconds. CloudWatch Logs allows 25 requests a second for all of an account. */
const interval = 1_000;
const throttled = 5_000;
/** Milliseconds for which lines may come later than those that were written after them. */
const late = 30_000;

export interface TailOptions {
  readonly consumer: Consumer;
  /** Lines from this time on. */
  readonly since: Date;
  readonly signal: AbortSignal;
  onEvent(event: LogEvent): void;
}

/** Goes on until the signal aborts, and resolves then. Rejects with an Error for the user. */
export async function tailLog(
  { clientsOf, consumers }: Pick<Stack, "clientsOf" | "consumers">,
  { consumer, since, signal, onEvent }: TailOptions,
): Promise<void> {
  const { name, logGroupName } = consumer;
  if (logGroupName === undefined) {
    const others = consumers.flatMap((each) => (each.logGroupName === undefined ? [] : [each.name])).join(", ");
    const fix =
      others === "" ? "Deploy the program with this version of spillway." : `Those with a log are: ${others}.`;
    throw new Error(`The output of "${name}" names no log group. ${fix}`);
  }
  const { logs } = clientsOf(consumer);
  const seen = new Map<string, number>();
  let from = since.getTime();
  while (!signal.aborted) {
    let newest = from;
    try {
      for await (const { events } of pagesOf({ logs, logGroupName, from, signal })) {
        for (const event of events) {
          newest = Math.max(newest, event.timestamp);
          if (seen.has(event.id)) continue;
          seen.set(event.id, event.timestamp);
          onEvent(event);
        }
      }
    } catch (error) {
      // Others read logs, too. What was not read now is read the next time.
      if (!signal.aborted && (error as Error).name !== "ThrottlingException") throw error;
      if (!signal.aborted) await pause(throttled, undefined, { signal }).catch(() => {});
      continue;
    }
    from = Math.max(since.getTime(), newest - late);
    for (const [id, timestamp] of seen) if (timestamp < from) seen.delete(id);
    await pause(interval, undefined, { signal }).catch(() => {});
  }
}
