// Checks the program's types in a separate process, as `pulumi preview` does. The run does not wait for the check, and
// continues whatever it finds.
import { fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { TypeCheckAnswer, TypeCheckRequest } from "./type-check-child";

export interface TypeCheck {
  /** The program's file. */
  readonly program: string;
  readonly signal: AbortSignal;
  /** Whether what is found is shown in colours. */
  readonly colours: boolean;
}

/** Milliseconds. A longer check is given up, because the run does not depend on it. */
const longest = 300_000;

/** Returns what is wrong, in words for the user. Undefined if nothing is, or if the check was given up. */
export async function checkTypes({ program, signal, colours }: TypeCheck): Promise<string | undefined> {
  const child = fork(require.resolve("./type-check-child"), {
    execArgv: ["--disable-warning=ExperimentalWarning", "-r", require.resolve("ts-node/register/transpile-only")],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const end = () => child.kill("SIGKILL");
  const timer = setTimeout(end, longest);
  signal.addEventListener("abort", end, { once: true });
  try {
    // The events of the run come first.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const answer = await new Promise<TypeCheckAnswer | undefined>((resolve) => {
      child.once("message", (message) => resolve(message as TypeCheckAnswer));
      child.once("error", () => resolve(undefined));
      child.once("exit", () => resolve(undefined));
      child.send({ program: path.resolve(program) } satisfies TypeCheckRequest);
    });
    if (answer === undefined || answer.errors === 0) return undefined;
    const count = answer.errors === 1 ? "an error" : `${answer.errors} errors`;
    const text = colours ? answer.text : stripVTControlCharacters(answer.text);
    return `TypeScript finds ${count} in the program, which pulumi preview and pulumi up refuse.\n\n${text.trimEnd()}\n`;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    end();
  }
}
