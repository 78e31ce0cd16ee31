// Runs the records of a batch: so many at a time, in order within a group, suspects alone, nothing past the deadline.
// Knows nothing of the source: what becomes of an outcome is the adapter's to decide.
import { Deadline } from "./deadline";

export type Outcome =
  | { readonly status: "succeeded" }
  | { readonly status: "failed"; readonly error: unknown }
  /** Not started: the time was up, or an earlier record of its group failed. */
  | { readonly status: "handedBack" };

export interface Item {
  readonly id: string;
  /** Records of one group run in the order in which they came. */
  readonly group?: string | undefined;
  /** How often it was received; undefined where the source does not say. */
  readonly attempt?: number | undefined;
}

export interface BatchRun<I extends Item> {
  /** How many run at a time, at least 1. */
  readonly concurrency: number;
  /** Milliseconds since the epoch at which what still runs is given up. */
  readonly deadline: number;
  /** Decodes, validates and calls the callback. */
  handle(item: I, deadline: Deadline): unknown;
  /**
   * For callbacks that take all records at once: runs the fresh ones together and answers what failed, by id. `start`
   * is called right before the callback is, and answers whether there is time for it. Suspects still go through
   * `handle`, alone.
   */
  handleAll?(items: readonly I[], deadline: Deadline, start: () => boolean): Promise<ReadonlyMap<string, unknown>>;
  /**
   * Whether the item may still be started; one that may not is handed back, and with it the rest of its group. By
   * default all may.
   */
  mayStart?(item: I): boolean;
  /**
   * Told of each outcome as soon as it is there, once per record. Answers whether the group may go on. It must not
   * reject, and must end by itself in time for the answer to Lambda: the batch waits for it.
   */
  settle(item: I, outcome: Outcome, alone: boolean): boolean | Promise<boolean>;
}

type Lane<I> = readonly I[];

const succeeded: Outcome = { status: "succeeded" };
const handedBack: Outcome = { status: "handedBack" };

/** Runs every item once at most, and settles each exactly once. */
export async function runBatch<I extends Item>(items: readonly I[], run: BatchRun<I>): Promise<void> {
  await new Batch(items, run).complete();
}

class Batch<I extends Item> {
  private readonly deadline: Deadline;
  private readonly suspects: readonly Lane<I>[];
  private fresh: readonly Lane<I>[];
  /** A record whose outcome is known is decided before it is settled, and nothing decides it again. */
  private readonly states = new Map<I, "started" | "decided">();
  /** Settling that takes time (a dead letter on its way) and must be over before the batch is. */
  private readonly settling: Promise<unknown>[] = [];
  /** The last settling of each lane. */
  private readonly settlingOf = new Map<Lane<I>, Promise<boolean>>();
  private next = 0;

  constructor(
    items: readonly I[],
    private readonly run: BatchRun<I>,
  ) {
    this.deadline = new Deadline(run.deadline);
    ({ suspects: this.suspects, fresh: this.fresh } = plan(items));
  }

  async complete(): Promise<void> {
    try {
      // Raced once for the whole batch: a race for each record would cost more than all the rest.
      await Promise.race([this.work(), this.deadline.over]);
      if (this.deadline.isOver) this.giveUp();
      await Promise.all(this.settling);
    } finally {
      this.deadline.end();
    }
  }

  private async work(): Promise<void> {
    const halfTime = (Date.now() + this.run.deadline) / 2;
    for (const [index, lane] of this.suspects.entries()) {
      // Being handed back for lack of time also raises the count: alone, many of them would never get their turn.
      if (Date.now() > halfTime) {
        this.fresh = [...this.suspects.slice(index), ...this.fresh];
        break;
      }
      await this.runLane(lane, true);
    }
    if (this.run.handleAll !== undefined) return this.runTogether(this.run.handleAll.bind(this.run));
    const workers = Math.min(this.run.concurrency, this.fresh.length);
    await Promise.all(Array.from({ length: workers }, () => this.takeLanes()));
  }

  private async takeLanes(): Promise<void> {
    for (let lane = this.fresh[this.next++]; lane !== undefined; lane = this.fresh[this.next++]) {
      await this.runLane(lane, false);
    }
  }

  /** In the order of the lane, until one record may not be passed: the rest is handed back. */
  private async runLane(lane: Lane<I>, alone: boolean): Promise<void> {
    for (const item of lane) {
      // The clock is asked, too: callbacks that compute, or wait for nothing, leave the timer no turn.
      if (this.deadline.hasCome()) return;
      if (this.run.mayStart?.(item) === false) return this.handBack(lane);
      this.states.set(item, "started");
      let outcome = succeeded;
      try {
        const running = this.run.handle(item, this.deadline);
        if (isThenable(running)) await running;
      } catch (error) {
        outcome = { status: "failed", error };
      }
      // Given up meanwhile: whatever it did counts as not done.
      if (this.deadline.isOver) return;
      const goOn = this.settle(lane, item, outcome, alone);
      if (goOn === true || (goOn !== false && (await goOn))) continue;
      return this.handBack(lane);
    }
  }

