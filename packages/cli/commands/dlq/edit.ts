// `spillway dlq edit`: edits the event of a dead letter, checks it, and sends it.
import { type Command, Option } from "@commander-js/extra-typings";
import type { Assignment, Consumer, Stack } from "@spillway/operations";
import { textOfBody } from "../../body-file";
import { editText, keepText } from "../../editor";
import { describeEdited } from "../../letters/changes";
import { jsonText } from "../../letters/harmless";
import { examples, notEmpty } from "../../options";
import { exitCodes, type Perform, type Session } from "../../session";
import { addProgramOptions, type ProgramChoice, programOf } from "./checkout";
import { addStackOptions, assignment, auditOption, jsonOption, toOption, withStack } from "./options";

export function addEdit(dlq: Command, perform: Perform): void {
  addProgramOptions(
    addStackOptions(
      dlq
        .command("edit")
        .argument("<NAME>", "the consumer", notEmpty)
        .argument("<ID>", "the message id of the dead letter", notEmpty)
        .summary("edits the event of a dead letter and sends it")
        .description(
          "Opens the event in $VISUAL or $EDITOR, or changes it with --set or --body. Checks it with the schema of the " +
            "consumer in this checkout's program, sends it, and deletes the dead letter.",
        ),
    )
      .addOption(
        new Option(
          "--set <PATH=VALUE>",
          "sets a value of the event, as JSON or as text: items[0].quantity=2; may be repeated",
        )
          .argParser(assignment)
          .conflicts("body"),
      )
      .addOption(new Option("--body <FILE>", "takes the event from this file").argParser(notEmpty))
      .option("--whole", "edits the body with its envelope, not the event within", false)
      .addOption(toOption())
      .option("--no-check", "sends it without a check"),
  )
    .addOption(auditOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway dlq edit orders 5f0c…": "opens the event in your editor",
        "spillway dlq edit orders 5f0c… --set items[0].quantity=2": "changes one value",
      }),
    )
    .action((name, id, options, command) => {
      const { set, body } = options;
      if (set === undefined && body === undefined && !process.stdin.isTTY) {
        command.error("error: an editor needs a terminal. Give --set PATH=VALUE or --body FILE.");
      }
      return perform((session) =>
        withStack(options, session, "edit", async (stack) => {
          const { consumerNamed, edit } = require("@spillway/operations") as typeof import("@spillway/operations");
          const { to, whole, check, audit, json } = options;
          const inEditor = set === undefined && body === undefined;
          let typed: string | undefined;
          const keep = (text: string) =>
            session.say(`Your text is in ${keepText(text)}. Correct it there, and send it with --body.`);
          const edited = await edit(
            stack,
            {
              ...{ consumer: consumerNamed(stack, name), id, whole, audit },
              ...(to !== undefined && { to: consumerNamed(stack, to) }),
              edit: async (text) => {
                typed = await changed(text, options, session);
                return typed;
              },
              ...(check && { check: (consumer, event) => issuesOf(consumer, event, options, stack, session) }),
            },
            session,
          ).catch((error: unknown) => {
            if (inEditor && typed !== undefined) keep(typed);
            throw error;
          });
          session.print(json ? jsonText(edited) : describeEdited(name, id, edited, stack));
          if (edited.result !== "refused") {
            const isDone = edited.result === "unchanged" || edited.deleted;
            return isDone ? exitCodes.done : exitCodes.failed;
          }
          if (inEditor) keep(edited.text);
          return exitCodes.failed;
        }),
      );
    });
}

interface Change {
  readonly set?: readonly Assignment[] | undefined;
  readonly body?: string | undefined;
}

async function changed(text: string, { set, body }: Change, { signal }: Session): Promise<string | undefined> {
  if (body !== undefined) return textOfBody(body);
  if (set === undefined) return editText(text, signal);
  const { assign } = require("@spillway/operations") as typeof import("@spillway/operations");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("The event is not JSON, so --set has nothing to set. Replace it with --body FILE.");
  }
  return JSON.stringify(set.reduce(assign, value), undefined, 2);
}

async function issuesOf(
  { name, functionName, kind }: Consumer,
  event: unknown,
  options: ProgramChoice & Change & { readonly whole: boolean },
  stack: Stack,
  session: Session,
): Promise<readonly string[]> {
  const { signal, say } = session;
  const { checkEvents } = require("@spillway/graph") as typeof import("@spillway/graph");
  // What is edited of a change of a table, and with --whole, is a record around the event.
  const paths = options.whole || kind === "table" ? [] : options.set?.map(({ path }) => path);
  const events = [{ consumer: name, functionName, event, paths }];
  const [answer] = await checkEvents({ ...programOf(options, stack, session), signal, onOutput: say, events });
  return answer?.issues ?? [];
}
