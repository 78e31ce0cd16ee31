// `spillway diagram`: the program of a stack as a Mermaid diagram.
import type { Command } from "@commander-js/extra-typings";
import { configOption, examples, outputOption, programOption, stackOption, stackOutputOption } from "../options";
import { deliver } from "../output";
import { programGraph } from "../program-graph";
import type { Perform } from "../session";
import { exitCodes } from "../session";

export function addDiagram(program: Command, perform: Perform): void {
  program
    .command("diagram")
    .summary("draws the program as a Mermaid diagram")
    .description("Draws how events flow through the program of a stack, as a Mermaid diagram: https://mermaid.js.org")
    .addOption(programOption())
    .addOption(stackOption())
    .addOption(configOption())
    .addOption(stackOutputOption())
    .option("--dead-letters", "draws dead-letter queues, too")
    .addOption(outputOption())
    .addHelpText(
      "after",
      examples({
        "spillway diagram": "prints the diagram of the stack dev",
        "spillway diagram --stack prod --output prod.mmd": "writes the diagram of another stack to a file",
      }),
    )
    .action(({ deadLetters = false, output, ...options }) =>
      perform(async (session) => {
        const { diagramOf } = require("@spillway/graph/read/diagram") as typeof import("@spillway/graph/read/diagram");
        const graph = await programGraph(options, session);
        deliver(`${diagramOf(graph, {}, { deadLetters })}\n`, output, session);
        return exitCodes.done;
      }),
    );
}
