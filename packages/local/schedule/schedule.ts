// Runs an action at each moment of a schedule expression, for EventBridge's rules and Scheduler's schedules.
import { type Expression, nextOf } from "spillway/syntax/schedule-expression";
import type { Clock, Timer } from "../service/clock";
import { alarm } from "./alarm";

export interface Schedule {
  readonly expression: Expression;
  /** IANA name. */
  readonly timeZone: string;
  /** When the schedule was created, in milliseconds since the epoch: the moment from which a rate counts. */
  readonly createdAt: number;
  /** Milliseconds since the epoch: no moment before `start` and none after `end`. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Whether a rate is due as soon as it begins, not only when its first interval is over. */
  readonly isDueAtOnce?: boolean;
}

/**
 * Runs `action` at each moment of the schedule; no moment is left out when the clock is late. `isLast`: no other
 * follows. Undefined for a schedule that has no moment from now on.
 */
export function runAt(
  schedule: Schedule,
  clock: Clock,
  action: (moment: number, isLast: boolean) => void,
): Timer | undefined {
  const { expression, createdAt, isDueAtOnce = false } = schedule;
  const isRate = expression.kind === "rate";
  const next = nextOf(expression, {
    ...schedule,
    start: isRate && !isDueAtOnce ? createdAt + expression.milliseconds : schedule.start,
  });
  const first = next(isRate && isDueAtOnce ? createdAt - 1 : createdAt);
  if (first === undefined) return undefined;
  let timer: Timer;
  const wait = (moment: number) => {
    timer = alarm(clock, moment, () => {
      const following = next(moment);
      if (following !== undefined) wait(following);
      action(moment, following === undefined);
    });
  };
  wait(first);
  return { cancel: () => timer.cancel() };
}
