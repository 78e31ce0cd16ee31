// The program that a command checks with, or rehearses: that of the checkout, or of the local run that is meant.
import * as path from "node:path";
import { type Command, Option, type OptionValues } from "@commander-js/extra-typings";
import type { Stack } from "@spillway/operations";
import { configOption, notEmpty, stackName, stackOutputOption, usualProgram } from "../../options";
import type { ProgramOptions } from "../../program-graph";
import type { Session } from "../../session";

const checkoutOption = () =>
  new Option("--program <FILE>", `the program (default: that of the local run, or ${usualProgram})`).argParser(
    notEmpty,
  );

const stackConfigOption = () =>
  new Option(
    "--stack-config <NAME>",
    "runs the checkout with Pulumi.<NAME>.yaml (default: that of --stack or of the local run, or dev)",
  ).argParser(stackName);

/**
 * Adds the options that choose the program of the checkout, which `programOf` reads.
 *
 * @internal The compiler would take minutes to write this type out, and nobody outside needs it.
 */
export const addProgramOptions = <Args extends unknown[], Options extends OptionValues, Globals extends OptionValues>(
  command: Command<Args, Options, Globals>,
) =>
  command
    .addOption(checkoutOption())
    .addOption(stackConfigOption())
    .addOption(configOption())
    .addOption(stackOutputOption());

export interface ProgramChoice extends Omit<ProgramOptions, "program" | "stack"> {
  readonly program?: string | undefined;
  /** The deployed stack. Its name may have its organization and project. */
  readonly stack?: string | undefined;
  /** Which configuration the program has, where it is not that of the deployed stack. */
  readonly stackConfig?: string | undefined;
}

/**
 * The program with the configuration that the options choose. Without --program, that of a local run in this folder is
 * the one that the run was started with. A run in another folder has other code, which is not meant.
 */
export function programOf(
  { program, stack, stackConfig, config = {}, stackOutput = {} }: ProgramChoice,
  { program: running }: Pick<Stack, "program">,
  { say }: Pick<Session, "say">,
) {
  const here = running && fromHere(running.program);
  const isOfRun = program === undefined ? here !== undefined : path.resolve(program) === running?.program;
  const run = isOfRun ? running : undefined;
  const file = program ?? here ?? usualProgram;
  if (program === undefined && run === undefined && running !== undefined) {
    say(
      `This takes ${file} of this folder. The local run has ${running.program}: to take that, give it with --program.`,
    );
  }
  const name = stackConfig ?? stack ?? run?.stack ?? "dev";
  // Another configuration has values of its own.
  const given = stackConfig === undefined ? run : undefined;
  const options = optionsOf(config, stackOutput);
  const missing = given?.withheld.filter((option) => !options.includes(option)) ?? [];
  if (missing.length > 0) {
    say(
      `The local run was also started with ${missing.join(", ")}, which may be secret, so that it does not tell the ` +
        `${missing.length === 1 ? "value: give it" : "values: give them"} here too if the program needs ` +
        `${missing.length === 1 ? "it" : "them"}.`,
    );
  }
  return {
    program: file,
    stack: name.split("/").at(-1) ?? name,
    config: { ...given?.config, ...config },
    stackOutputs: stackOutput,
  };
}

/** As the local run names what it withholds. */
const optionsOf = (
  config: NonNullable<ProgramChoice["config"]>,
  outputs: NonNullable<ProgramChoice["stackOutput"]>,
) => [
  ...Object.keys(config).map((key) => `--config ${key}`),
  ...Object.entries(outputs).flatMap(([stack, own]) =>
    Object.keys(own).map((name) => `--stack-output ${stack}:${name}`),
  ),
];

/** The path from this folder; undefined for what is not in it. */
function fromHere(file: string): string | undefined {
  const relative = path.relative(process.cwd(), file);
  return path.isAbsolute(relative) || relative.split(path.sep)[0] === ".." ? undefined : relative;
}
