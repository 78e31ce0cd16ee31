// `spillway dlq list`: the dead letters of a stack, in groups.
import { type Command, Option } from "@commander-js/extra-typings";
import { jsonText } from "../../letters/harmless";
import { describeListing } from "../../letters/listing";
import { examples, wholeNumber } from "../../options";
import { exitCodes, type Perform } from "../../session";
import { addFilterOptions, addStackOptions, filterOf, jsonOption, withStack } from "./options";

const most = 1000;

export function addList(dlq: Command, perform: Perform): void {
  addFilterOptions(
    addStackOptions(
      dlq
        .command("list")
        .argument("[NAME...]", "consumers (default: all)")
        .summary("lists the dead letters in groups")
        .description(
          "Lists the dead letters in groups: how many, since when, when SQS deletes them, how many came back. Consumes none.",
        ),
    ).addOption(
      new Option("--by <WHAT>", "what the letters of a group have in common")
        .choices(["reason", "type", "consumer", "bundle", "tenant"] as const)
        .default("reason" as const),
    ),
  )
    .addOption(
      new Option("--limit <N>", "the most letters that are read of each queue")
        .argParser(wholeNumber(1, 100_000))
        .default(most),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway dlq list": "those of the local run",
        "spillway dlq list --stack prod --by type": "those of the stack prod, by the type of their events",
        "spillway dlq list orders --since 2h": "those of one consumer that failed in the last two hours",
      }),
    )
    .action((names, options) =>
      perform((session) =>
        withStack(options, session, "list", async (stack) => {
          const { consumerNamed, listLetters, noConsumers } =
            require("@spillway/operations") as typeof import("@spillway/operations");
          const { by, limit, json } = options;
          const consumers = names.length === 0 ? stack.consumers : names.map((name) => consumerNamed(stack, name));
          if (consumers.length === 0) throw new Error(noConsumers(stack));
          const { signal } = session;
          const listing = await listLetters(stack, { consumers, by, filter: filterOf(options), limit, signal });
          session.print(json ? jsonText(listing) : describeListing(listing, stack));
          return listing.queues.some(({ fault }) => fault !== undefined) ? exitCodes.failed : exitCodes.done;
        }),
      ),
    );
}
