// `spillway dlq rehearse`: copies of dead letters, through the code of a checkout.
import { type Command, Option } from "@commander-js/extra-typings";
import { jsonText } from "../../letters/harmless";
import { describeRehearsals, isPassed } from "../../letters/rehearsals";
import { examples, notEmpty, wholeNumber } from "../../options";
import { exitCodes, type Perform } from "../../session";
import { addProgramOptions, programOf } from "./checkout";
import { addFilterOptions, addStackOptions, filterOf, jsonOption, withStack } from "./options";

const most = 100;

export function addRehearse(dlq: Command, perform: Perform): void {
  addProgramOptions(
    addFilterOptions(
      addStackOptions(
        dlq
          .command("rehearse")
          .argument("<NAME...>", "the consumers")
          .summary("tells which dead letters this checkout's code would take")
          .description(
            "Runs copies of the dead letters through this checkout's code, in a local run of its own with empty tables, and " +
              "tells which would succeed. It changes nothing where the dead letters are.",
          ),
      ),
    ).addOption(
      new Option("--limit <N>", "the most letters that are read of each queue")
        .argParser(wholeNumber(1, 10_000))
        .default(most),
    ),
  )
    .addOption(
      new Option("--against <DIR>", "begins with a copy of the tables of a run with --data DIR").argParser(notEmpty),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway dlq rehearse orders": "those of the local run",
        "spillway dlq rehearse orders --stack prod --stack-config dev": "those of prod, with the configuration of dev",
        "spillway dlq rehearse orders fulfilment --stack prod --limit 500": "those of two consumers, in one local run",
      }),
    )
    .addHelpText(
      "after",
      "\nExit codes: 1 when any letter still fails, or when none of a consumer's letters could be run. 0 when it has none.",
    )
    .action((names, options) =>
      perform((session) =>
        withStack(options, session, "rehearse", async (stack) => {
          const { rehearse } = require("@spillway/operations") as typeof import("@spillway/operations");
          const { against, limit, json } = options;
          const filter = filterOf(options);
          const rehearsals = await rehearse({
            ...{ stack, names, filter, limit, signal: session.signal, say: session.say },
            checkout: { ...programOf(options, stack, session), against },
          });
          session.print(json ? jsonText(rehearsals) : describeRehearsals(rehearsals, stack, filter));
          return rehearsals.every((each) => isPassed(each, limit)) ? exitCodes.done : exitCodes.failed;
        }),
      ),
    );
}
