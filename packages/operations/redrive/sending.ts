// The sending of letters that were chosen: each is sent first and deleted then, so that it is lost nowhere.
import type { DeadLetter } from "../letters/letter";
import { nameOfRoute, type Route, routeOf } from "../letters/route";
import type { Consumer, Stack } from "../stack/stack";
import { lanesOf, runLanes } from "./lanes";
import type { Outcomes } from "./outcomes";
import type { Pace } from "./pace";
import { giveToFunction } from "./to-function";
import { type Delivery, sendToQueue } from "./to-queue";

export interface SendingSettings {
  readonly stack: Stack;
  readonly outcomes: Outcomes;
  readonly pace: Pace;
  readonly to: Consumer | undefined;
  /** Told of each consumer before the first letter goes to it. */
  begin(receiver: Consumer): Promise<void>;
  /** Deletes from the dead-letter queue, and answers what it could not delete. */
  delete(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]>;
  /** Asked before each batch. True: no more is sent. */
  ends(): boolean;
  /** Told after each batch. */
  progress(): Promise<void>;
}

export class Sending {
  /** The ids of the letters that were sent, by the id that each has now, in the order of sending. */
  readonly sent = new Map<string, string>();
  /** What stays in the dead-letter queue, and why, by id. */
  readonly kept = new Map<string, string>();
  /** What could not be deleted after it was sent: it is in both places. */
  readonly doubled: string[] = [];
  /** Where letters went. */
  readonly routes = new Set<string>();
  /** Who got them. */
  readonly receivers = new Set<Consumer>();
  /** FIFO: groups of which a letter has failed. The later ones of the group must not overtake it. */
  readonly #blocked = new Set<string>();
  /** How many were refused or failed by themselves, without those behind them. */
  failed = 0;

  constructor(private readonly settings: SendingSettings) {}

  /** The most letters that may be sent at a time. */
  get most(): number {
    return this.settings.pace.most;
  }

  /** Sends these, and resolves with those for which the end came first. */
  async send(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
    const { stack, to } = this.settings;
    const left = new Set(letters);
    const byRoute = new Map<string, { route: Exclude<Route, { to: "nowhere" }>; letters: DeadLetter[] }>();
    for (const letter of letters) {
      const route = routeOf(letter, stack, to);
      if (route.to === "nowhere") {
        left.delete(letter);
        this.#keep(letter, route.why);
        continue;
      }
      const key = `${nameOfRoute(route)} ${route.to === "function" ? route.shape : ""}`;
      const same = byRoute.get(key) ?? { route, letters: [] };
      same.letters.push(letter);
      byRoute.set(key, same);
    }
    for (const { route, letters: same } of byRoute.values()) {
      this.routes.add(nameOfRoute(route));
      if (!this.receivers.has(route.consumer)) {
        await this.settings.begin(route.consumer);
        this.receivers.add(route.consumer);
      }
      const settle = async (deliveries: readonly Delivery[]) => {
        for (const { letter } of deliveries) left.delete(letter);
        await this.#settle(deliveries);
      };
      if (route.to === "queue") await this.#toQueue(same, route, settle);
      else await this.#toFunction(same, route, settle);
    }
    return [...left];
  }

  async #toQueue(
    letters: readonly DeadLetter[],
    route: Extract<Route, { to: "queue" }>,
    settle: (deliveries: readonly Delivery[]) => Promise<void>,
  ): Promise<void> {
    const { stack, pace, ends } = this.settings;
    for (let at = 0; at < letters.length && !ends(); at += pace.most) {
      const part = letters.slice(at, at + pace.most);
      await pace.take(part.length);
      const sending = sendToQueue(part, route, stack.clientsOf(route.consumer), this.#blocked);
      while (!ends()) {
        const { value: deliveries, done } = await sending.next();
        if (done) break;
        await settle(deliveries);
      }
    }
  }

  async #toFunction(
    letters: readonly DeadLetter[],
    route: Extract<Route, { to: "function" }>,
    settle: (deliveries: readonly Delivery[]) => Promise<void>,
  ): Promise<void> {
    const { stack, pace, ends } = this.settings;
    await runLanes(lanesOf(letters), async (letter) => {
      if (ends()) return false;
      await pace.take(1);
      if (ends()) return false;
      const delivery = await giveToFunction(letter, route, stack.clientsOf(route.consumer));
      await settle([delivery]);
      return delivery.done;
    });
  }

  async #settle(deliveries: readonly Delivery[]): Promise<void> {
    const { outcomes, progress } = this.settings;
    const done: DeadLetter[] = [];
    for (const delivery of deliveries) {
      if (delivery.done) {
        this.sent.set(delivery.recordId, delivery.letter.id);
        outcomes.sent(delivery.recordId, delivery.letter, delivery.outcome);
        done.push(delivery.letter);
      } else {
        if (delivery.behind !== true) this.failed += 1;
        this.#keep(delivery.letter, delivery.why);
      }
    }
    if (done.length > 0) await this.#delete(done);
    await progress();
  }

  async #delete(done: readonly DeadLetter[]): Promise<void> {
    let left = done;
    try {
      left = await this.settings.delete(done);
    } finally {
      this.doubled.push(...left.map(({ id }) => id));
    }
  }

  #keep({ id }: DeadLetter, why: string): void {
    this.kept.set(id, why);
  }
}
