// The schedules of the program, each waiting for its next moment on the run's clock.

import type { Deliveries, Delivering } from "../delivery/delivery";
import { alarm } from "../schedule/alarm";
import { runAt } from "../schedule/schedule";
import type { Clock, Timer } from "../service/clock";
import { notFound } from "../service/errors";
import type { Place } from "../service/place";
import type { ScheduleDefinition } from "./definition";
import { type Invocation, invocationOf } from "./invocation";

export interface SchedulesSettings {
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly place: Place;
  /** A number from 0 to below 1: the position within a flexible time window. */
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

  /** Creates the schedule and starts to wait. An earlier schedule of the same name ends. */
  put(definition: ScheduleDefinition): void {
    const { clock, onProblem } = this.settings;
    const key = keyOf(definition);
    const createdAt = clock.now();
    this.#remove(key);
    const scheduled: Scheduled = { definition, createdAt, timers: new Set() };
    this.#scheduled.set(key, scheduled);
    if (!definition.enabled || this.#closed) return;
    const { expression, timeZone, startDate: start, endDate: end } = definition;
    // Unlike a rule's, a rate is due at once when nothing says when it begins.
    const times = { expression, timeZone, createdAt, start, end, isDueAtOnce: true };
    const timer = runAt(times, clock, (moment, isLast) => this.#due(scheduled, moment, isLast));
    if (timer === undefined) {
      const { name, scheduleExpression } = definition;
      onProblem?.(`Schedule "${name}": ${scheduleExpression} names no future time; it never runs.`);
      return;
    }
    scheduled.timers.add(timer);
  }

  /** `name` has the form `name` or `group/name`. Throws if there is no such schedule. */
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

  /** Invokes the target at once, whatever the schedule's times and state are. */
  invoke({ definition }: Scheduled, scheduledAt = this.settings.clock.now()): Invocation & Delivering {
    const { deliveries, place } = this.settings;
    const invocation = invocationOf(definition, scheduledAt, place);
    return { ...invocation, ...deliveries.start(invocation.delivery) };
  }

  close(): void {
    this.#closed = true;
    for (const { timers } of this.#scheduled.values()) for (const timer of timers) timer.cancel();
  }

  #due(scheduled: Scheduled, moment: number, isLast: boolean): void {
    const { clock, random } = this.settings;
    const { definition, timers } = scheduled;
    const invoke = () => {
      const { settled } = this.invoke(scheduled, moment);
      if (isLast && definition.actionAfterCompletion === "DELETE") {
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
