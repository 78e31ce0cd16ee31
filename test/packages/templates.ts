// The programs that the templates become, with the packages as they are published: they do what their tests say. The
// program of created.ts is one of them as it is installed.
import { strict as assert } from "node:assert";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { managerOf } from "../../packages/create-spillway/package-manager";
import { mostCharacters } from "../../packages/create-spillway/project-name";
import { type TemplateName, writeProgram } from "../../packages/create-spillway/template";
import { pack, root, run } from "../support/packed";
import { installed } from "../support/packed-modules";

/** The other one is tested as it is installed, and with the changes of a document. */
const tested: readonly TemplateName[] = ["stream", "pipeline"];

describe("the templates", () => {
  for (const name of tested) {
    it(`have tests that pass, with the longest name of a project: ${name}`, async () => {
      await withProgram(name, name.padEnd(mostCharacters, "-long"), passes);
    });
  }

  it("become, by the changes of docs/getting-started.md, a program whose types and tests pass", async () => {
    await withProgram("queue", "my-app", async (program) => {
      assert.equal(change(program, readFileSync(path.join(root, "docs/getting-started.md"), "utf8")), 3);
      await run("npm", ["run", "check"], program);
      await passes(program);
    });
  });
});

async function withProgram(template: TemplateName, name: string, work: (folder: string) => Promise<void>) {
  const packed = await pack();
  const program = path.join(packed.folder, "templates", name);
  writeProgram(program, { template, name, manager: managerOf(undefined) });
  symlinkSync(await installed(packed), path.join(program, "node_modules"), "junction");
  await work(program);
}

async function passes(program: string): Promise<void> {
  const told = await run("npm", ["test"], program);
  assert.match(told, /^ℹ pass [2-9]$/m);
  assert.match(told, /^ℹ fail 0$/m);
}

/** Applies each diff of a document to the file that is named before it, and returns how many there are. */
function change(program: string, document: string): number {
  const diffs = [...document.matchAll(/`([\w./-]+)`:\n\n```diff\n(.*?)^```$/gms)];
  for (const [, name = "", diff = ""] of diffs) {
    const lines = diff.trimEnd().split("\n");
    const without = (mark: string) =>
      lines.flatMap((line) => (line.startsWith(mark) ? [] : [line.slice(1)])).join("\n");
    const file = path.join(program, name);
    const text = readFileSync(file, "utf8");
    assert.ok(text.includes(without("+")), `${name} has not what the document changes:\n${diff}`);
    writeFileSync(
      file,
      text.replace(without("+"), () => without("-")),
    );
  }
  return diffs.length;
}
