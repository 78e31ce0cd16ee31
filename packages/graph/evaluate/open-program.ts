// A program that was evaluated and stays in its process, to name its consumers and to check events by their schemas.
import type { Answers, ConsumerEvent, ConsumerOfProgram, EventIssues, Questions } from "./answers";
import { type Evaluated, type Evaluation, openInChild } from "./child-process";

export interface CheckingProgram extends Evaluated {
  /** As `consumersOf` does, without another evaluation. */
  consumers(): Promise<readonly ConsumerOfProgram[]>;
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
  const ask = (questions: Questions): Promise<Answers> => {
    const answered = last.then(() => answer(questions));
    last = answered.catch(() => {});
    return answered;
  };
  return {
    graph,
    modules,
    consumers: async () => (await ask({ consumers: true, events: [] })).consumers,
    check: async (events) => (await ask({ consumers: false, events })).issues,
    close,
  };
}
