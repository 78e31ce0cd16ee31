// What a redrive is asked for, and what it answers.
import type { Operation } from "../audit";
import type { Others, Selection } from "../letters/choice";
import type { Unread } from "../letters/unread";
import type { Consumer } from "../stack/stack";

export interface RedriveRequest extends Selection {
  readonly consumer: Consumer;
  /** Another consumer that gets them. */
  readonly to?: Consumer | undefined;
  /** Whether more than one may be sent. Without it, the answer is a plan. */
  readonly yes: boolean;
  /** How many are sent first, to see whether they succeed. */
  readonly canary?: number | undefined;
  /** Seconds for which their outcome is awaited. */
  readonly canaryTimeout: number;
  /** Seconds for which the outcomes are awaited when all are sent. @default 0 */
  readonly wait?: number | undefined;
  /** Letters a second. */
  readonly rate?: number | undefined;
  /** How many may come back dead, or fail, before it stops. */
  readonly stopAfter: number;
  /** Whether who did it is written into the consumer's log group. */
  readonly audit: boolean;
}

export interface Working {
  say(line: string): void;
  readonly signal: AbortSignal;
}

export interface Kept {
  readonly id: string;
  readonly why: string;
}

export interface Redriven {
  readonly sent: number;
  /** Of these it is known already that they have succeeded. */
  readonly succeeded: number;
  /** Of these it is known already that they are dead letters again. */
  readonly cameBack: number;
  /** Of these neither is known: they are retried, or wait, or their consumer does not tell their outcome. */
  readonly unknown: number;
  /** What stays in the dead-letter queue, and why. */
  readonly kept: readonly Kept[];
  /** Sent, and still in the dead-letter queue too, because SQS did not delete them. */
  readonly doubled: readonly string[];
  /** Where they went. */
  readonly to: readonly string[];
  /** Names of the consumers that got them, and whose dead letters those are that came back. */
  readonly receivers: readonly string[];
  /** Whether AWS moved the whole queue itself. */
  readonly byAws: boolean;
  /** How many the dead-letter queue has at the end, approximately, where AWS has moved all that it had. */
  readonly inQueue?: number;
  /** What was not looked at. */
  readonly unread?: Unread;
  /** What is not the consumer's, and stays. */
  readonly others?: readonly Others[];
  /** Why it ended before the end. */
  readonly stopped?: string;
}

/** The lines about it are in the consumer's log group, or in that of the target of a schedule or a rule. */
export const loggingOne = (consumer: Consumer, receiver: Consumer): Consumer =>
  consumer.logGroupName === undefined ? receiver : consumer;

export function operationOf({ consumer, filter, only, to }: RedriveRequest, receiver: Consumer): Operation {
  return {
    operation: "redrive",
    consumer,
    loggedBy: loggingOne(consumer, receiver),
    filter: only === undefined ? filter : { id: [only] },
    from: consumer.url,
    to: to?.name,
  };
}

/** Milliseconds between two lines of progress. */
export const progressInterval = 1000;

/** Does the work only when it was not done for so many milliseconds. */
export function throttled(interval: number): (work: () => unknown) => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async (work) => {
    if (performance.now() - last < interval) return;
    last = performance.now();
    await work();
  };
}

export const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
