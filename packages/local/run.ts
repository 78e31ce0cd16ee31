// The public interface of @spillway/local: the whole program on one machine.
import { evaluate } from "@spillway/graph";
import { createClock } from "./service/clock";
import type { LocalRun, LocalSettings } from "./settings";
import { start } from "./start";

export type { LocalRun, LocalSettings } from "./settings";
export { type RunUnderTest, type SettleLimits, startUnderTest, type UnderTestSettings } from "./under-test";

/** Rejects with an Error for the user. Nothing is left behind in that case. */
export async function startLocal(settings: LocalSettings): Promise<LocalRun> {
  const { run } = await start(settings, { clock: createClock(settings.speed), evaluate });
  return run;
}
