// The schedules of the program, each waiting for its next moment on the run's clock.

import { nextOf } from "spillway/syntax/schedule-expression";
import type { Clock, Timer } from "../clock";
import type { Deliveries, Delivering } from "../delivery/delivery";
import type { Place } from "../delivery/inputs";
import { alarm, recurring } from "../schedule/alarm";
import { notFound } from "../service/errors";
import type { ScheduleDefinition } from "./definition";
import { type Invocation, invocationOf } from "./invocation";

export interface SchedulesSettings {
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly place: Place;
  /** From 0 to below 1: where within a flexible time window. */
  random(): number;
  readonly onProblem?: ((message: string) => void) | undefined;
}

export interface Scheduled {
  readonly definition: ScheduleDefinition;
  /** Milliseconds since the epoch, on the run's clock. */
  readonly createdAt: number;
  readonly timers: Set<Timer>;
}

export class Schedules {
  readonly #scheduled = new Map<string, Scheduled>();
  #closed = false;

  constructor(readonly settings: SchedulesSettings) {}

  /** Creates the schedule and starts to wait; an earlier one of the same name ends. */
  put(definition: ScheduleDefinition): void {
    const { clock, onProblem } = this.settings;
    const key = keyOf(definition);
    const createdAt = clock.now();
    this.#remove(key);
    const scheduled: Scheduled = { definition, createdAt, timers: new Set() };
    this.#scheduled.set(key, scheduled);
    if (!definition.enabled || this.#closed) return;
    const next = nextOf(definition.expression, {
      timeZone: definition.timeZone,
      createdAt,
      start: definition.startDate,
      end: definition.endDate,
    });
    // A rate is due at once, when nothing says when it begins.
    const from = definition.expression.kind === "rate" ? createdAt - 1 : createdAt;
    if (next(from) === undefined) {
      const { name, scheduleExpression } = definition;
      onProblem?.(`Schedule "${name}": ${scheduleExpression} names no moment from now on; it never runs.`);
      return;
    }
    scheduled.timers.add(recurring(clock, next, (moment, last) => this.#due(scheduled, moment, last), from));
  }

  /** `name`, or `group/name`. Throws where there is none. */
  find(name: string, groupName?: string): Scheduled {
    const [group, own] = groupName === undefined ? splitName(name) : [groupName, name];
    const found = [...this.#scheduled.values()].find(
      ({ definition }) => definition.name === own && (group === undefined || definition.groupName === group),
    );
    if (found === undefined) throw notFound(`Schedule ${own} does not exist.`, 404);
    return found;
  }

  list(): readonly Scheduled[] {
    const byKey = [...this.#scheduled].sort(([a], [b]) => (a < b ? -1 : 1));
    return byKey.map(([, scheduled]) => scheduled);
  }

  /** Invokes the target at once, whatever the schedule's moment and state. */
  invoke({ definition }: Scheduled, scheduledAt = this.settings.clock.now()): Invocation & Delivering {
    const { deliveries, place } = this.settings;
    const invocation = invocationOf(definition, scheduledAt, place);
    return { ...invocation, ...deliveries.start(invocation.delivery) };
  }

  close(): void {
    this.#closed = true;
    for (const { timers } of this.#scheduled.values()) for (const timer of timers) timer.cancel();
  }

  #due(scheduled: Scheduled, moment: number, last: boolean): void {
    const { clock, random } = this.settings;
    const { definition, timers } = scheduled;
    const invoke = () => {
      const { settled } = this.invoke(scheduled, moment);
      if (last && definition.actionAfterCompletion === "DELETE") {
        void settled.then(() => {
          if (this.#scheduled.get(keyOf(definition)) === scheduled) this.#remove(keyOf(definition));
        });
      }
    };
    if (definition.flexibleWindow === 0) {
      invoke();
      return;
    }
    const timer = alarm(clock, moment + Math.floor(random() * definition.flexibleWindow * 60_000), () => {
      timers.delete(timer);
      invoke();
    });
    timers.add(timer);
  }

  #remove(key: string): void {
    for (const timer of this.#scheduled.get(key)?.timers ?? []) timer.cancel();
    this.#scheduled.delete(key);
  }
}

const keyOf = ({ groupName, name }: ScheduleDefinition) => `${groupName}/${name}`;

function splitName(name: string): [group: string | undefined, name: string] {
  const slash = name.indexOf("/");
  return slash < 0 ? [undefined, name] : [name.slice(0, slash), name.slice(slash + 1)];
}
