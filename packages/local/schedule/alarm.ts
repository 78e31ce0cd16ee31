// Timers of the run's clock for moments however far away, and for moments that come again.

import type { Next } from "spillway/syntax/schedule-expression";
import type { Clock, Timer } from "../clock";

/** Node's timers fire at once for more milliseconds than this. */
const longest = 2 ** 31 - 1;

/** Runs `action` when the clock shows `moment`, at once when that has passed. */
export function alarm(clock: Clock, moment: number, action: () => void): Timer {
  let timer: Timer;
  const wait = () => {
    const left = moment - clock.now();
    timer = clock.after(Math.min(Math.max(left, 0), longest), () => (clock.now() < moment ? wait() : action()));
  };
  wait();
  return { cancel: () => timer.cancel() };
}

/** Runs `action` at each moment that `next` names after `from`, and none is left out when the clock is late. `last`: no other follows. */
export function recurring(
  clock: Clock,
  next: Next,
  action: (moment: number, last: boolean) => void,
  from = clock.now(),
): Timer {
  let timer: Timer | undefined;
  const wait = (moment: number | undefined) => {
    timer =
      moment === undefined
        ? undefined
        : alarm(clock, moment, () => {
            const following = next(moment);
            wait(following);
            action(moment, following === undefined);
          });
  };
  wait(next(from));
  return { cancel: () => timer?.cancel() };
}
