// The program for tests: its clock skips what everything only waits for, and its schedules come when a test says so.
import { openProgram } from "@spillway/graph";
import { unscheduled } from "./at-rest";
import type { Message } from "./service/ask";
import { createSkippingClock } from "./service/skipping-clock";
import type { LocalRun, LocalSettings } from "./settings";
import { RequestsUnderWay } from "./settle/requests";
import { type SettleLimits, Settling } from "./settle/settling";
import { start } from "./start";

export type { SettleLimits } from "./settle/settling";

export type UnderTestSettings = Omit<LocalSettings, "speed" | "watch" | "atRest">;

export interface RunUnderTest extends LocalRun {
  /** Milliseconds since the epoch on the run's clock. */
  now(): number;
  /** Asks a service with full access, as a user of this machine may. Rejects with a `ServiceError`, as AWS would. */
  ask(service: string, action: string, input: Message): Promise<Message>;
  /** Every message of a queue, also those in flight, as ReceiveMessage answers them. They are not received. */
  peek(queueUrl: string): readonly Message[];
  /**
   * What the schema of a consumer has against an event. The consumer is named as for `checkEvents` of @spillway/graph.
   */
  check(consumer: string, event: unknown): Promise<readonly string[]>;
  /**
   * Resolves when nothing moves: no message is in a queue with a consumer, no function runs, no record is unread, and
   * nothing is about to be tried again. Rejects with an Error for the user when that does not come.
   */
  settle(limits?: SettleLimits): Promise<void>;
  /** Lets so many milliseconds pass, with everything that happens in them. Rejects as `settle` does. */
  advance(milliseconds: number, limits?: SettleLimits): Promise<void>;
}

/** Rejects with an Error for the user. Nothing is left behind in that case. */
export async function startUnderTest(settings: UnderTestSettings): Promise<RunUnderTest> {
  const clock = createSkippingClock();
  const requests = new RequestsUnderWay();
  const observers = [requests, ...(settings.observers ?? [])];
  const { run, evaluated, services } = await start(
    { ...settings, observers },
    { clock, evaluate: openProgram, prepare: unscheduled },
  );
  const { lambda, sqs, ask } = services;
  const { graph } = run;
  const say = (line: string) => settings.say?.(line);
  const settling = new Settling({ clock, requests, lambda, sizeOf: sqs.sizeOf, graph, say });
  await settling.read();
  let isClosed = false;
  const whileOpen = async (work: Promise<void>) => {
    await work;
    if (isClosed) throw new Error("The local run was stopped before the program had settled.");
  };
  return {
    ...run,
    get processes() {
      return run.processes;
    },
    now: clock.now,
    ask: (service, action, input) => ask({ kind: "user" }, service, action, input),
    peek: sqs.peek,
    check: async (consumer, event) => (await evaluated.check([{ consumer, event }]))[0]?.issues ?? [],
    settle: (limits) => whileOpen(settling.settle(limits)),
    advance: (milliseconds, limits) => whileOpen(settling.advance(milliseconds, limits)),
    close: async () => {
      isClosed = true;
      evaluated.close();
      await run.close();
    },
  };
}
