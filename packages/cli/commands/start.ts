// `spillway start`: its options.
import { type Command, Option } from "@commander-js/extra-typings";
import {
  configOption,
  examples,
  notEmpty,
  programOption,
  stackOption,
  stackOutputOption,
  wholeNumber,
} from "../options";
import type { Perform } from "../session";

/** Beside Node's own 9229, which other programs use. */
const firstInspectPort = 9230;

export function addStart(program: Command, perform: Perform): void {
  program
    .command("start")
    .summary("runs the program on this machine, until Ctrl-C")
    .description("Runs the Pulumi program on this machine: no AWS account, no Docker, no Pulumi CLI. Ctrl-C ends it.")
    .addOption(
      new Option("--port <N>", "port on 127.0.0.1 for every service; 0 takes any free one")
        .argParser(wholeNumber(0, 65_535))
        .default(4566),
    )
    .addOption(programOption())
    .addOption(stackOption())
    .addOption(configOption())
    .addOption(stackOutputOption())
    .addOption(
      new Option("--data <DIR>", "keeps queues and tables there between runs (default: nothing is kept)").argParser(
        notEmpty,
      ),
    )
    .addOption(
      new Option("--concurrency <N>", "most functions that run at a time (default: twice the cores)").argParser(
        wholeNumber(1, 1000),
      ),
    )
    .addOption(
      new Option("--speed <N>", "runs visibility timeouts, delays, windows and back-off N times faster")
        .argParser(wholeNumber(1, 100_000))
        .default(1),
    )
    .option("--watch", "runs what is saved: replaces the code of the functions concerned, and nothing else")
    .addOption(
      new Option(
        "--inspect [PORT]",
        `each function listens for a debugger, from port ${firstInspectPort} on, or from PORT on`,
      )
        .preset(String(firstInspectPort))
        .argParser(wholeNumber(1024, 65_000)),
    )
    .option("--no-type-check", "skips the type check of the program")
    .option(
      "--verbose",
      "prints every resource and output at the start, not the first 40 lines, and all frames of a stack",
    )
    .option("--json", "prints one line of JSON on stdout when ready, and everything else on stderr")
    .addHelpText(
      "after",
      examples({
        "spillway start": "runs index.ts with the stack dev",
        "spillway start --watch --data .data": "reloads saved callbacks, and keeps queues and tables",
        "spillway start --stack prod --config network=true": "runs another stack with another value",
        "spillway start --port 0 --json": "tells a script the address and the outputs",
      }),
    )
    .action((options) =>
      perform((session) => {
        const { runLocally } = require("./local-run") as typeof import("./local-run");
        const {
          data,
          inspect,
          stackOutput: stackOutputs,
          json = false,
          verbose = false,
          watch = false,
          ...rest
        } = options;
        const inspectPort = typeof inspect === "number" ? inspect : undefined;
        return runLocally({ ...rest, stackOutputs, dataDir: data, inspectPort, json, verbose, watch }, session);
      }),
    );
}
