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
   * For callbacks that take all records at once: runs the fresh ones together and answers what failed, by id. Suspects still go
   * through `handle`, alone.
   */
  handleAll?(items: readonly I[], deadline: Deadline): Promise<ReadonlyMap<string, unknown>>;
  /** Whether the item may still be started; one that may not is handed back, and with it the rest of its group. By default all may. */
  mayStart?(item: I): boolean;
  /** Told of each outcome as soon as it is there, once per record. Answers whether the group may go on; it must not reject. */
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
  private readonly states = new Map<I, "started" | "settled">();
  /** Settling that takes time (a dead letter on its way) and must be over before the batch is. */
  private readonly settling: Promise<boolean>[] = [];
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
      if (this.deadline.isOver) await this.giveUp();
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
    let index = 0;
    for (const item of lane) {
      index += 1;
      if (this.deadline.isOver) return;
      if (this.run.mayStart?.(item) === false) {
        for (const later of lane.slice(index - 1)) this.settle(later, handedBack, alone);
        return;
      }
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
      const goOn = this.settle(item, outcome, alone);
      if (goOn === true || (goOn !== false && (await goOn))) continue;
      // The deadline may have come meanwhile, and settled them.
      const left = lane.slice(index).filter((later) => this.states.get(later) !== "settled");
      for (const later of left) this.settle(later, handedBack, alone);
      return;
    }
  }

  private async runTogether(handleAll: NonNullable<BatchRun<I>["handleAll"]>): Promise<void> {
    const all = this.fresh.flat();
    if (all.length === 0 || this.deadline.isOver) return;
    for (const item of all) this.states.set(item, "started");
    let outcomeOf: (item: I) => Outcome;
    try {
      const failed = await handleAll(all, this.deadline);
      outcomeOf = ({ id }) => (failed.has(id) ? { status: "failed", error: failed.get(id) } : succeeded);
    } catch (error) {
      outcomeOf = () => ({ status: "failed", error });
    }
    if (this.deadline.isOver) return;
    for (const lane of this.fresh) {
      let goOn = true;
      for (const item of lane) {
        const answer = this.settle(item, goOn ? outcomeOf(item) : handedBack, false);
        goOn = typeof answer === "boolean" ? answer : await answer;
      }
    }
  }

  /** The time is up: what runs has failed, what has not started is handed back. */
  private async giveUp(): Promise<void> {
    for (const [lanes, alone] of [[this.suspects, true] as const, [this.fresh, false] as const]) {
      for (const item of lanes.flat()) {
        const state = this.states.get(item);
        if (state === "settled") continue;
        const outcome: Outcome = state === "started" ? { status: "failed", error: this.deadline.error } : handedBack;
        // One after the other: what a group's later records get depends on its first.
        await this.settle(item, outcome, alone);
      }
    }
  }

  private settle(item: I, outcome: Outcome, alone: boolean): boolean | Promise<boolean> {
    this.states.set(item, "settled");
    const goOn = this.run.settle(item, outcome, alone);
    if (typeof goOn !== "boolean") this.settling.push(goOn);
    return goOn;
  }
}

/**
 * A record that was received before may be the one that killed the process, so it runs alone, and the others of its batch are
 * safe once they have finished. The highest count comes first: throttling raises it without a run. Among equals the order turns
 * round from attempt to attempt: who stood behind the killer stands before it the next time.
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
