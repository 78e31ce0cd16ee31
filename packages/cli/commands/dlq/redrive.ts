// `spillway dlq redrive`: sends dead letters back.
import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { describePlan, describeRedriven } from "../../letters/changes";
import { jsonText } from "../../letters/harmless";
import { sameLine } from "../../letters/same-line";
import { examples, notEmpty, wholeNumber } from "../../options";
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
  toOption,
  withStack,
  yesOption,
} from "./options";

const defaults = { stopAfter: 5, canaryTimeout: 300, wait: 15 };

export function addRedrive(dlq: Command, perform: Perform): void {
  addFilterOptions(
    addStackOptions(
      dlq
        .command("redrive")
        .argument("<NAME>", "the consumer", notEmpty)
        .summary("sends dead letters back")
        .description(
          "Sends dead letters back to their queue or function, or to another consumer. Each is sent first and deleted then. " +
            "It stops by itself when they come back dead. When all are sent, it waits a while for what becomes of them.",
        ),
    ).addOption(allOption()),
  )
    .addOption(toOption())
    .addOption(
      new Option("--canary <N>", "sends so many first, and the others only when these have succeeded").argParser(
        wholeNumber(1, 100),
      ),
    )
    .addOption(
      new Option("--canary-timeout <SECONDS>", "how long their outcome is awaited")
        .argParser(wholeNumber(1, 43_200))
        .default(defaults.canaryTimeout),
    )
    .addOption(
      new Option("--wait <SECONDS>", "how long the outcomes are awaited when all are sent; 0 does not wait")
        .argParser(wholeNumber(0, 43_200))
        .default(defaults.wait),
    )
    .addOption(new Option("--rate <N>", "the most letters a second (default: as fast as possible)").argParser(rate))
    .addOption(
      new Option("--stop-after <N>", "stops when so many have failed or come back dead")
        .argParser(wholeNumber(1, 1_000_000))
        .default(defaults.stopAfter),
    )
    .addOption(yesOption())
    .addOption(auditOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples({
        "spillway dlq redrive orders --all": "says what it would send, and where to",
        "spillway dlq redrive orders --reason Timeout --yes": "sends those that failed for this reason",
        "spillway dlq redrive orders --all --canary 3 --rate 20 --yes": "tries three, then sends 20 a second",
      }),
    )
    .addHelpText(
      "after",
      "\nExit codes: 1 when it stopped, when a letter stays or would stay, or when all, or as many as --stop-after, came " +
        "back dead.",
    )
    .action((name, options, command) => {
      const filter = filterOf(options);
      refuseUnchosen(command, options, filter);
      return perform((session) =>
        withStack(options, session, "redrive", async (stack) => {
          const { consumerNamed, redrive } = require("@spillway/operations") as typeof import("@spillway/operations");
          const { to, canary, canaryTimeout, wait, rate: perSecond, stopAfter, yes, audit, json } = options;
          const answer = await redrive(
            stack,
            {
              consumer: consumerNamed(stack, name),
              filter,
              ...(to !== undefined && { to: consumerNamed(stack, to) }),
              ...{ canary, canaryTimeout, wait, rate: perSecond, stopAfter, yes, audit },
            },
            session,
          );
          if (json) session.print(jsonText(answer));
          if ("plan" in answer) {
            if (!json) session.print(describePlan(name, answer.plan, "send", stack));
            if (answer.plan.count > 0) session.say(`Do it with: ${sameLine(command, choosing(filter))}`);
            return isPlanDone(answer.plan) ? exitCodes.done : exitCodes.failed;
          }
          const { done } = answer;
          if (!json) session.print(describeRedriven(name, done, stack));
          const isComplete = done.stopped === undefined && done.kept.length + done.doubled.length === 0;
          const isInVain = done.cameBack > 0 && done.cameBack >= Math.min(done.sent, stopAfter);
          return isComplete && !isInVain && done.unread?.sure !== true ? exitCodes.done : exitCodes.failed;
        }),
      );
    });
}

function rate(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < 0.01 || value > 3000) {
    throw new InvalidArgumentError("Allowed are numbers from 0.01 to 3000.");
  }
  return value;
}
