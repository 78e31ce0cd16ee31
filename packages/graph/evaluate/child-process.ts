// Runs a program's evaluation in a process of its own, so that it starts from nothing and leaves nothing behind.
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Graph } from "../graph";
import type { Answers, Questions } from "./answers";
import { defaultTsconfig } from "./default-tsconfig";
import { readProject } from "./project";
import type { EvaluationSettings } from "./record";

export interface Evaluation {
  /** The program's file. */
  readonly program: string;
  readonly stack: string;
  /** Values that replace those of the stack. */
  readonly config?: Readonly<Record<string, string>>;
  readonly address?: string;
  readonly preview?: boolean;
  /** As in `EvaluationSettings`. */
  readonly createdAs?: ReadonlyMap<string, string>;
  /** As in `EvaluationSettings`. */
  readonly stackOutputs?: EvaluationSettings["stackOutputs"];
  /** Milliseconds; default 60,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Called with each line that the program writes. */
  onOutput?(line: string): void;
}

/** The request to the child process. Its answer follows. */
export interface ChildRequest {
  readonly program: string;
  readonly settings: EvaluationSettings;
  /** What else is asked of the evaluated program. */
  readonly questions: Questions | undefined;
}
export type ChildAnswer = EvaluatedInChild | { readonly error: string };

export interface Evaluated {
  readonly graph: Graph;
  /** Absolute paths of the modules that were loaded, without those of packages. */
  readonly modules: readonly string[];
}

interface EvaluatedInChild extends Evaluated {
  /** Empty where nothing was asked. */
  readonly answers: Answers;
}

/** Rejects with an Error for the user: the message of the program, without lines of the runtime. */
export async function evaluateInChild(evaluation: Evaluation, questions?: Questions): Promise<EvaluatedInChild> {
  const { stack, address, preview, createdAs, stackOutputs, timeout = 60_000, signal, onOutput } = evaluation;
  const program = path.resolve(evaluation.program);
  const project = readProject(program, stack, evaluation.config);
  const request: ChildRequest = {
    program,
    settings: {
      project: project.name,
      stack,
      config: project.config,
      secretKeys: project.secretKeys,
      ...(project.autonaming !== undefined && { autonaming: project.autonaming }),
      ...(address !== undefined && { address }),
      ...(preview !== undefined && { preview }),
      ...(createdAs !== undefined && { createdAs }),
      ...(stackOutputs !== undefined && { stackOutputs }),
    },
    questions,
  };
  // The evaluation does not check types, which would double its time.
  const child = fork(require.resolve("./child"), {
    cwd: project.root,
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      // Outputs that depend on a failed one fail, too, and Node would print a warning for each before the reason.
      "--disable-warning=PromiseRejectionHandledWarning",
      // ts-node's code for ES modules causes this warning.
      "--disable-warning=DEP0180",
      "-r",
      require.resolve("ts-node/register/transpile-only"),
    ],
    env: {
      // A project without its own settings for TypeScript gets the default settings.
      TS_NODE_PROJECT: settingsOf(project.root),
      TS_NODE_TRANSPILE_ONLY: "true",
      // Node keeps what it compiles. The compiler and Pulumi's packages take a seventh of an evaluation otherwise.
      NODE_COMPILE_CACHE: path.join(tmpdir(), "node-compile-cache"),
      ...process.env,
    },
    silent: true,
    serialization: "advanced",
  });
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        written.push(line);
        onOutput?.(line);
      }
    });
  }
  let timer: NodeJS.Timeout | undefined;
  const abort = () => child.kill("SIGKILL");
  try {
    const answer = await new Promise<ChildAnswer>((resolve, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new Error(`${evaluation.program} did not end within ${timeout / 1000} s; a program must not wait forever.`),
          ),
        timeout,
      );
      signal?.addEventListener("abort", abort, { once: true });
      child.once("message", (message) => resolve(message as ChildAnswer));
      child.once("error", reject);
      child.once("exit", (code, killedBy) =>
        reject(
          new Error(
            `${evaluation.program} ended before it was evaluated ` +
              `(${killedBy ?? `exit code ${code}`}).${onOutput === undefined ? `\n${written.slice(-20).join("\n")}` : ""}`,
          ),
        ),
      );
      child.send(request);
    });
    if ("error" in answer) throw new Error(answer.error);
    return answer;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    child.kill("SIGKILL");
  }
}

function settingsOf(root: string): string {
  const own = path.join(root, "tsconfig.json");
  return existsSync(own) ? own : defaultTsconfig;
}