  /** The records of a lane that have not started. */
  private handBack(lane: Lane<I>): void {
    for (const item of lane) if (!this.states.has(item)) this.settle(lane, item, handedBack, false);
  }

  private async runTogether(handleAll: NonNullable<BatchRun<I>["handleAll"]>): Promise<void> {
    const all = this.fresh.flat();
    if (all.length === 0 || this.deadline.hasCome()) return;
    const start = () => {
      if (this.deadline.hasCome()) return false;
      for (const item of all) this.states.set(item, "started");
      return true;
    };
    let outcomeOf: (item: I) => Outcome;
    try {
      const failed = await handleAll(all, this.deadline, start);
      outcomeOf = ({ id }) => (failed.has(id) ? { status: "failed", error: failed.get(id) } : succeeded);
    } catch (error) {
      outcomeOf = () => ({ status: "failed", error });
    }
    // Given up meanwhile: whatever it did counts as not done.
    if (this.deadline.isOver) return;
    for (const lane of this.fresh) this.settleLane(lane, outcomeOf);
  }

  /** The time is up: what runs has failed, what has not started is handed back. */
  private giveUp(): void {
    const timedOut: Outcome = { status: "failed", error: this.deadline.error };
    // Suspects for which there was no time to run alone are in both.
    for (const lane of new Set([...this.suspects, ...this.fresh])) {
      const open = lane.filter((item) => this.states.get(item) !== "decided");
      const started = new Set(open.filter((item) => this.states.has(item)));
      this.settleLane(open, (item) => (started.has(item) ? timedOut : handedBack), this.settlingOf.get(lane));
    }
  }

  /**
   * Records of one lane, all of which are decided by this call; lanes are settled side by side. What becomes of a
   * record decides what the later ones of its lane get, so they are settled one after the other: behind one that may
   * not be passed, and behind `earlier`, they are handed back.
   */
  private settleLane(
    items: Lane<I>,
    outcomeOf: (item: I) => Outcome,
    earlier: boolean | Promise<boolean> = true,
  ): void {
    for (const item of items) this.states.set(item, "decided");
    const settle = async () => {
      let goOn = typeof earlier === "boolean" ? earlier : await earlier;
      for (const item of items) {
        const answer = this.run.settle(item, goOn ? outcomeOf(item) : handedBack, false);
        const mayPass = typeof answer === "boolean" ? answer : await answer;
        goOn &&= mayPass;
      }
    };
    this.settling.push(settle());
  }

  private settle(lane: Lane<I>, item: I, outcome: Outcome, alone: boolean): boolean | Promise<boolean> {
    this.states.set(item, "decided");
    const goOn = this.run.settle(item, outcome, alone);
    if (typeof goOn !== "boolean") {
      this.settling.push(goOn);
      this.settlingOf.set(lane, goOn);
    }
    return goOn;
  }
}

/**
 * A record that was received before may be the one that killed the process, so it runs alone, and the others of its
 * batch are safe once they have finished. The highest count comes first: throttling raises it without a run. Among
 * equals the order turns round from attempt to attempt: who stood behind the killer stands before it the next time.
 */
function plan<I extends Item>(items: readonly I[]): { suspects: readonly Lane<I>[]; fresh: readonly Lane<I>[] } {
  if (items.every(({ group, attempt = 1 }) => group === undefined && attempt <= 1)) {
    return { suspects: [], fresh: items.map((item) => [item]) };
  }
  const lanes = new Map<string, I[]>();
  for (const item of items) {
    const key = item.group === undefined ? `id:${item.id}` : `group:${item.group}`;
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, [item]);
    else lane.push(item);
  }
  const suspects: { lane: Lane<I>; attempt: number; id: string }[] = [];
  const fresh: Lane<I>[] = [];
  for (const lane of lanes.values()) {
    const attempt = Math.max(...lane.map(({ attempt = 1 }) => attempt));
    if (attempt > 1) suspects.push({ lane, attempt, id: lane[0]?.id ?? "" });
    else fresh.push(lane);
  }
  suspects.sort((a, b) => {
    if (a.attempt !== b.attempt) return b.attempt - a.attempt;
    const ascending = a.id < b.id ? -1 : 1;
    return a.attempt % 2 === 0 ? ascending : -ascending;
  });
  return { suspects: suspects.map(({ lane }) => lane), fresh };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
