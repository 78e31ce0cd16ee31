// Whose turn it is in the pool.
import type { Lane } from "./lane";

/**
 * Milliseconds for which an event waits for one of its function's environments before another is started beside them. Until then
 * events of functions that have a free environment go first: a start costs a hundred times what a short event does.
 */
export const patience = 1000;
/**
 * The longest waiting first, but warm before cold, as long as that keeps nobody waiting for long. `makeRoom` answers whether another
 * environment of the function may be started.
 */
export function nextTurn(lanes: readonly Lane[], makeRoom: (lane: Lane) => boolean): Lane | undefined {
  const waiting = lanes.filter((lane) => lane.waiting.length > 0);
  const warm = longestWaiting(waiting.filter((lane) => lane.idle.length > 0));
  const cold = longestWaiting(waiting.filter((lane) => lane.idle.length === 0 && lane.mayGrow));
  if (cold !== undefined && (warm === undefined || waitsLong(cold) || cold.environments.size === 0) && makeRoom(cold)) {
    return cold;
  }
  return warm;
}

export function waitsLong(lane: Lane): boolean {
  return performance.now() - lane.oldest >= patience;
}

function longestWaiting(lanes: readonly Lane[]): Lane | undefined {
  return lanes.reduce<Lane | undefined>(
    (first, lane) => (first && first.oldest <= lane.oldest ? first : lane),
    undefined,
  );
}
