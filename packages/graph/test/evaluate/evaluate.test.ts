// What the user is told of a program that cannot be evaluated.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { evaluateProgram } from "../../evaluate/evaluate";

describe("a program that cannot be evaluated", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-evaluate-"));
    save("Pulumi.yaml", "name: failing\nruntime: nodejs\n");
    save("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const evaluation = () => evaluateProgram({ program: path.join(folder, "index.ts"), stack: "dev" });

  it("because a module awaits at its top level is reported with the chain of imports and the fix", async () => {
    save("index.ts", 'import { handler } from "./callback";\nvoid handler;\n');
    save("callback.ts", "const found = await Promise.resolve(1);\nexport const handler = () => found;\n");
    await assert.rejects(evaluation(), {
      message: `Top-level await is not supported: the program and its bundles are CommonJS.
    ${path.join(folder, "index.ts")}
    → ${path.join(folder, "callback.ts")}
  Move the await into the callback's factory or into the callback.`,
    });
  });

  it("because an output rejects is reported with the error's message alone, whatever properties it has passed", async () => {
    const pulumi = JSON.stringify(path.dirname(require.resolve("@pulumi/pulumi/package.json")));
    save(
      "index.ts",
      `import * as pulumi from ${pulumi};
class Thing extends pulumi.ComponentResource {
  readonly size: pulumi.Output<number>;
  constructor(name: string, size: pulumi.Input<number>) {
    super("test:index:Thing", name);
    this.size = pulumi.output(size);
    this.registerOutputs({ size: this.size });
  }
}
export const { size } = new Thing("thing", Promise.reject(new pulumi.RunError("The size is unknown.")));
`,
    );
    await assert.rejects(evaluation(), { message: "The size is unknown." });
  });
});
