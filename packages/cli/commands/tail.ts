// `spillway tail`: the log of a consumer's function, as it is written.
import { type Command, Option } from "@commander-js/extra-typings";
import { harmless, harmlessLog } from "../letters/harmless";
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
          const { json = false, since = new Date() } = options;
          const terminal = terminalOf(process.stdout);
          const consumer = consumerNamed(stack, name);
          await tailLog(stack, {
            consumer,
            since,
            signal: session.signal,
            onEvent: ({ timestamp, stream, message }) => {
              if (json) {
                const line = { timestamp: new Date(timestamp).toISOString(), stream, message };
                return session.print(`${harmless(JSON.stringify(line))}\n`);
              }
              const described = describeLog(name, harmlessLog(message), terminal);
              if (described !== undefined) session.print(`${described}\n`);
            },
          });
          return exitCodes.interrupted;
        }),
      ),
    );
}
