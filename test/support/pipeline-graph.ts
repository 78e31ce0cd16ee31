// The pipeline's program as tests evaluate it: each stack, with each configuration, once in a process.
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { evaluateHere } from "./evaluate-here";

export const pipelineProgram = path.resolve(__dirname, "..", "..", "index.ts");

export interface PipelineSettings {
  /** Default: dev. */
  readonly stack?: string;
  readonly config?: Readonly<Record<string, string>>;
  /** Default: false, the graph as it is once deployed. */
  readonly preview?: boolean;
  readonly address?: string;
}

const evaluations = new Map<string, Promise<Graph>>();

/** Tests of all files that a process runs share the graph, so nobody may change it. */
export function pipelineGraph({ stack = "dev", ...settings }: PipelineSettings = {}): Promise<Graph> {
  const key = JSON.stringify([stack, settings.config ?? {}, settings.preview ?? false, settings.address]);
  const known = evaluations.get(key) ?? evaluateHere({ program: pipelineProgram, stack, ...settings });
  evaluations.set(key, known);
  return known;
}
