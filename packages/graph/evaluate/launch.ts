// Starts the process of an evaluation. It loads the compiler and Pulumi before it is told what to evaluate, so whoever
// launches it early has them loaded when the rest is known.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { defaultTsconfig } from "./default-tsconfig";

export interface Launched {
  /** The folder of the project that is evaluated. */
  readonly root: string;
  readonly child: ChildProcess;
}

const running = new Set<ChildProcess>();

/** A program in an endless loop does not notice by itself that this process has ended. */
function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** The process must be killed, or given to an evaluation. It ends with this one in any case. */
export function launchEvaluation(root: string): Launched {
  // The evaluation does not check types, which would double its time.
  const child = fork(require.resolve("./child"), {
    cwd: root,
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      // Outputs that depend on a failed one fail, too, and Node would print a warning for each before the reason.
      "--disable-warning=PromiseRejectionHandledWarning",
      // ts-node's code for ES modules causes this warning.
      "--disable-warning=DEP0180",
      "-r",
      require.resolve("./register-typescript.cjs"),
    ],
    env: {
      // A project without its own settings for TypeScript gets the default settings.
      TS_NODE_PROJECT: settingsOf(root),
      TS_NODE_TRANSPILE_ONLY: "true",
      // Node keeps what it compiles. The compiler and Pulumi's packages take a seventh of an evaluation otherwise.
      NODE_COMPILE_CACHE: path.join(tmpdir(), "node-compile-cache"),
      ...process.env,
    },
    silent: true,
    serialization: "advanced",
  });
  if (running.size === 0) process.once("exit", endAll);
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    if (running.size === 0) process.off("exit", endAll);
  });
  return { root, child };
}

function settingsOf(root: string): string {
  const own = path.join(root, "tsconfig.json");
  return existsSync(own) ? own : defaultTsconfig;
}
