// `spillway generate`: writes into the project's Markdown files what they hold of the program.
import * as path from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { configOption, examples, programOption, stackOption, stackOutputOption } from "../options";
import { programGraph } from "../program-graph";
import type { Perform } from "../session";
import { exitCodes } from "../session";

export function addGenerate(program: Command, perform: Perform): void {
  program
    .command("generate")
    .summary("updates the generated parts of Markdown files")
    .description(
      "Writes the program's diagram, IAM statements, dashboard and configuration into Markdown files, between " +
        "<!-- generated: diagram --> (or iam-statements, dashboard, configuration) and <!-- /generated -->.",
    )
    .argument("[FILE...]", "Markdown files (default: all of the project)")
    .addOption(programOption())
    .addOption(stackOption())
    .addOption(configOption())
    .addOption(stackOutputOption())
    .option("--check", "writes nothing, and ends with 1 when something is out of date")
    .addHelpText(
      "after",
      examples({
        "spillway generate --stack prod": "writes what is out of date, from the stack prod",
        "spillway generate --check README.md": "reports whether README.md is up to date",
      }),
    )
    .action((named, { check = false, ...options }) =>
      perform(async (session) => {
        const { usableProject } = require("@spillway/graph") as typeof import("@spillway/graph");
        const { documentGenerators, markdownFiles } =
          require("../generate/documents") as typeof import("../generate/documents");
        const { generate } = require("../generate/generator") as typeof import("../generate/generator");
        const { root } = usableProject(options.program, options.stack, options.config);
        const given = named.map((file) => path.relative(root, path.resolve(file)).split(path.sep).join("/"));
        const files = given.length > 0 ? given : markdownFiles(root);
        const generators = await documentGenerators(root, files, () => programGraph(options, session));
        const stale = (await generate(generators, { root, check })).filter((outcome) => outcome.stale);
        for (const { file, generator } of stale) {
          session.print(`${file}: ${generator} ${check ? "is out of date; spillway generate writes it" : "written"}\n`);
        }
        if (stale.length === 0) session.print("Everything generated is up to date.\n");
        return check && stale.length > 0 ? exitCodes.failed : exitCodes.done;
      }),
    );
}
