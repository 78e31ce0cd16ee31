// Every statement of the program's policies, in docs/security.md.

import type { Generator } from "./generator";
import { iamStatements as statements } from "./iam-statements-page";
import { documented, documentedGraph } from "./program";

export const iamStatements: Generator = {
  name: "iam-statements",
  files: ["docs/security.md"],
  marker: "iam-statements",
  make: async () => `Of the stack \`${documented.stack}\`.\n\n${statements(await documentedGraph())}`,
};
