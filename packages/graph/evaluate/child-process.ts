// Runs a program's evaluation in a process of its own, so that it starts from nothing and leaves nothing behind.
import * as path from "node:path";
import type { Graph } from "../graph";
import type { Answers, Questions } from "./answers";
import { type Launched, launchEvaluation } from "./launch";
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
  /** Milliseconds. Default: 240,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** The process of the evaluation, if it was launched before. */
  readonly launched?: Launched | undefined;
  /** Called with each line that the program writes. */
  onOutput?(line: string): void;
}

/** The request to the child process. Its answer follows. */
export interface ChildRequest {
  readonly program: string;
  readonly settings: EvaluationSettings;
  /** What else is asked of the evaluated program. */
  readonly questions: Questions | undefined;
  /** Whether the process stays for further questions. Each message to it is one, and each answer one to us. */
  readonly stays: boolean;
}
export type ChildAnswer = EvaluatedInChild | Failed;
export type LaterAnswer = Answers | Failed;

interface Failed {
  readonly error: string;
}

export interface Evaluated {
  readonly graph: Graph;
  /** Absolute paths of the modules that were loaded, without those of packages. */
  readonly modules: readonly string[];
}

interface EvaluatedInChild extends Evaluated {
  /** Empty where nothing was asked. */
  readonly answers: Answers;
}

/** A program that was evaluated, in its process. */
export interface OpenProgram extends Evaluated {
  /** Rejects with an Error for the user. One question at a time. */
  answer(questions: Questions): Promise<Answers>;
  close(): void;
}

/** Rejects with an Error for the user: the message of the program, without lines of the runtime. */
export async function evaluateInChild(evaluation: Evaluation, questions?: Questions): Promise<EvaluatedInChild> {
  const { request, exchange, close } = startChild(evaluation);
  try {
    return await exchange<EvaluatedInChild>({ ...request, questions, stays: false });
  } finally {
    close();
  }
}

/** Rejects as `evaluateInChild` does. The process must be closed; it ends with this one in any case. */
export async function openInChild(evaluation: Evaluation): Promise<OpenProgram> {
  const { request, exchange, close } = startChild(evaluation);
  try {
    const { graph, modules } = await exchange<EvaluatedInChild>({ ...request, questions: undefined, stays: true });
    return { graph, modules, answer: (questions) => exchange<Answers>(questions), close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Milliseconds. It is for programs that wait for what never comes, and must not end one that a busy machine is slow to
 * bundle: there that takes a minute and more.
 */
const patience = 240_000;

interface Child {
  /** The program, for the first request. */
  readonly request: Pick<ChildRequest, "program" | "settings">;
  /** Resolves with the answer. Rejects with an Error for the user. One request at a time. */
  exchange<Answer extends object>(request: ChildRequest | Questions): Promise<Answer>;
  close(): void;
}

function startChild(evaluation: Evaluation): Child {
  const {
    stack,
    address,
    preview,
    createdAs,
    stackOutputs,
    timeout = patience,
    signal,
    onOutput,
    launched,
  } = evaluation;
  const program = path.resolve(evaluation.program);
  const project = readProject(program, stack, evaluation.config);
  const request = {
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
  };
  const { child } = launched?.root === project.root ? launched : launchEvaluation(project.root);
  if (launched !== undefined && launched.child !== child) launched.child.kill("SIGKILL");
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
  let next: { resolve(answer: object): void; reject(error: Error): void } | undefined;
  const ended = (how: string) =>
    new Error(
      `${evaluation.program} ended before it was evaluated (${how}).` +
        (onOutput === undefined ? `\n${written.slice(-20).join("\n")}` : ""),
    );
  child.on("message", (answer: object) => next?.resolve(answer));
  child.on("error", (error) => next?.reject(error));
  child.on("exit", (code, killedBy) => next?.reject(ended(killedBy ?? `exit code ${code}`)));
  const close = () => void child.kill("SIGKILL");
  const exchange = async <Answer extends object>(request: ChildRequest | Questions): Promise<Answer> => {
    let timer: NodeJS.Timeout | undefined;
    signal?.addEventListener("abort", close, { once: true });
    try {
      const answer = await new Promise<object>((resolve, reject) => {
        next = { resolve, reject };
        const late = `${evaluation.program} did not end within ${timeout / 1000} s; a program must not wait forever.`;
        timer = setTimeout(() => reject(new Error(late)), timeout);
        child.send(request);
      });
      if ("error" in answer) throw new Error(String(answer.error));
      return answer as Answer;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", close);
      next = undefined;
    }
  };
  return { request, exchange, close };
}
