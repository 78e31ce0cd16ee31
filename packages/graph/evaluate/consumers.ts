// What a program knows of its consumers beside its graph: an example event of each, and what its schema takes.
import type { ConsumerEvent, ConsumerOfProgram, EventIssues } from "./answers";
import { type Evaluation, evaluateInChild } from "./child-process";

export type { ConsumerEvent, ConsumerKind, ConsumerOfProgram, EventIssues } from "./answers";

/** Which program is asked, as it is evaluated for `evaluateProgram`. */
export type AskedProgram = Pick<
  Evaluation,
  "program" | "stack" | "config" | "stackOutputs" | "timeout" | "signal" | "onOutput"
>;

/** Every consumer of the program, in the order in which it creates them. Rejects as `evaluateProgram` does. */
export async function consumersOf(program: AskedProgram): Promise<readonly ConsumerOfProgram[]> {
  return (await evaluateInChild(program, { consumers: true, events: [] })).answers.consumers;
}

/**
 * Runs each event through the schema of its consumer's callback, as the consumer does in Lambda: an event in an
 * envelope (SNS, EventBridge, CloudEvents) is taken out of it first, and that of a table consumer is the change.
 * Answers for each event, in the order given; the program is evaluated once for all. Only the schema counts: neither
 * filters nor idempotency.
 *
 * Rejects as `evaluateProgram` does, and for a name that no consumer of the program has, or more than one.
 */
export async function checkEvents(
  program: AskedProgram & { readonly events: readonly ConsumerEvent[] },
): Promise<readonly EventIssues[]> {
  const { events, ...asked } = program;
  return (await evaluateInChild(asked, { consumers: false, events })).answers.issues;
}
