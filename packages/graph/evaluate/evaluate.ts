// Evaluates a program without an engine.
import type { Graph } from "../graph";
import { type Evaluated, type Evaluation, evaluateInChild } from "./child-process";

export type { Evaluated, Evaluation } from "./child-process";

/** Rejects with an Error for the user: the message of the program, without lines of the runtime. */
export async function evaluateProgram(evaluation: Evaluation): Promise<Graph> {
  return (await evaluateInChild(evaluation)).graph;
}

/** `evaluateProgram`, with the modules whose change may change the graph. */
export async function evaluate(evaluation: Evaluation): Promise<Evaluated> {
  const { graph, modules } = await evaluateInChild(evaluation);
  return { graph, modules };
}
