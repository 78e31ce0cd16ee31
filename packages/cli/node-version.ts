// Refuses a Node that is too old, before anything is loaded that needs a newer one. The tools of the repository import
// it first.
import { refuseNode } from "./bin/node-version.cjs";

const refusal = refuseNode(process.versions.node);
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
