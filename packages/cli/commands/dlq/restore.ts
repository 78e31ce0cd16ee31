// `spillway dlq restore`: puts discarded dead letters back.
import { type Command, Option } from "@commander-js/extra-typings";
import { describeRestored } from "../../letters/changes";
import { jsonText } from "../../letters/harmless";
import { examples, notEmpty, wholeNumber } from "../../options";
import { exitCodes, type Perform } from "../../session";
import { addStackOptions, auditOption, jsonOption, withStack } from "./options";

export function addRestore(dlq: Command, perform: Perform): void {
  addStackOptions(
    dlq
      .command("restore")
      .argument("<FILE>", "what `spillway dlq discard` has written", notEmpty)
      .summary("puts discarded dead letters back")
      .description("Puts the dead letters of a file back into the dead-letter queues of their consumers."),
  )
    .addOption(
      new Option("--from-line <N>", "the first line that is restored")
        .argParser(wholeNumber(1, 100_000_000))
        .default(1),
    )
    .addOption(auditOption())
    .addOption(jsonOption())
    .addHelpText("after", examples({ "spillway dlq restore dead-letters-orders.jsonl": "restores all of the file" }))
    .action((file, options) =>
      perform((session) =>
        withStack(options, session, "restore", async (stack) => {
          const { restore } = require("@spillway/operations") as typeof import("@spillway/operations");
          const { fromLine, audit, json } = options;
          const restored = await restore(stack, { file, fromLine, audit }, session);
          session.print(json ? jsonText(restored) : describeRestored(file, restored, { ...stack, audit }));
          const isComplete = restored.failed.length === 0 && restored.nextLine === undefined;
          return isComplete ? exitCodes.done : exitCodes.failed;
        }),
      ),
    );
}
