// `spillway dlq replay`: what Lambda gave up and only describes, run again.
import { type Command, Option } from "@commander-js/extra-typings";
import { jsonText } from "../../letters/harmless";
import { describeReplay } from "../../letters/replays";
import { sameLine } from "../../letters/same-line";
import { examples, notEmpty, wholeNumber } from "../../options";
import { exitCodes, type Perform } from "../../session";
import { addStackOptions, auditOption, jsonOption, withStack } from "./options";

const most = 1000;

export function addReplay(dlq: Command, perform: Perform): void {
  addStackOptions(
    dlq
      .command("replay")
      .argument("<NAME>", "the consumer of a stream, a table or a topic", notEmpty)
      .summary("runs again what Lambda gave up and only describes")
      .description(
        "Reads the records of given-up batches from the stream again, or from the bucket that has their payload, and " +
          "invokes the consumer's function with them, in order. Asynchronous events are in their descriptions. Without " +
          "--yes, several descriptions are only looked at.",
      ),
  )
    .addOption(
      new Option("--id <ID>", "only this message, or this object of the bucket by its key; may be repeated").argParser(
        (text: string, former: readonly string[] = []): readonly string[] => [...former, notEmpty(text)],
      ),
    )
    .addOption(new Option("--limit <N>", "the most descriptions").argParser(wholeNumber(1, 10_000)).default(most))
    .option("--keep", "leaves the descriptions where they are", false)
    .option("--whole-range", "also runs records of other batches that lie between those of a description", false)
    .addOption(new Option("--yes", "replays more than one description").default(false))
    .addOption(auditOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway dlq replay activity --stack prod": "says what would be replayed, and what is past retention",
        "spillway dlq replay activity --stack prod --yes": "replays all of it",
      }),
    )
    .action((name, options, command) =>
      perform((session) =>
        withStack(options, session, "replay", async (stack) => {
          const { replay } = require("@spillway/operations") as typeof import("@spillway/operations");
          const { id, limit, keep, wholeRange, yes, audit, json } = options;
          const { signal, say } = session;
          const result = await replay({
            ...{ stack, name, limit, yes, keep, wholeRange, audit, signal, say },
            ...(id && { ids: id }),
          });
          session.print(json ? jsonText(result) : describeReplay(result, stack, sameLine(command, ["--yes"])));
          const isDone = result.dry || result.descriptions.every(({ outcome }) => outcome === "replayed");
          return isDone ? exitCodes.done : exitCodes.failed;
        }),
      ),
    );
}
