// Every statement of the program's policies, in docs/security.md. A wildcard that no reason explains is an error here.
import type { Generator } from "@spillway/cli/generator";
import type { Graph } from "@spillway/graph";
import { iamList } from "@spillway/graph/read/iam-list";
import { documented, documentedGraph } from "./program";

export const iamStatements: Generator = {
  name: "iam-statements",
  files: ["docs/security.md"],
  marker: "iam-statements",
  make: async () => `Of the stack ${described}.\n\n${explainedList(await documentedGraph())}`,
};

/** The stack, and the values that take the place of its own. */
const described = [
  `\`${documented.stack}\``,
  ...Object.entries(documented.config).map(([key, value]) => `with \`${key}: ${value}\``),
].join(" ");

/** Throws an Error for a wildcard without a reason. The reasons are in packages/graph/read/iam-list.ts. */
export function explainedList(graph: Graph): string {
  const { markdown, unexplained } = iamList(graph);
  if (unexplained.length === 0) return markdown;
  const lines = unexplained.map((line) => `- ${line}`);
  throw new Error(
    "Statements that nothing explains; name what they are about, or add the reason to " +
      `packages/graph/read/iam-list.ts:\n${lines.join("\n")}`,
  );
}
