// The examples as their readers have them: with the packages as they are published, and with their own test runners.
import { strict as assert } from "node:assert";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { evaluateProgram } from "@spillway/graph";
import { diagramOf } from "@spillway/graph/read/diagram";
import { findingsOf } from "../support/internals";
import { pack, root, run } from "../support/packed";
import { installed } from "../support/packed-modules";

/** Rules that each example leaves to the stack that it becomes. */
const leftOpen: Readonly<Record<string, readonly string[]>> = {
  "image-processing": ["alarm-has-action", "table-deletion-protected"],
  // Browsers call the endpoint.
  "click-stream": ["alarm-has-action", "api-access-logged", "api-authorized", "table-deletion-protected"],
  payments: ["alarm-topic-has-subscriber", "api-access-logged", "table-deletion-protected"],
};

const examples = readdirSync(path.join(root, "examples"), { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map(({ name }) => name)
  .sort();

describe("the examples", () => {
  let folder: string;
  before(async () => {
    const packed = await pack();
    folder = path.join(packed.folder, "examples");
    mkdirSync(folder);
    symlinkSync(await installed(packed), path.join(folder, "node_modules"), "junction");
    const isCopied = (file: string) => !/[\\/](node_modules|\.spillway)$/.test(file);
    for (const name of examples) {
      cpSync(path.join(root, "examples", name), path.join(folder, name), { recursive: true, filter: isCopied });
    }
  });

  it("are all here", () => assert.deepEqual(examples, Object.keys(leftOpen).sort()));

  for (const [name, open] of Object.entries(leftOpen)) {
    describe(name, () => {
      it("keeps the policies, and is drawn in its README", async () => {
        const graph = await evaluateProgram({ program: path.join(folder, name, "index.ts"), stack: "dev" });
        assert.deepEqual([...new Set(findingsOf(graph).map(({ policy }) => policy))].sort(), open);
        const readme = readFileSync(path.join(folder, name, "README.md"), "utf8");
        const diagram = `\`\`\`mermaid\n${diagramOf(graph)}\n\`\`\`\n`;
        assert.ok(readme.includes(diagram), `examples/${name}/README.md must show this diagram:\n${diagram}`);
      });

      it("passes its own tests", async () => {
        await run("npm", ["test"], path.join(folder, name));
      });
    });
  }
});
