// `spillway tail`: the log of a consumer's function, as it is written.
import { type Command, Option } from "@commander-js/extra-typings";
import type { Consumer } from "@spillway/operations";
import { harmless, harmlessLine, harmlessLog } from "../letters/harmless";
import { describePlatform, isRoutine } from "../letters/platform";
import { terminalOf } from "../letters/text";
import { examples } from "../options";
import { exitCodes, type Perform } from "../session";
import { addStackOptions, time, withStack } from "./dlq/options";

export function addTail(program: Command, perform: Perform): void {
  addStackOptions(
    program
      .command("tail")
      .argument("<CONSUMER>", "the consumer, by its name in the output deadLetters")
      .summary("follows the log of a consumer's function, until Ctrl-C")
      .description("Follows the log of a consumer's function on AWS or in the local run, until Ctrl-C."),
  )
    .addOption(new Option("--since <TIME>", "begins with lines from then on: 10m, 2h, or ISO 8601").argParser(time))
    .option(
      "--verbose",
      "also prints all frames of a stack, and Lambda's lines of invocations that go as they should: START, END, REPORT",
    )
    .option("--json", "prints one JSON object for each line: { timestamp, stream, message }")
    .addHelpText(
      "after",
      examples({
        "spillway tail orders": "from now on, of the local run",
        "spillway tail orders --stack prod --since 10m": "of the stack prod, with the last ten minutes",
      }),
    )
    .action((name, options) =>
      perform((session) =>
        withStack(options, session, "tail", async (stack) => {
          const { consumerNamed, tailLog } = require("@spillway/operations") as typeof import("@spillway/operations");
          const { describeLog } = require("@spillway/local/log-lines") as typeof import("@spillway/local/log-lines");
          const { json = false, verbose = false, since = new Date() } = options;
          const consumer = consumerNamed(stack, name);
          if (consumer.logGroupName !== undefined) session.say(heading(consumer, options.since));
          await tailLog(stack, {
            consumer,
            since,
            signal: session.signal,
            onEvent: ({ timestamp, stream, message }) => {
              if (json) {
                const line = { timestamp: new Date(timestamp).toISOString(), stream, message };
                return session.print(`${harmless(JSON.stringify(line))}\n`);
              }
              if (!verbose && isRoutine(message)) return;
              const platform = describePlatform(message);
              const text = platform === undefined ? harmlessLog(message) : harmlessLine(platform.text);
              const at = platform?.time ?? new Date(timestamp);
              const terminal = { ...terminalOf(process.stdout, at), wholeStacks: verbose };
              const described = describeLog(name, text, terminal);
              if (described !== undefined) session.print(`${described}\n`);
            },
          });
          return exitCodes.interrupted;
        }),
      ),
    );
}

/** Said at once, because there may be no line for a long time. */
function heading({ name, logGroupName }: Consumer, since: Date | undefined): string {
  const from =
    since === undefined
      ? "what is written from now on; --since 10m begins earlier"
      : `what was written since ${since.toISOString()}, and what is written from now on`;
  return `Follows the log of ${name} (${logGroupName}): ${from}. Ctrl-C ends it.`;
}
