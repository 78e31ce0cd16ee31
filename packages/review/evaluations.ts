// The program before and after, evaluated for one stack.
import { existsSync } from "node:fs";
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { evaluateProgram } from "@spillway/graph";
import { matchFormer } from "@spillway/graph/read/aliases";
import { withContents } from "./bundles";

export interface Side {
  /** The project's folder. */
  readonly root: string;
  /** The program's file, within `root`. */
  readonly program: string;
}

export interface EvaluationsOptions {
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Evaluated =
  | { readonly graph: Graph; readonly onlyOnceDeployed: readonly string[] }
  /** The program's own message, or Pulumi's. */
  | { readonly error: string }
  /** It has no such program or stack. */
  | { readonly missing: string };

/**
 * Evaluates as in a preview, where AWS's part is unknown, and with values for it: what is in one only depends on what only the
 * deployment knows.
 */
export async function evaluateSide(side: Side, options: EvaluationsOptions): Promise<Evaluated> {
  const { root, program } = side;
  for (const file of [program, "Pulumi.yaml", `Pulumi.${options.stack}.yaml`]) {
    if (!existsSync(path.join(root, file))) return { missing: file };
  }
  const evaluation = evaluationOf(side, options);
  try {
    const [known, preview] = await Promise.all([
      evaluateProgram(evaluation),
      evaluateProgram({ ...evaluation, preview: true }),
    ]);
    return { graph: withContents(known, root), onlyOnceDeployed: onlyIn(known, preview) };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return { error: withoutFolder((error as Error).message, root) };
  }
}

/**
 * The program after, with the names and ids that AWS has made up for what an alias keeps: what is made of these, as a hash of an ARN,
 * is then what it was.
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
    timeout: 120_000,
    ...(signal !== undefined && { signal }),
  };
}

/** URNs of what the first preview would not show, or would show in vain. */
export function onlyIn(known: Graph, preview: Graph): readonly string[] {
  const urnsOf = (graph: Graph) => new Set(graph.resources.map(({ urn }) => urn));
  const [all, shown] = [urnsOf(known), urnsOf(preview)];
  return [...[...all].filter((urn) => !shown.has(urn)), ...[...shown].filter((urn) => !all.has(urn))];
}

/** A graph without resources, for a program that was not there. */
export function nothing(graph: Graph): Graph {
  return { ...graph, resources: [], outputs: {} };
}

/** A message that is the same on every machine. */
function withoutFolder(message: string, root: string): string {
  return message.replaceAll(`${root}${path.sep}`, "").replaceAll(root, ".");
}
