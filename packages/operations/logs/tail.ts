// `spillway tail`: the lines of a consumer's function, as they are written.
import { setTimeout as pause } from "node:timers/promises";
import type { Consumer, Stack } from "../stack/stack";
import { eventsOf, type LogEvent } from "./events";

/** Milliseconds. CloudWatch Logs allows 25 requests a second for all of an account. */
const interval = 1_000;
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
  { clients, consumers }: Pick<Stack, "clients" | "consumers">,
  { consumer, since, signal, onEvent }: TailOptions,
): Promise<void> {
  const { name, logGroupName } = consumer;
  if (logGroupName === undefined) {
    const others = consumers.flatMap((each) => (each.logGroupName === undefined ? [] : [each.name])).join(", ");
    const fix =
      others === "" ? "Deploy the program with this version of spillway." : `Those with a log are: ${others}.`;
    throw new Error(`The output of "${name}" names no log group. ${fix}`);
  }
  const seen = new Map<string, number>();
  let from = since.getTime();
  while (!signal.aborted) {
    const events = await eventsOf({ logs: clients.logs, logGroupName, from, signal }).catch((error: unknown) => {
      if (signal.aborted) return [];
      throw error;
    });
    for (const event of events) {
      if (seen.has(event.id)) continue;
      seen.set(event.id, event.timestamp);
      onEvent(event);
    }
    const newest = events.at(-1)?.timestamp ?? from;
    from = Math.max(since.getTime(), newest - late);
    for (const [id, timestamp] of seen) if (timestamp < from) seen.delete(id);
    await pause(interval, undefined, { signal }).catch(() => {});
  }
}
