// `spillway send`: an event to a consumer, by its queue, stream or topic.

import { text as wholeOf } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";
import { type Command, Option } from "@commander-js/extra-typings";
import type { ConsumerOfProgram } from "@spillway/graph";
import type { Assignment, Consumer, Stack } from "@spillway/operations";
import { spillway } from "@spillway/operations/called";
import { textOfBody } from "../body-file";
import { jsonText } from "../letters/harmless";
import { examples, notEmpty, wholeNumber } from "../options";
import { exitCodes, type Perform, type Session } from "../session";
import { addProgramOptions, type ProgramChoice, programOf } from "./dlq/checkout";
import { addStackOptions, assignment, auditOption, jsonOption, withStack } from "./dlq/options";

export function addSend(program: Command, perform: Perform): void {
  addProgramOptions(
    addStackOptions(
      program
        .command("send")
        .argument("<CONSUMER>", "name of the consumer among the stack's dead letters", notEmpty)
        .summary("sends an event to a consumer")
        .description(
          "Sends an event to the queue, stream or topic of a consumer: an example made from the schema of its callback, or " +
            "--body. The schema checks it first.",
        ),
    )
      .addOption(new Option("--body <FILE>", "sends the text of this file; - reads stdin").argParser(notEmpty))
      .addOption(
        new Option("--set <PATH=VALUE>", "changes the event, as items[0].quantity=2; may be repeated").argParser(
          assignment,
        ),
      )
      .addOption(new Option("--group <ID>", "message group; a FIFO queue needs it").argParser(notEmpty))
      .addOption(new Option("--key <KEY>", "partition key of a stream (default: a new one each)").argParser(notEmpty))
      .addOption(new Option("--count <N>", "how many times it is sent").argParser(wholeNumber(1, 10_000)).default(1))
      .option("--no-check", "sends the event without checking it"),
  )
    .addOption(auditOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway send orders": "sends an example to the local run",
        "spillway send orders --set items[0].quantity=2": "changes it first",
        "spillway send activity --stack prod --body event.json --key c-1": "sends a file to a deployed stream",
      }),
    )
    .action((name, options) =>
      perform((session) =>
        withStack(options, session, "send", async (stack) => {
          const { checkSend, consumerNamed, send } =
            require("@spillway/operations") as typeof import("@spillway/operations");
          const consumer = consumerNamed(stack, name);
          const { group, key, count, audit, json } = options;
          checkSend({ consumer, group, key });
          const body = await eventFor(consumer, options, stack, session);
          const sent = await send(stack, { ...{ consumer, body, count, group, key, audit } }, session);
          const shown = { consumer: name, ...sent, body };
          const lines = [
            `Sent to ${sent.to}:`,
            ...sent.ids.map((id) => `  ${id}`),
            `Next: ${spillway} tail ${name}${stack.flags} --since 1m`,
          ];
          session.print(json ? jsonText(shown) : `${lines.join("\n")}\n`);
          return exitCodes.done;
        }),
      ),
    );
}

interface EventOptions extends ProgramChoice {
  readonly body?: string;
  readonly set?: readonly Assignment[];
  readonly check: boolean;
}

/** The text that is sent. Rejects with an Error for the user when the schema refuses it. */
async function eventFor(consumer: Consumer, options: EventOptions, stack: Stack, session: Session): Promise<string> {
  const { body, set, check } = options;
  const given = body === undefined ? undefined : body === "-" ? await wholeOf(process.stdin) : textOfBody(body);
  if (!check && given !== undefined && set === undefined) return given;
  const own = given === undefined ? undefined : parsed(given);
  if (!check && given !== undefined) return JSON.stringify(withValues(own, set));
  const { openEnvelope } = require("@spillway/operations") as typeof import("@spillway/operations");
  const { openProgram } = require("@spillway/graph") as typeof import("@spillway/graph");
  // The example and the check are of one evaluation, which takes most of the time.
  const program = await openProgram({
    ...programOf(options, stack, session),
    signal: session.signal,
    onOutput: session.say,
  });
  try {
    const whole = given === undefined ? exampleIn(await program.consumers(), consumer) : own;
    const event = withValues(whole, set);
    if (check) {
      // Paths lead into the body, and the schema is that of the event within its envelope.
      const isBare = given === undefined || isDeepStrictEqual(openEnvelope(given).event, own);
      const paths = isBare ? set?.map(({ path }) => path) : [];
      const { name, functionName } = consumer;
      const [{ issues } = { issues: [] }] = await program.check([{ consumer: name, functionName, event, paths }]);
      if (issues.length > 0) throw refusal(consumer, issues);
    }
    return given !== undefined && set === undefined ? given : JSON.stringify(event);
  } finally {
    program.close();
  }
}

function withValues(event: unknown, set: readonly Assignment[] = []): unknown {
  const { assign } = require("@spillway/operations") as typeof import("@spillway/operations");
  return set.reduce(assign, event);
}

const refusal = ({ name }: Consumer, issues: readonly string[]) =>
  new Error(
    `Not sent: the schema of "${name}" refuses it.\n${issues.map((issue) => `  ${issue}`).join("\n")}\n` +
      "Change it with --set or --body. --no-check sends it anyway, and --body FILE sends members that the schema does " +
      "not know.",
  );

function exampleIn(consumers: readonly ConsumerOfProgram[], { name, functionName }: Consumer): unknown {
  const found =
    consumers.find((each) => each.functionName === functionName) ?? consumers.find((each) => each.name === name);
  if (found === undefined) {
    const names = consumers.map((each) => each.name).join(", ") || "none";
    throw new Error(
      `This checkout's program has no consumer "${name}"; it has ${names}. Give the program that has it with --program, or the event with --body.`,
    );
  }
  if (found.example === undefined) {
    throw new Error(`No example can be made from the schema of "${name}". Give the event with --body.`);
  }
  return found.example;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("The body is not JSON. Correct it, or send it as it is with --no-check and without --set.");
  }
}
