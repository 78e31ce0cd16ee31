// `spillway dlq show`: single dead letters, with all that is known of them.
import { type Command, Option } from "@commander-js/extra-typings";
import { jsonText } from "../../letters/harmless";
import { describeShown } from "../../letters/letter";
import { examples, wholeNumber } from "../../options";
import { exitCodes, type Perform } from "../../session";
import { addFilterOptions, addStackOptions, filterOf, jsonOption, withStack } from "./options";

export function addShow(dlq: Command, perform: Perform): void {
  addFilterOptions(
    addStackOptions(
      dlq
        .command("show")
        .argument("<NAME>", "the consumer")
        .summary("shows dead letters with reason, event, attributes and log")
        .description(
          "Shows dead letters of a consumer: reason, event, attributes, and the log lines of the invocation that failed. Consumes none.",
        ),
    ),
  )
    .addOption(new Option("--limit <N>", "the most that are shown").argParser(wholeNumber(1, 10_000)).default(3))
    .option("--whole", "shows long events whole")
    .option("--no-log", "leaves the log unread")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway dlq show orders": "three of the local run",
        "spillway dlq show orders --stack prod --reason PaymentDeclined": "three with this reason",
        "spillway dlq show orders --where orderId=o-1 --json": "those of one order, for a program to read",
      }),
    )
    .action((name, options) =>
      perform((session) =>
        withStack(options, session, "show", async (stack) => {
          const { consumerNamed, showLetters } =
            require("@spillway/operations") as typeof import("@spillway/operations");
          const { limit, json, log, whole = false } = options;
          const { signal } = session;
          const consumer = consumerNamed(stack, name);
          const shown = await showLetters(stack, { consumer, filter: filterOf(options), limit, log, signal });
          session.print(json ? jsonText(shown) : describeShown(shown, stack, { whole }));
          return exitCodes.done;
        }),
      ),
    );
}
