// `spillway outputs`: what a program exports, of a deployed stack or of the local run.

import type { Command } from "@commander-js/extra-typings";
import type { Stack } from "@spillway/operations";
import { spillway } from "@spillway/operations/called";
import { examples } from "../options";
import { exitCodes, type Perform } from "../session";
import { addStackOptions, jsonOption, withStack } from "./dlq/options";

export function addOutputs(program: Command, perform: Perform): void {
  addStackOptions(
    program
      .command("outputs")
      .argument("[NAME]", "one output (default: all)")
      .summary("prints the outputs of a stack or of the local run")
      .description("Prints what the program exports. With a name, prints the value alone."),
  )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway outputs": "all of the local run",
        "spillway outputs ordersQueueUrl --stack prod": "one value, for a script",
      }),
    )
    .action((name, options) =>
      perform((session) =>
        withStack(options, session, "outputs", async (stack) => {
          const { outputs } = stack;
          if (name !== undefined && !Object.hasOwn(outputs, name)) {
            throw new Error(`There is no output "${name}". The program exports: ${Object.keys(outputs).join(", ")}.`);
          }
          const value = name === undefined ? outputs : outputs[name];
          const asJson = options.json || (name !== undefined && typeof value !== "string");
          session.print(
            asJson ? `${JSON.stringify(value, undefined, 2)}\n` : name === undefined ? linesOf(stack) : `${value}\n`,
          );
          return exitCodes.done;
        }),
      ),
    );
}

function linesOf({ outputs, consumers, flags }: Stack): string {
  const names = Object.keys(outputs);
  const width = Math.max(0, ...names.map((name) => name.length));
  const text = (value: unknown) =>
    typeof value === "string"
      ? value
      : typeof value === "object" && value !== null && !Array.isArray(value)
        ? `{ ${Object.keys(value).join(", ")} }`
        : JSON.stringify(value);
  const next = consumers.length === 0 ? [] : ["", `Next: ${spillway} dlq list${flags}`];
  return [...names.map((name) => `${name.padEnd(width)}  ${text(outputs[name])}`), ...next, ""].join("\n");
}
