// Decides whether there is room for another environment in the pool, and which idle one ends if there is none.
import { totalmem } from "node:os";
import type { Environment } from "./environment";
import type { Lane } from "./lane";
import { isBehind, isBlocked } from "./turns";

/** Milliseconds for which an idle environment keeps its place, because a steady load has pauses too. */
const recent = 60_000;

export interface Room {
  /** How many environments may run at the same time. */
  readonly limit: number;
  /** Megabytes that all environments may hold together. */
  readonly memory: number;
}

/**
 * There is room for as many environments as may run, in any case. As long as there is memory, there is also room for
 * one of each function, and for another where those of the function are all at work for long, or do not get through
 * what waits.
 */
export function hasRoom(lanes: readonly Lane[], lane: Lane, { limit, memory }: Room): boolean {
  const environments = lanes.flatMap((each) => [...each.environments]);
  if (environments.length < limit) return true;
  if (!isBlocked(lane) && !isBehind(lane)) return false;
  return environments.reduce((sum, each) => sum + each.memory, 0) < memory;
}

/**
 * The idle environment that is missed least when one is to be started for `lane`: one beside others of its function
 * rather than a function's only one, and the longest idle of these. A function that has an environment takes none that
 * was at work lately.
 */
export function spareEnvironment(lanes: readonly Lane[], lane: Lane): Environment | undefined {
  const before = performance.now() - recent;
  return lanes
    .flatMap(({ idle, environments }) => idle.map((environment) => ({ environment, beside: environments.size > 1 })))
    .filter(({ environment }) => lane.environments.size === 0 || environment.idleSince < before)
    .sort((a, b) => Number(b.beside) - Number(a.beside) || a.environment.idleSince - b.environment.idleSince)
    .map(({ environment }) => environment)[0];
}

/** Megabytes. In a container, the container's memory. */
export function machineMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 1024 / 1024;
}
