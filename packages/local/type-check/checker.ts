// The process that checks types, from the side of the run. It keeps what it knows of the program, so that the next
// check costs a fraction of the first. If it has ended, the next check starts another one.
import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import * as path from "node:path";
import type { TypeCheckAnswer, TypeCheckRequest } from "./child";

/** Milliseconds. A longer check is given up, because the run does not depend on it. */
const longest = 300_000;
/** Milliseconds without a check after which the process gives its memory back. */
const longestIdle = 300_000;

export class TypeChecker {
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `program`: the program's file. */
  constructor(readonly program: string) {}

  /** The id of the process, if there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Undefined if the check was given up, or ended by `end`. Wait for it before the next check. */
  async check(): Promise<TypeCheckAnswer | undefined> {
    this.#child ??= start();
    const child = this.#child;
    this.#endAfter(longest);
    const answer = await answerOf(child, { program: path.resolve(this.program) });
    if (this.#child !== child) return undefined;
    if (answer === undefined) this.end();
    else this.#endAfter(longestIdle);
    return answer;
  }

  /** Ends the process, and with it the check that it does. */
  end(): void {
    clearTimeout(this.#timer);
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #endAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), milliseconds);
  }
}

function start(): ChildProcess {
  const child = fork(require.resolve("./child"), {
    execArgv: ["--disable-warning=ExperimentalWarning", "-r", require.resolve("ts-node/register/transpile-only")],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  // A process that cannot be started gives no answer.
  child.on("error", () => {});
  // The events of the run come first. With the lowest priority, it would never end on a busy machine.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  return child;
}

/** Undefined if the process ends before it answers, or has ended. */
function answerOf(child: ChildProcess, request: TypeCheckRequest): Promise<TypeCheckAnswer | undefined> {
  return new Promise((resolve) => {
    const settle = (answer?: TypeCheckAnswer) => {
      child.off("message", heard).off("exit", ended);
      resolve(answer);
    };
    const heard = (message: unknown) => settle(message as TypeCheckAnswer);
    const ended = () => settle();
    child.once("message", heard).once("exit", ended);
    child.send(request, (error) => error !== null && settle());
  });
}
