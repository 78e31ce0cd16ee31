// Programs whose package.json says "type": "module".
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { unzipSync } from "fflate";
import { evaluate, evaluateProgram } from "../../evaluate/evaluate";
import type { Graph } from "../../graph";

const repository = path.resolve(__dirname, "..", "..", "..", "..");

describe("a program of ES modules", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spillway-es-modules-")));
    save("Pulumi.yaml", "name: modern\nruntime: nodejs\n");
    save("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
    save("package.json", '{ "type": "module" }');
    // With what the repository compiles by, which keeps the results.
    save(
      "tsconfig.json",
      JSON.stringify({ extends: path.join(repository, "tsconfig.json"), compilerOptions: { module: "nodenext" } }),
    );
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function save(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const program = () => path.join(folder, "index.ts");

  /** What the function's archive says when it is searched for a text. */
  function codeOf(graph: Graph, name: string): string {
    const lambda = graph.resources.find((each) => each.type === "aws:lambda/function:Function" && each.name === name);
    const { archive } = (lambda ?? assert.fail(name)).inputs.code as { readonly archive: string };
    const file = unzipSync(readFileSync(path.resolve(folder, archive)))["index.js"] ?? assert.fail("no index.js");
    return Buffer.from(file).toString();
  }

  it("exposes its exports as outputs, including those of its modules and after a top-level await", async () => {
    save("lib/answer.ts", "export const answer: number = await Promise.resolve(42);\n");
    save(
      "index.ts",
      'import { answer } from "./lib/answer.js";\nexport const doubled = await Promise.resolve(answer * 2);\n',
    );
    const { graph, modules } = await evaluate({ program: program(), stack: "dev" });
    assert.deepEqual(graph.outputs, { doubled: 84 });
    assert.ok(modules.includes(program()) && modules.includes(path.join(folder, "lib", "answer.ts")));
  });

  it("exposes its default export as outputs, and is refused with both kinds of exports", async () => {
    save("index.ts", "export default async () => ({ made: 1 });\n");
    assert.deepEqual((await evaluateProgram({ program: program(), stack: "dev" })).outputs, { made: 1 });
    save("index.ts", "export default { made: 1 };\nexport const other = 2;\n");
    await assert.rejects(evaluateProgram({ program: program(), stack: "dev" }), /exports a default and other names/);
  });

  it("has its callbacks bundled from the modules that define them, whichever module passes them on", async () => {
    const components = JSON.stringify(path.join(repository, "components", "queue-consumer.ts"));
    // What `callback(schema, factory)` answers.
    const callbackOf = (factory: string) =>
      `{ kind: "record", schema: { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ ` +
      `value }) } }, factory: ${factory} }`;
    save("functions/named.ts", `export const named = ${callbackOf('() => async () => console.log("as named")')};\n`);
    save("functions/default.ts", `export default ${callbackOf('() => async () => console.log("as default")')};\n`);
    save(
      "helper.ts",
      `export const make = (text: string) => (${callbackOf("() => async () => console.log(text)")});\n`,
    );
    save("functions/made.ts", 'import { make } from "../helper.js";\nexport const made = make("as made");\n');
    // Reaches Pulumi and comes first in the alphabet: a bundle of it would be refused.
    save(
      "all.ts",
      `import "@pulumi/pulumi";
export { named } from "./functions/named.js";
export { default as other } from "./functions/default.js";\n`,
    );
    save(
      "index.ts",
      `import components from ${components};
import { named, other } from "./all.js";
import { made } from "./functions/made.js";
for (const [name, callback] of Object.entries({ named, other, made })) new components.QueueConsumer(name, { callback });
`,
    );
    const graph = await evaluateProgram({ program: program(), stack: "dev" });
    for (const [name, text] of [
      ["named", "as named"],
      ["other", "as default"],
      ["made", "as made"],
    ] as const) {
      const code = codeOf(graph, name);
      assert.ok(code.includes(text) && code.length < 80_000, `${name}: ${code.length} bytes`);
    }
  });
});
