// SQS on a front, with a clock that stands still until the test moves it.
import { SQSClient } from "@aws-sdk/client-sqs";
import { startFront } from "../../http/front";
import { createAsk, type Observer, type Principal } from "../../service/ask";
import type { Clock, Timer } from "../../service/clock";
import { createSqs } from "../../sqs/service";

export interface ManualClock extends Clock {
  /** Lets so many milliseconds pass, with every timer in its order. */
  pass(milliseconds: number): Promise<void>;
}

export function manualClock(): ManualClock {
  let now = Date.UTC(2026, 0, 1);
  const timers = new Set<{ readonly at: number; readonly action: () => void }>();
  const after = (milliseconds: number, action: () => void): Timer => {
    const timer = { at: now + milliseconds, action };
    timers.add(timer);
    return { cancel: () => timers.delete(timer) };
  };
  /** Lets promises go on that wait for what has just happened. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    speed: 1,
    ahead: undefined,
    at: (moment) => moment,
    now: () => now,
    after,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const timer = after(milliseconds, resolve);
        signal?.addEventListener("abort", () => {
          timer.cancel();
          resolve();
        });
      }),
    pass: async (milliseconds) => {
      const until = now + milliseconds;
      for (;;) {
        await settle();
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.action();
      }
      now = until;
      await settle();
    },
  };
}

export const accountId = "000000000000";
export const region = "eu-west-1";
export const user: Principal = { kind: "user" };

export async function startSqs({ clock = manualClock(), dataDir, observers }: Partial<Options> = {}) {
  let address = "";
  const sqs = await createSqs({ clock, address: () => address, accountId, region, dataDir });
  const ask = createAsk([sqs], observers);
  const front = await startFront({ port: 0, ask, identify: () => user, routes: [], region, accountId });
  address = front.address;
  const client = new SQSClient({
    endpoint: address,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  const close = async () => {
    client.destroy();
    await front.close();
    await sqs.close();
  };
  return { clock, client, ask, address, close };
}

interface Options {
  readonly clock: ManualClock;
  readonly dataDir: string;
  readonly observers: readonly Observer[];
}

export type RunningSqs = Awaited<ReturnType<typeof startSqs>>;
