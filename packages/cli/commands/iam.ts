// `spillway iam`: every statement of the policies of a stack's program.
import type { Command } from "@commander-js/extra-typings";
import { configOption, examples, outputOption, programOption, stackOption, stackOutputOption } from "../options";
import { deliver } from "../output";
import { programGraph } from "../program-graph";
import type { Perform } from "../session";
import { exitCodes } from "../session";

export function addIam(program: Command, perform: Perform): void {
  program
    .command("iam")
    .summary("lists every IAM statement of the program")
    .description(
      "Lists what each role of a stack may do, and who may use each resource by its own policy, as Markdown.",
    )
    .addOption(programOption())
    .addOption(stackOption())
    .addOption(configOption())
    .addOption(stackOutputOption())
    .option("--json", "prints the statements as JSON: { roles, resources }")
    .addOption(outputOption())
    .addHelpText(
      "after",
      examples({
        "spillway iam --stack prod": "prints the tables of the stack prod",
        "spillway iam --json --output iam.json": "writes the statements for a program to read",
      }),
    )
    .action(({ json = false, output, ...options }) =>
      perform(async (session) => {
        const { resourceStatementsOf, statementsOf } =
          require("@spillway/graph/read/permissions") as typeof import("@spillway/graph/read/permissions");
        const { iamList } = require("@spillway/graph/read/iam-list") as typeof import("@spillway/graph/read/iam-list");
        const graph = await programGraph(options, session);
        if (json) {
          const statements = { roles: statementsOf(graph), resources: resourceStatementsOf(graph) };
          deliver(`${JSON.stringify(statements, undefined, 2)}\n`, output, session);
          return exitCodes.done;
        }
        const { markdown, unexplained } = iamList(graph);
        deliver(`${markdown}\n`, output, session);
        for (const line of unexplained) session.say(`A wildcard without a reason: ${line}`);
        return exitCodes.done;
      }),
    );
}
