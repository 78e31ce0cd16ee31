// A program that was evaluated and stays in its process, to check events by the schemas of its consumers.
import type { ConsumerEvent, EventIssues } from "./answers";
import { type Evaluated, type Evaluation, openInChild } from "./child-process";

export interface CheckingProgram extends Evaluated {
  /** As `checkEvents` does, without another evaluation. */
  check(events: readonly ConsumerEvent[]): Promise<readonly EventIssues[]>;
  /** Ends the process. */
  close(): void;
}

/** Rejects as `evaluateProgram` does. The process ends with this one in any case. */
export async function openProgram(evaluation: Evaluation): Promise<CheckingProgram> {
  const { graph, modules, answer, close } = await openInChild(evaluation);
  // The process answers one question at a time.
  let last: Promise<unknown> = Promise.resolve();
  return {
    graph,
    modules,
    check: (events) => {
      const answered = last.then(() => answer({ consumers: false, events }));
      last = answered.catch(() => {});
      return answered.then(({ issues }) => issues);
    },
    close,
  };
}
