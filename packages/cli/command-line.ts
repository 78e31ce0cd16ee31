// The command line of `spillway`: its commands with their options. What a command needs for its work is loaded when it
// is called.
import { Command } from "@commander-js/extra-typings";
import { addDiagram } from "./commands/diagram";
import { addDlq } from "./commands/dlq";
import { addGenerate } from "./commands/generate";
import { addIam } from "./commands/iam";
import { addOutputs } from "./commands/outputs";
import { addReview } from "./commands/review";
import { addSend } from "./commands/send";
import { addStart } from "./commands/start";
import { addTail } from "./commands/tail";
import type { Perform } from "./session";

export function commandLine(version: string, perform: Perform): Command {
  const program = new Command("spillway")
    .description("Runs, reviews and draws a Pulumi program for AWS: no AWS account, no Docker, no Pulumi CLI.")
    .version(version, "-V, --version", "prints the version")
    .helpOption("-h, --help", "prints this")
    .helpCommand("help [COMMAND]", "prints the help of a command")
    .showHelpAfterError("spillway --help lists the commands; spillway <command> --help lists its options.")
    .exitOverride()
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 incorrect usage, 130 interrupted.");
  addStart(program, perform);
  addReview(program, perform);
  addDiagram(program, perform);
  addIam(program, perform);
  addDlq(program, perform);
  addSend(program, perform);
  addTail(program, perform);
  addOutputs(program, perform);
  addGenerate(program, perform);
  return program;
}
