// What a function's answer to a batch of a stream's records means:
// https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
import type { InvocationResult } from "../function/definition";
import { failedIn } from "./batch-response";
import type { StreamRecord } from "./stream-source";

export interface StreamAnswer {
  /** How many records from the first one on are done. */
  readonly done: number;
  /** The state for the next invocation of the window. Undefined if there is none. */
  readonly state: unknown;
}

/**
 * The lowest reported sequence number is the checkpoint. With `isWindowed`, an answer without a state is a failure of
 * the whole batch.
 */
export function answerOf(
  { functionError, payload }: InvocationResult,
  records: readonly StreamRecord[],
  reportBatchItemFailures: boolean,
  isWindowed: boolean,
): StreamAnswer {
  if (functionError !== undefined) return { done: 0, state: undefined };
  const state = isWindowed ? stateIn(payload) : undefined;
  if (isWindowed && state === undefined) return { done: 0, state };
  const ids = new Set(records.map(({ sequenceNumber }) => sequenceNumber));
  // Unlike for a queue, an answer that is not an object, such as [] or "done", reports no failure. This was recorded on
  // AWS.
  const failed = failedIn(payload, ids, reportBatchItemFailures && isObject(payload));
  const lowest = failed.size === 0 ? -1 : records.findIndex(({ sequenceNumber }) => failed.has(sequenceNumber));
  return { done: lowest < 0 ? records.length : lowest, state };
}

function isObject(payload: string): boolean {
  try {
    const answer: unknown = JSON.parse(payload);
    return typeof answer === "object" && answer !== null && !Array.isArray(answer);
  } catch {
    return true;
  }
}

function stateIn(payload: string): unknown {
  try {
    const answer: unknown = JSON.parse(payload);
    const state = typeof answer === "object" && answer !== null && "state" in answer ? answer.state : undefined;
    return state ?? undefined;
  } catch {
    return undefined;
  }
}
