// What the run was started with, as far as everybody may know it.
import { resolve } from "node:path";
import type { Evaluation, Project } from "@spillway/graph";

/**
 * A command that evaluates the program again, to check an event, needs the same. The run does not know who asks: every
 * function can, and every process on the machine. So it shows only configuration that the project keeps as plain text.
 */
export interface Origin extends Pick<Evaluation, "program" | "stack" | "config"> {
  /** The options, without their values, of what was given and may be a secret: `--config shop:token`. */
  readonly withheld: readonly string[];
}

export function originOf(
  { program, stack, config, stackOutputs = {} }: Pick<Evaluation, "program" | "stack" | "config" | "stackOutputs">,
  { name, plainKeys }: Pick<Project, "name" | "plainKeys">,
): Origin {
  const given = Object.entries(config ?? {});
  const isPlain = (key: string) => plainKeys.includes(key.includes(":") ? key : `${name}:${key}`);
  return {
    ...{ program: resolve(program), stack },
    config: Object.fromEntries(given.filter(([key]) => isPlain(key))),
    withheld: [
      ...given.flatMap(([key]) => (isPlain(key) ? [] : [`--config ${key}`])),
      ...Object.entries(stackOutputs).flatMap(([of, outputs]) =>
        Object.keys(outputs).map((output) => `--stack-output ${of}:${output}`),
      ),
    ],
  };
}
