// A project that Pulumi accepts, with a program that is there: what every command needs before it evaluates.
import { existsSync } from "node:fs";
import { type Project, readProject } from "./project";
import { projectFaults } from "./project-rules";

/**
 * Reads the project around `program`. Throws an Error for the user where Pulumi refuses it, or where there is no such
 * program.
 */
export function usableProject(program: string, stack: string, config: Readonly<Record<string, string>> = {}): Project {
  const project = readProject(program, stack, config);
  const refused = projectFaults(project.root);
  if (refused.length > 0)
    throw new Error(`Pulumi refuses this project:\n${refused.map((fault) => `  - ${fault}`).join("\n")}`);
  if (!existsSync(program)) {
    throw new Error(`The program is "${program}", and there is no such file; give the program's file with --program.`);
  }
  return project;
}
