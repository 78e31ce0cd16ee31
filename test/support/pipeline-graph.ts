// The pipeline's program as tests evaluate it: each stack, with each configuration, once in a process.
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { recordProgram } from "@spillway/graph/record";
import { readProject } from "../../packages/graph/evaluate/project";

const root = path.resolve(__dirname, "..", "..");
export const pipelineProgram = path.join(root, "index.ts");

export interface PipelineSettings {
  /** Default: dev. */
  readonly stack?: string;
  readonly config?: Readonly<Record<string, string>>;
  /** Default: false, the graph as it is once deployed. */
  readonly preview?: boolean;
  readonly address?: string;
}

const evaluations = new Map<string, Promise<Graph>>();
let last: Promise<unknown> = Promise.resolve();

/** Tests of all files that a process runs share the graph, so nobody may change it. */
export function pipelineGraph({ stack = "dev", ...settings }: PipelineSettings = {}): Promise<Graph> {
  const key = JSON.stringify([stack, settings.config ?? {}, settings.preview ?? false, settings.address]);
  const known = evaluations.get(key);
  if (known !== undefined) return known;
  // One after the other, as Pulumi's runtime demands.
  const evaluation = last.then(() => evaluate({ stack, ...settings }));
  last = evaluation.catch(() => {});
  evaluations.set(key, evaluation);
  return evaluation;
}

/**
 * In this process, where Pulumi is loaded. The modules of the program are loaded anew, and those that tests have loaded
 * are put back.
 */
async function evaluate({ stack = "dev", config, ...more }: PipelineSettings): Promise<Graph> {
  const { name: project, autonaming, config: values, secretKeys } = readProject(pipelineProgram, stack, config);
  const files = () => Object.keys(require.cache).filter((file) => isOfProgram(path.relative(root, file)));
  const before = files().map((file) => [file, require.cache[file]] as const);
  const forget = () => {
    for (const file of files()) delete require.cache[file];
  };
  const settings = {
    ...more,
    project,
    stack,
    config: values,
    secretKeys,
    ...(autonaming !== undefined && { autonaming }),
  };
  forget();
  try {
    return await recordProgram(() => require(pipelineProgram), settings);
  } finally {
    forget();
    for (const [file, module] of before) require.cache[file] = module;
  }
}

const isOfProgram = (file: string) => /^(index\.ts$|(config|functions)[\\/])/.test(file);
