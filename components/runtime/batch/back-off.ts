// How long a record waits between two attempts. Components check with it that all attempts fit into a queue's
// retention.

const longest = 900;

/** Most seconds between attempt number `attempt` and the next: they double, up to fifteen minutes. */
export function longestBackOff(attempt: number): number {
  return Math.min(longest, 2 * 2 ** (attempt - 1));
}
