// What ts-node compiles the repository's modules with.
import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { create } from "ts-node";
import { root } from "../../tools/generate/program";

const source = `import type { Socket } from "node:net";
import { join } from "node:path";
export enum Way { In, Out }
export const file = async (socket?: Socket) => join(String(socket), (await import("node:os")).tmpdir());
`;

describe("the compiler of the repository's modules", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-transpile-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const compilerOptions = { module: "node16", moduleResolution: "node16", target: "es2023" };
  const options = { transpileOnly: true, skipProject: true, compilerOptions };
  /** As a process of its own compiles it. */
  const compile = (text: string, { file = "way.ts", ...more }: { file?: string; target?: string } = {}) =>
    create({
      ...options,
      compilerOptions: { ...compilerOptions, ...more },
      transpiler: [path.join(root, "tools", "transpile", "cached.cjs"), { folder }],
    }).compile(text, path.join(root, file));

  it("returns the same as ts-node, when it compiles and from its cache", () => {
    for (const file of ["way.ts", "way.mts"]) {
      const own = create(options).compile(source, path.join(root, file));
      assert.equal(compile(source, { file }), own);
      assert.equal(compile(source, { file }), own);
    }
    assert.equal(readdirSync(folder).length, 2);
  });

  it("compiles again when the source, the name of the file or the settings have changed", () => {
    const first = compile(source);
    assert.notEqual(compile(source.replace("Out", "Away")), first);
    assert.match(compile(source, { file: "other.ts" }), /function|=>/);
    assert.notEqual(compile(source, { target: "es2015" }), first);
    assert.equal(readdirSync(folder).length, 4);
  });

  it("uses the cached result, and compiles again where that cannot be read", () => {
    const first = compile(source);
    const [kept = ""] = readdirSync(folder);
    writeFileSync(path.join(folder, kept), JSON.stringify({ outputText: "kept;", sourceMapText: "{}" }));
    assert.match(compile(source), /^kept;/);
    writeFileSync(path.join(folder, kept), '{ "outputText": "ke');
    assert.equal(compile(source), first);
  });

  it("reports a module's errors each time", () => {
    for (const _ of ["anew", "again"]) assert.throws(() => compile("const way = ;"), /Expression expected/);
    assert.deepEqual(readdirSync(folder), []);
  });
});
