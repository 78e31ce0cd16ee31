// Timers of the run's clock for moments that may be far away.
import type { Clock, Timer } from "../service/clock";

/** Milliseconds. A timer of Node.js that is set to more fires at once. */
const longest = 2 ** 31 - 1;

/** Runs `action` when the clock reaches `moment`, or at once when the moment has passed. */
export function alarm(clock: Clock, moment: number, action: () => void): Timer {
  let timer: Timer;
  const wait = () => {
    const left = moment - clock.now();
    timer = clock.after(Math.min(Math.max(left, 0), longest), () => (clock.now() < moment ? wait() : action()));
  };
  wait();
  return { cancel: () => timer.cancel() };
}
