// Runs the command line, and ends the process with its exit code.
import { CommanderError } from "@commander-js/extra-typings";
import { commandLine } from "./command-line";
import { type ExitCode, exitCodes, exitWith, perform } from "./session";

/** `args`: what stands after `spillway`. */
export async function main(args: readonly string[], version: string): Promise<void> {
  let code: ExitCode = exitCodes.done;
  // The parser prints the help. A reader of its beginning only, such as `head`, has what they want.
  process.stdout.on("error", ({ code: fault }: NodeJS.ErrnoException) => {
    if (fault !== "EPIPE") code = exitCodes.failed;
  });
  try {
    await commandLine(version, async (work) => {
      code = await perform(work);
    }).parseAsync(args, { from: "user" });
  } catch (error) {
    // The parser has said what is wrong with the line, or has printed what was asked for.
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUsage;
  }
  exitWith(code);
}
