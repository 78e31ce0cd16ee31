// Evaluates a program of this repository in the process of the tests, where Pulumi is loaded already: it takes a fifth
// of the time of a process of its own. What such a process is for is tested in packages/graph/test/evaluate/.
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import { recordProgram } from "@spillway/graph/record";
import { readProject } from "../../packages/graph/evaluate/project";

const root = path.resolve(__dirname, "..", "..");

export interface Evaluation {
  /** The absolute path of its file. */
  readonly program: string;
  readonly stack: string;
  /** Default: the name in its Pulumi.yaml. */
  readonly project?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly preview?: boolean;
  readonly address?: string;
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other, as Pulumi's runtime demands. */
export function evaluateHere(evaluation: Evaluation): Promise<Graph> {
  const evaluated = last.then(() => evaluate(evaluation));
  last = evaluated.catch(() => {});
  return evaluated;
}

/** The modules of programs are loaded anew, and those that tests have loaded are put back. */
async function evaluate({ program, stack, project, config, ...more }: Evaluation): Promise<Graph> {
  const { name, autonaming, config: values, secretKeys } = readProject(program, stack, config);
  const named = autonaming !== undefined && { autonaming };
  const before = loaded().map((file) => [file, require.cache[file]] as const);
  forget();
  try {
    return await recordProgram(() => require(program), {
      ...more,
      ...named,
      project: project ?? name,
      stack,
      config: values,
      secretKeys,
    });
  } finally {
    forget();
    for (const [file, module] of before) require.cache[file] = module;
  }
}

const isOfProgram = (file: string) => /^(index\.ts$|(config|functions|docs)[\\/])/.test(file);
const loaded = () => Object.keys(require.cache).filter((file) => isOfProgram(path.relative(root, file)));

function forget(): void {
  for (const file of loaded()) delete require.cache[file];
}
