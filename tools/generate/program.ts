// The program that the documents describe, evaluated once for all that is generated from it.
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { evaluateProgram } from "@spillway/graph";

export const root = path.resolve(__dirname, "..", "..");

/** The stack with the most in it (network, customer keys, every alarm), and values that take the place of its own. */
export const documented: { readonly stack: string; readonly config: Readonly<Record<string, string>> } = {
  stack: "prod",
  config: { network: "true" },
};

let evaluation: Promise<Graph> | undefined;

/** The graph as it is once deployed, in which it is known what leads where, and who may do what. */
export function documentedGraph(): Promise<Graph> {
  evaluation ??= evaluateProgram({ program: path.join(root, "index.ts"), ...documented });
  return evaluation;
}
