// `spillway dlq discard`: writes dead letters to a file and deletes them.
import { createInterface } from "node:readline/promises";
import { type Command, Option } from "@commander-js/extra-typings";
import type { Plan } from "@spillway/operations";
import { describeDiscarded, describePlan, letters } from "../../letters/changes";
import { jsonText } from "../../letters/harmless";
import { sameLine } from "../../letters/same-line";
import { examples, notEmpty } from "../../options";
import { exitCodes, type Perform } from "../../session";
import {
  addFilterOptions,
  addStackOptions,
  allOption,
  auditOption,
  choosing,
  filterOf,
  isPlanDone,
  jsonOption,
  refuseUnchosen,
  withStack,
  yesOption,
} from "./options";

export function addDiscard(dlq: Command, perform: Perform): void {
  addFilterOptions(
    addStackOptions(
      dlq
        .command("discard")
        .argument("<NAME>", "the consumer", notEmpty)
        .summary("writes dead letters to a file and deletes them")
        .description(
          "Writes dead letters to a file, and deletes each when it is on the disk. `spillway dlq restore` puts them back. " +
            "On a terminal it asks first; elsewhere it needs --yes.",
        ),
    ).addOption(allOption()),
  )
    .addOption(
      new Option(
        "--output <FILE>",
        "where they are written (default: a name with the consumer and the time)",
      ).argParser(notEmpty),
    )
    .addOption(yesOption())
    .addOption(auditOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({ "spillway dlq discard orders --type order.test": "discards those with events of this type" }),
    )
    .action((name, options, command) => {
      const filter = filterOf(options);
      refuseUnchosen(command, options, filter);
      return perform((session) =>
        withStack(options, session, "discard", async (stack) => {
          const { consumerNamed, discard } = require("@spillway/operations") as typeof import("@spillway/operations");
          const { yes, audit, json, output = fileOf(name) } = options;
          const { signal } = session;
          const agrees = ({ count, unread }: Plan) => {
            const behind = unread === undefined ? "" : ", and those of the others that are chosen";
            return yes || ask(`Discard ${letters(count)} of ${name}${behind}? [y/N] `, signal);
          };
          const answer = await discard(
            stack,
            {
              consumer: consumerNamed(stack, name),
              ...{ filter, file: output, audit },
              agrees: async (plan) => {
                if (!yes && process.stdin.isTTY) session.say(describePlan(name, plan, "discard", stack));
                return agrees(plan);
              },
            },
            session,
          );
          if (json) session.print(jsonText(answer));
          if ("plan" in answer) {
            if (!json) session.print(describePlan(name, answer.plan, "discard", stack));
            if (answer.plan.count > 0) {
              session.say(`Nothing was discarded. Do it with: ${sameLine(command, choosing(filter))}`);
            }
            return isPlanDone(answer.plan) ? exitCodes.done : exitCodes.failed;
          }
          const { done } = answer;
          if (!json) session.print(describeDiscarded(name, done, { ...stack, audit }));
          const isComplete = done.stopped === undefined && done.left.length === 0 && done.unread?.sure !== true;
          return isComplete ? exitCodes.done : exitCodes.failed;
        }),
      );
    });
}

/** False where nobody can be asked. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
  } finally {
    terminal.close();
  }
}

const fileOf = (name: string) => `dead-letters-${name}-${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}.jsonl`;
