// Whose turn it is in the pool, and whose environment makes room for it.
import type { Environment } from "./environment";
import type { Lane } from "./lane";

/** About what a start costs. As long as no other function waits longer, a warm environment goes on with its own function's events. */
const patience = 100;
/** Milliseconds for which a function keeps its only environment although it has nothing to do: under load each has pauses. */
const recent = 5000;

/**
 * The longest waiting first, but warm before cold, as long as that keeps nobody waiting for long. `makeRoom` answers whether another
 * environment may be started.
 */
export function nextTurn(lanes: readonly Lane[], makeRoom: () => boolean): Lane | undefined {
  const waiting = lanes.filter((lane) => lane.waiting.length > 0);
  const warm = longestWaiting(waiting.filter((lane) => lane.idle.length > 0));
  const cold = longestWaiting(waiting.filter((lane) => lane.idle.length === 0));
  const impatient = cold !== undefined && performance.now() - cold.oldest > patience;
  if (cold !== undefined && (warm === undefined || impatient || cold.environments.size === 0) && makeRoom()) {
    return cold;
  }
  return warm;
}

/** The idle environment that is missed least. Undefined where each is needed. */
export function spareEnvironment(lanes: readonly Lane[]): Environment | undefined {
  const before = performance.now() - recent;
  const isSpare = ({ environments, waiting, idle }: Lane) =>
    environments.size > 1 || (waiting.length === 0 && (idle[0]?.idleSince ?? before) < before);
  return lanes
    .filter(isSpare)
    .sort((a, b) => Number(b.environments.size > 1) - Number(a.environments.size > 1))
    .flatMap((lane) => lane.idle.slice(0, 1))[0];
}

function longestWaiting(lanes: readonly Lane[]): Lane | undefined {
  return lanes.reduce<Lane | undefined>(
    (first, lane) => (first && first.oldest <= lane.oldest ? first : lane),
    undefined,
  );
}
