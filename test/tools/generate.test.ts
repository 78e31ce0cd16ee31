import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { type Generator, generate } from "../../packages/cli/generate/generator";
import { generators } from "../../tools/generate/generators";
import { root } from "../../tools/generate/program";
import { run } from "../../tools/generate/start";

const part: Generator = { name: "sum", files: ["a.md", "b.md"], marker: "sum", make: async () => "2" };
const whole: Generator = { name: "whole", files: ["whole.md"], make: async () => "all of it" };
const between = (text: string) => `before\n<!-- generated: sum -->${text}<!-- /generated -->\nafter\n`;

describe("the generated parts of the documents", () => {
  for (const name of new Set(generators.map((each) => each.name))) {
    it(`are up to date: ${name}`, async () => {
      const named = generators.filter((each) => each.name === name);
      const stale = (await generate(named, { root, check: true })).filter((outcome) => outcome.stale);
      assert.deepEqual(
        stale.map(({ file }) => file),
        [],
        `stale: write it anew with npm run generate -- ${name}`,
      );
    });
  }
});

describe("npm run generate", () => {
  let folder: string;
  let printed: string[];
  const file = (name: string) => readFileSync(path.join(folder, name), "utf8");
  const generated = (...args: string[]) => {
    printed = [];
    return run(args, { generators: [part, whole], root: folder, print: (line) => printed.push(line) });
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-generate-"));
    for (const name of ["a.md", "b.md"]) writeFileSync(path.join(folder, name), between("\n\n1\n\n"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("writes between the markers, or the whole file, and nothing else", async () => {
    assert.equal(await generated(), 0);
    assert.deepEqual(printed, ["a.md: sum written", "b.md: sum written", "whole.md: whole written"]);
    assert.equal(file("a.md"), between("\n\n2\n\n"));
    assert.equal(file("whole.md"), "all of it\n");
    assert.equal(await generated("--check"), 0);
    assert.deepEqual(printed, ["Everything generated is up to date."]);
  });

  it("exits with 1 and names what is out of date with --check", async () => {
    await generated();
    writeFileSync(path.join(folder, "b.md"), between("\n\n3\n\n"));
    assert.equal(await generated("--check"), 1);
    assert.deepEqual(printed, ["b.md: sum is out of date; npm run generate -- sum writes it again."]);
    assert.equal(file("b.md"), between("\n\n3\n\n"));
  });

  it("runs the generators that are named", async () => {
    assert.equal(await generated("whole"), 0);
    assert.deepEqual(printed, ["whole.md: whole written"]);
    assert.equal(file("a.md"), between("\n\n1\n\n"));
  });

  it("reports a document that has no marker for it", async () => {
    writeFileSync(path.join(folder, "a.md"), "before\n");
    assert.equal(await generated(), 1);
    assert.deepEqual(printed, [
      'a.md has no place for what is generated; write the lines "<!-- generated: sum -->" and "<!-- /generated -->" where it belongs.',
    ]);
  });

  it("exits with 2 for an unknown name or option", async () => {
    assert.equal(await generated("nothing"), 2);
    assert.deepEqual(printed, ["There is no generator nothing; there are sum, whole."]);
    assert.equal(await generated("--force"), 2);
    assert.match(printed.join("\n"), /--force.*npm run generate -- \[options\]/s);
    assert.equal(await generated("--help"), 0);
  });
});
