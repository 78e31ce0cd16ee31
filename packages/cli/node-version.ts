// Refuses a Node that is too old, before anything is loaded that needs a newer one: imported first by the tools of the repository.
import { refuseNode } from "./bin/node-version.cjs";

const refusal = refuseNode(process.versions.node);
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
