// Waits until nothing moves in a run whose clock skips time: first for what works, then for the next moment at which
// something that waits goes on.
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Graph } from "@spillway/graph";
import type { Pool } from "../lambda/function/pool";
import type { Mapping } from "../lambda/mapping/mapping";
import type { Registry } from "../lambda/registry";
import { logicalNames } from "../printer";
import type { SkippingClock } from "../service/skipping-clock";
import type { RequestsUnderWay } from "./requests";

export interface SettlingSettings {
  readonly clock: SkippingClock;
  readonly requests: RequestsUnderWay;
  readonly lambda: {
    readonly pool: Pick<Pool, "active" | "invocations" | "longerThan">;
    readonly registry: Pick<Registry, "mappings">;
  };
  /** How many messages a queue has, whatever their state. */
  sizeOf(queueArn: string): number | undefined;
  readonly graph: Graph;
  /** Receives what the user should know while a test waits. */
  say?(line: string): void;
}

/** How much work is waited for. */
export interface SettleLimits {
  /** How often functions are invoked at the most. Default: 1,000. */
  readonly invocations?: number | undefined;
}

/**
 * Turns of the event loop in which no request may begin. What goes on without a request or an invocation, as the
 * deliveries of a topic, takes one turn or two.
 */
const quietTurns = 5;
/** Milliseconds of real time between two looks at what works. */
const look = 1;
/** Milliseconds after which the test learns which function it waits for. */
const patience = 4000;
/** Steps of the clock without an invocation: as many as a delivery is tried, and more. */
const mostSteps = 1000;

export class Settling {
  #last: Promise<void> = Promise.resolve();

  constructor(readonly settings: SettlingSettings) {}

  /** Reads every stream that has a consumer as far as it goes. Those that begin at its end have begun then. */
  async read(): Promise<void> {
    await Promise.all(this.#mappings.map((mapping) => mapping.refresh()));
  }

  settle({ invocations = 1000 }: SettleLimits = {}): Promise<void> {
    return this.#alone(() => this.#until(Number.POSITIVE_INFINITY, invocations));
  }

  advance(milliseconds: number, { invocations = 1000 }: SettleLimits = {}): Promise<void> {
    const { clock } = this.settings;
    return this.#alone(async () => {
      const end = clock.now() + milliseconds;
      await this.#until(end, invocations);
      clock.skipTo(end);
      await this.#until(end, invocations);
    });
  }

  /** One after the other: what one skips to begins before another looks whether something moves. */
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Skips from timer to timer until nothing moves, or until the next one is after `end`. */
  async #until(end: number, most: number): Promise<void> {
    const { clock, lambda } = this.settings;
    const before = new Map(lambda.pool.invocations);
    const told = new Set<string>();
    const check = () => {
      this.#tellSlow(told);
      const ran = since(before, lambda.pool.invocations);
      if (sum(ran) >= most) throw this.#unsettled(ran, true);
    };
    let steps = 0;
    let last = 0;
    for (;;) {
      await this.#quiet(check);
      // What a function writes into a stream once the stream has been read would be missed.
      for (let read = -1; read !== sum(lambda.pool.invocations); ) {
        read = sum(lambda.pool.invocations);
        await this.read();
        await this.#quiet(check);
      }
      const ran = since(before, lambda.pool.invocations);
      steps = sum(ran) > last ? 0 : steps + 1;
      last = sum(ran);
      const { next } = clock;
      if (next === undefined ? this.#waiting().length === 0 || end < Number.POSITIVE_INFINITY : next > end) return;
      if (steps > mostSteps || next === undefined) throw this.#unsettled(ran, false);
      clock.skipTo(next);
    }
  }

  get #mappings(): readonly Mapping[] {
    const mappings = [...this.settings.lambda.registry.mappings.values()].map(({ mapping }) => mapping);
    return mappings.filter(({ state }) => state !== "Disabled");
  }

  /** Resolves when no function runs and no request is under way. Others may still wait. Rejects as `check` throws. */
  async #quiet(check: () => void): Promise<void> {
    const { requests, lambda } = this.settings;
    const isBusy = () => requests.size > 0 || lambda.pool.active > 0;
    let seen = requests.started;
    for (let turns = 0; turns < quietTurns; ) {
      check();
      await (isBusy() ? setTimeout(look) : setImmediate());
      // A function may have begun in this turn without a request, as when messages become visible.
      turns = isBusy() || requests.started !== seen ? 0 : turns + 1;
      seen = requests.started;
    }
  }

  /** A callback that hangs takes its whole timeout at each attempt. The test might be over before that. */
  #tellSlow(told: Set<string>): void {
    const { lambda, graph, say } = this.settings;
    for (const { functionName, timeout } of lambda.pool.longerThan(patience)) {
      if (told.has(functionName)) continue;
      told.add(functionName);
      const name = logicalNames(graph).get(functionName) ?? functionName;
      say?.(`The test waits for "${name}", which has run for ${patience / 1000} s. Its timeout is ${timeout} s.`);
    }
  }

  /** What is left to do, in words. */
  #waiting(): readonly string[] {
    const names = logicalNames(this.settings.graph);
    return this.#mappings.flatMap(({ definition, pending }) => {
      const { eventSourceArn, functionName } = definition;
      const name = names.get(functionName) ?? functionName;
      if (eventSourceArn.split(":")[2] !== "sqs") {
        return pending === 0 ? [] : [`${pending} records or open windows of "${name}"`];
      }
      const size = this.settings.sizeOf(eventSourceArn) ?? 0;
      return size === 0 ? [] : [`${size} ${size === 1 ? "message" : "messages"} in the queue of "${name}"`];
    });
  }

  #unsettled(ran: ReadonlyMap<string, number>, tooMany: boolean): Error {
    const waiting = this.#waiting();
    const names = logicalNames(this.settings.graph);
    const runs = [...ran]
      .filter(([, count]) => count > 0)
      .sort(([, one], [, other]) => other - one)
      .map(([functionName, count]) => `"${names.get(functionName) ?? functionName}" ran ${count} times`);
    const left = waiting.length === 0 ? "deliveries and invocations" : waiting.join(", ");
    const problems = this.#mappings.flatMap(({ lastProcessingResult }) =>
      lastProcessingResult.startsWith("PROBLEM: ") ? [lastProcessingResult.slice("PROBLEM: ".length)] : [],
    );
    return new Error(
      [
        `The program does not settle. Left are: ${left}.`,
        ...(runs.length === 0 ? [] : [`Meanwhile ${runs.join(", ")}.`]),
        ...(tooMany
          ? [
              "A callback that causes itself again never settles. If so many invocations are meant, allow more with " +
                "settled({ invocations: 10_000 }).",
            ]
          : []),
        ...problems.map((problem) => `An event source mapping reports: ${problem}.`),
      ].join("\n  "),
    );
  }
}

const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, each) => total + each, 0);

function since(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...now].map(([name, count]) => [name, count - (before.get(name) ?? 0)]));
}
