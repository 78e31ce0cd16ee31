// A program that awaits at its top level, which CommonJS has no place for.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { evaluateProgram } from "../../graph/evaluate";

describe("a module that awaits at its top level", () => {
  it("ends the evaluation with its chain of imports and with what to do", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "spillway-await-"));
    try {
      const files = {
        "Pulumi.yaml": "name: waiting\nruntime: nodejs\n",
        "Pulumi.dev.yaml": "config:\n  aws:region: eu-west-1\n",
        "index.ts": 'import { handler } from "./callback";\nvoid handler;\n',
        "callback.ts": "const found = await Promise.resolve(1);\nexport const handler = () => found;\n",
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
      await assert.rejects(evaluateProgram({ program: path.join(folder, "index.ts"), stack: "dev" }), {
        message: `Top-level await is not supported: the program and its bundles are CommonJS.
    ${path.join(folder, "index.ts")}
    → ${path.join(folder, "callback.ts")}
  Move the await into the callback's factory or into the callback.`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
