// When SNS tries again to reach a queue or a function:
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html

/**
 * 3 without delay, 2 a second apart, 10 backing off from 1 to 20 seconds, 100,000 with 20 seconds between: over 23
 * days.
 */
const phases = { immediate: 3, beforeBackOff: 2, backOff: 10, afterBackOff: 100_000 };

export const maximumAttempts = phases.immediate + phases.beforeBackOff + phases.backOff + phases.afterBackOff;

/** Milliseconds before an attempt, the first being 0. */
export function delayBefore(attempt: number): number {
  const backOff = attempt - phases.immediate - phases.beforeBackOff;
  if (attempt < phases.immediate) return 0;
  if (backOff < 0) return 1000;
  if (backOff < phases.backOff) return 1000 * 20 ** (backOff / (phases.backOff - 1));
  return 20_000;
}
