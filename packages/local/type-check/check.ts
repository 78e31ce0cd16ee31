// Checks the program's types in a separate process, as `pulumi preview` does. The run does not wait for the check, and
// continues whatever it finds.
import { stripVTControlCharacters } from "node:util";
import { TypeChecker } from "./checker";
import type { TypeCheckAnswer } from "./child";

export interface TypeCheck {
  /** The program's file. */
  readonly program: string;
  /** Ends the check, and its process. */
  readonly signal: AbortSignal;
  /** Whether what is found is shown in colours. */
  readonly colours: boolean;
}

/** Returns what is wrong, in words for the user. Undefined if nothing is, or if the check was given up. */
export async function checkTypes({ program, signal, colours }: TypeCheck): Promise<string | undefined> {
  const checker = new TypeChecker(program);
  const end = () => checker.end();
  signal.addEventListener("abort", end, { once: true });
  try {
    const answer = await checker.check();
    return answer === undefined || answer.errors === 0 ? undefined : describeErrors(answer, colours);
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

export function describeErrors({ errors, text }: Pick<TypeCheckAnswer, "errors" | "text">, colours: boolean): string {
  const count = errors === 1 ? "an error" : `${errors} errors`;
  const shown = (colours ? text : stripVTControlCharacters(text)).trimEnd();
  return `TypeScript finds ${count} in the program, which pulumi preview and pulumi up refuse.\n\n${shown}\n`;
}
