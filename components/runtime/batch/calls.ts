// The calls to AWS that an invocation makes beside its callback: a bounded number at a time, and none beyond its time.
import type { CallLimits } from "../aws/aws";
import { Limit } from "./limit";

/** Each takes a connection, and Lambda gives a process 1,024 file descriptors. */
const callsAtATime = 10;
/** Milliseconds in which no call could be over. */
const leastTime = 10;
/** Milliseconds that a try has at least: a first connection from a small function takes hundreds of them. */
const leastTry = 500;
const longestTry = 3000;

/** No time was left for a call, or it was not over in time. */
export class OutOfTime extends Error {}

export class Calls {
  private readonly limit = new Limit(callsAtATime);

  /**
   * None begins after `until`, in milliseconds since the epoch, and what is on its way then is ended. All three tries
   * of a call fit in what is left, unless that is short: then one try has longer, because a message whose try is given
   * up may have been stored, and the next try stores it again. Rejects with what the call does, or with OutOfTime.
   */
  inTime<T>(until: number, work: (limits: CallLimits) => Promise<T>): Promise<T> {
    return this.limit.run(async () => {
      const left = until - Date.now();
      if (left < leastTime) throw new OutOfTime("No time was left.");
      const ended = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        const end = () => {
          const error = new OutOfTime("The call did not end in time.");
          reject(error);
          ended.abort(error);
        };
        // An answer that came while a callback was computing is read before the end.
        timer = setTimeout(() => setImmediate(end), left);
      });
      try {
        const timeout = Math.min(longestTry, Math.max(leastTry, Math.floor(left / 4)));
        return await Promise.race([work({ timeout, signal: ended.signal, isBounded: true }), late]);
      } finally {
        clearTimeout(timer);
      }
    });
  }
}
