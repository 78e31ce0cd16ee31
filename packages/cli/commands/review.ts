// `spillway review`: what a change of the program does to its stacks, as Markdown for a pull request.
import { type Command, Option } from "@commander-js/extra-typings";
import { configOption, examples, notEmpty, programOption, stackName } from "../options";
import { deliver } from "../output";
import type { Perform } from "../session";
import { type ExitCode, exitCodes } from "../session";

/** The default of --stack. */
const onlyDev: readonly string[] = ["dev"];

export function addReview(program: Command, perform: Perform): void {
  program
    .command("review")
    .summary("reports what a change of the program does to its stacks")
    .description("Reviews what a change of the program does to its stacks: no AWS account, no Pulumi CLI.")
    .addOption(
      new Option(
        "--base <REF>",
        "what the working tree is compared with: a commit, branch or tag (default: the merge base with " +
          "origin/main, or with main)",
      ).argParser(notEmpty),
    )
    .addOption(
      new Option("--stack <NAME>", "reads Pulumi.<NAME>.yaml; may be repeated")
        .argParser((text: string, former: readonly string[] = onlyDev) => {
          const others = former === onlyDev ? [] : former;
          return [...new Set([...others, stackName(text)])];
        })
        .default(onlyDev, "dev"),
    )
    .addOption(new Option("--markdown <FILE>", "writes the review there and not to stdout").argParser(notEmpty))
    .addOption(programOption())
    .addOption(configOption())
    .addHelpText(
      "after",
      examples({
        "spillway review": "compares the working tree with main",
        "spillway review --base HEAD~1 --stack dev --stack prod": "reviews the last commit for two stacks",
        "spillway review --markdown review.md": "writes a comment for a pull request",
      }),
    )
    .action(({ stack: stacks, markdown: file, base, config = {}, program: programFile }) =>
      perform(async (session): Promise<ExitCode> => {
        const { signal, say } = session;
        const { review } = require("@spillway/review") as typeof import("@spillway/review");
        const options = { base, stacks, config, program: programFile };
        const { markdown, failed } = await review(options, { cwd: process.cwd(), signal, say });
        if (signal.aborted) return exitCodes.interrupted;
        deliver(markdown, file, session);
        if (failed) say("The program cannot be evaluated, or a mandatory policy is violated: the review says what.");
        return failed ? exitCodes.failed : exitCodes.done;
      }),
    );
}
