// The program's graph for the commands that read it, with the options that say which program it is.
import type { Graph, Value } from "@spillway/graph";
import type { Session } from "./session";

export interface ProgramOptions {
  readonly program: string;
  readonly stack: string;
  readonly config?: Readonly<Record<string, string>> | undefined;
  readonly stackOutput?: Readonly<Record<string, Readonly<Record<string, Value>>>> | undefined;
}

/** Evaluates the program as it is once deployed: what leads where, and who may do what, is known then. */
export async function programGraph(options: ProgramOptions, { signal, say }: Session): Promise<Graph> {
  const { program, stack, config = {}, stackOutput: stackOutputs = {} } = options;
  const { evaluateProgram, usableProject } = require("@spillway/graph") as typeof import("@spillway/graph");
  usableProject(program, stack, config);
  return evaluateProgram({ program, stack, config, stackOutputs, signal, onOutput: say });
}
