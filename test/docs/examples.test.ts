// The examples of the documents: each block of TypeScript stands in a program of docs/examples/ or templates/, and each
// program of docs/examples/ does what is said of it.
import { strict as assert } from "node:assert";
import { globSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Graph } from "@spillway/graph";
import "../../docs/examples/callbacks.test";
import "../../docs/examples/shop.test";
import { promises } from "../support/docs-promises";
import { documents as listed } from "../support/docs-tables";
import { evaluateHere } from "../support/evaluate-here";
import { Example } from "../support/example-program";

const root = path.resolve(__dirname, "..", "..");
const folder = path.join(root, "docs", "examples");
const files = readdirSync(folder);
const documents = listed().map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }));

/** What both a block and a program look like, however far they are indented. */
const flat = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim())
    .join("\n");
const sourceOf = (file: string, absolute: string) => ({ file, text: `\n${flat(readFileSync(absolute, "utf8"))}\n` });
const sources = files.map((file) => sourceOf(file, path.join(folder, file)));
/** Programs that have tests of their own. */
const templates = globSync("templates/*/**/*.ts", { cwd: root }).map((file) => sourceOf(file, path.join(root, file)));
const blocks = documents.flatMap(({ file, text }) =>
  [...text.matchAll(/^ *```(?:ts|typescript)\n(.*?)^ *```$/gms)].map(([, block = ""]) => ({
    file,
    block: flat(block),
  })),
);
const filesWith = (block: string) =>
  [...sources, ...templates].filter(({ text }) => text.includes(`\n${block}\n`)).map(({ file }) => file);
const programs = sources.filter(({ text }) => / from "spillway(\/network)?";/.test(text)).map(({ file }) => file);

describe("the examples of the documents", () => {
  it("match docs/examples/ exactly", () => {
    assert.ok(blocks.length > 15, `${blocks.length} blocks`);
    for (const { file, block } of blocks) {
      assert.equal(block.includes("…"), false, `${file} leaves something out:\n${block}`);
      assert.notDeepEqual(
        filesWith(block),
        [],
        `${file} has what stands in no file of docs/examples/ and templates/:\n${block}`,
      );
    }
  });

  it("are all shown", () => {
    const shown = new Set(blocks.flatMap(({ block }) => filesWith(block)));
    assert.deepEqual(
      files.filter((file) => !shown.has(file)),
      [],
    );
  });

  it("are all evaluated here", () => assert.deepEqual(programs, Object.keys(promises).sort()));

  describe("are complete programs in the first preview, and create what the documents say:", () => {
    for (const [file, promise] of Object.entries(promises)) {
      it(file, async () => {
        const [preview, graph] = await Promise.all(
          [true, false].map((each) => evaluateHere({ program: path.join(folder, file), stack: "dev", preview: each })),
        );
        // In any order: which of two is registered first is a matter of time.
        const names = (evaluated?: Graph) => evaluated?.resources.map(({ type, name }) => `${type} ${name}`).sort();
        assert.deepEqual(names(preview), names(graph));
        promise(new Example(graph ?? assert.fail()));
      });
    }
  });
});
