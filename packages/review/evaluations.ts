// Evaluates the program before and after the change, for one stack.
import { existsSync } from "node:fs";
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { evaluateProgram } from "@spillway/graph";
import { matchFormer } from "@spillway/graph/read/aliases";
import { withContents } from "./bundles";

export interface Side {
  /** The folder of the project. */
  readonly root: string;
  /** The file of the program, relative to `root`. */
  readonly program: string;
}

export interface EvaluationsOptions {
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Evaluated =
  | { readonly graph: Graph; readonly onlyOnceDeployed: readonly string[] }
  /** The message of the program, or of Pulumi. */
  | { readonly error: string }
  /** The program or the stack does not exist there. */
  | { readonly missing: string };

/**
 * Evaluates twice: as a preview, where whatever AWS computes is unknown, and with values for it. Resources in only one
 * of the graphs depend on what only the deployment knows.
 */
export async function evaluateSide(side: Side, options: EvaluationsOptions): Promise<Evaluated> {
  const { root, program } = side;
  for (const file of [program, "Pulumi.yaml", `Pulumi.${options.stack}.yaml`]) {
    if (!existsSync(path.join(root, file))) return { missing: file };
  }
  const evaluation = evaluationOf(side, options);
  try {
    // One after the other, because the second finds the bundles that the first has made.
    const known = await evaluateProgram(evaluation);
    const preview = await evaluateProgram({ ...evaluation, preview: true });
    return { graph: withContents(known, root), onlyOnceDeployed: onlyIn(known, preview) };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return { error: withoutFolder((error as Error).message, root) };
  }
}

/**
 * The program after the change, with the generated names and ids of the resources that aliases keep. Values that are
 * derived from these, as a hash of an ARN, stay the same.
 */
export async function withKeptNames(is: Graph, was: Graph, side: Side, options: EvaluationsOptions): Promise<Graph> {
  const matched = matchFormer(is, was);
  if ([...matched].every(([now, before]) => now === before)) return is;
  const evaluated = await evaluateProgram({ ...evaluationOf(side, options), createdAs: matched });
  return withContents(evaluated, side.root);
}

function evaluationOf({ root, program }: Side, { stack, config, signal }: EvaluationsOptions) {
  return {
    program: path.join(root, program),
    stack,
    config,
    ...(signal !== undefined && { signal }),
  };
}

/** URNs of resources that the first preview would miss, or would show although they are not created. */
export function onlyIn(known: Graph, preview: Graph): readonly string[] {
  const urnsOf = (graph: Graph) => new Set(graph.resources.map(({ urn }) => urn));
  const [all, shown] = [urnsOf(known), urnsOf(preview)];
  return [...[...all].filter((urn) => !shown.has(urn)), ...[...shown].filter((urn) => !all.has(urn))];
}

/** A graph without resources, for a program that did not exist. */
export function nothing(graph: Graph): Graph {
  return { ...graph, resources: [], outputs: {} };
}

/** The message without the folder, so that it is the same on every machine. */
function withoutFolder(message: string, root: string): string {
  return message.replaceAll(`${root}${path.sep}`, "").replaceAll(root, ".");
}
