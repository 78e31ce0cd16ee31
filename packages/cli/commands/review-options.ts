// The command line of `npm run review`.
import { parseArgs } from "node:util";
import type { ReviewOptions } from "@spillway/review";
import { keyAndValue, UsageError } from "./start-options";

export const usage = `Reviews what a change of the program does to its stacks: no AWS account, no Pulumi CLI.

npm run review -- [options]

  --base REF           what to compare the working tree with: a commit, branch or tag
                       (default: the merge base with origin/main, or with main)
  --stack NAME         reads Pulumi.<NAME>.yaml (default dev); may be repeated
  --markdown FILE      writes the review there (default: stdout)
  --program FILE       the program (default index.ts)
  --config KEY=VALUE   takes the place of a value of the stacks; may be repeated
  --help               prints this

Ends with 0 when it is done, 1 when it failed, the program does not evaluate or a mandatory policy is violated, 2 for wrong usage.
`;

/** Throws a UsageError. */
export function readOptions(args: readonly string[]): ReviewOptions & { readonly help: boolean } {
  const { values } = parse(args);
  const stacks = [...new Set(values.stack ?? ["dev"])];
  for (const stack of stacks) {
    if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
      throw new UsageError(
        `--stack is "${stack}"; a stack's name has letters, digits, hyphens, underscores and periods.`,
      );
    }
  }
  for (const name of ["base", "markdown", "program"] as const) {
    if (values[name]?.trim() === "") throw new UsageError(`--${name} is empty; leave it out for its default.`);
  }
  return {
    base: values.base,
    stacks,
    markdown: values.markdown,
    program: values.program ?? "index.ts",
    config: Object.fromEntries((values.config ?? []).map(keyAndValue)),
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        base: { type: "string" },
        stack: { type: "string", multiple: true },
        markdown: { type: "string" },
        program: { type: "string" },
        config: { type: "string", multiple: true },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
