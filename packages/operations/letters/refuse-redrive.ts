// A dead-letter queue that has a redrive policy itself is not read.
import type { Consumer } from "../stack/stack";

/** Throws an Error for the user when the queue has a policy: `RedrivePolicy` as SQS answers it. */
export function refuseRedrive(policy: string | undefined, { name }: Consumer): void {
  if (policy === undefined || policy === "") return;
  const { maxReceiveCount, deadLetterTargetArn } = JSON.parse(policy) as Readonly<Record<string, unknown>>;
  throw new Error(
    `The dead-letter queue of ${name} has a redrive policy itself (maxReceiveCount ${maxReceiveCount}, to ` +
      `${deadLetterTargetArn}). Each look counts as a receive, and could move messages there. Remove the policy, or ` +
      "read that queue instead.",
  );
}
