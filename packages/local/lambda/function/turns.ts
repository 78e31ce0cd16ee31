// Decides which event runs next in the pool.
import type { Lane } from "./lane";

/**
 * Milliseconds for which an event of a function runs before another environment is started beside it for those that
 * wait. Until then events of functions that have a free environment go first: a start costs a hundred times what a
 * short event does.
 */
export const patience = 1000;
/** Milliseconds for which an event waits, although more could run, before another environment is started for it. */
const backlog = 250;

/**
 * The longest waiting first, but warm before cold, as long as that keeps nobody waiting for long. `makeRoom` answers
 * whether another environment of the function may be started.
 */
export function nextTurn(lanes: readonly Lane[], makeRoom: (lane: Lane) => boolean): Lane | undefined {
  const waiting = lanes.filter((lane) => lane.waiting.length > 0);
  const warm = longestWaiting(waiting.filter((lane) => lane.idle.length > 0));
  const cold = longestWaiting(waiting.filter((lane) => lane.idle.length === 0 && lane.mayGrow));
  if (cold !== undefined && (warm === undefined || isBlocked(cold)) && makeRoom(cold)) {
    return cold;
  }
  return warm;
}

/** Whether the function's own environments are too slow for the events that wait. */
export function isBehind({ oldest }: Lane): boolean {
  return performance.now() - oldest >= backlog;
}

/**
 * Whether each of the function's environments has an event that takes long. Then it does not merely wait for its turn.
 */
export function isBlocked({ environments }: Lane): boolean {
  return [...environments].every(({ busyFor }) => busyFor >= patience);
}

function longestWaiting(lanes: readonly Lane[]): Lane | undefined {
  return lanes.reduce<Lane | undefined>(
    (first, lane) => (first && first.oldest <= lane.oldest ? first : lane),
    undefined,
  );
}
