// The pipeline's picture, in the documents that show it.

import type { Generator } from "@spillway/cli/generator";
import { diagramOf } from "@spillway/graph/read/diagram";
import { documentedGraph } from "./program";

export const diagram: Generator = {
  name: "diagram",
  files: ["README.md", "docs/pipeline.md"],
  marker: "diagram",
  make: async () => `\`\`\`mermaid\n${diagramOf(await documentedGraph())}\n\`\`\``,
};
