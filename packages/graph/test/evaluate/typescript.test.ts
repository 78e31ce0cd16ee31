import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const loader = path.resolve(__dirname, "..", "..", "evaluate", "typescript.cjs");
const installed = path.resolve(__dirname, "..", "..", "..", "..", "node_modules");

const source = `import { join } from "node:path";
export enum Way { In, Out }
export const way: string = join("a", Way[1]);
export function fail(): never {
  throw new Error("failed");
}
`;

const compilerOptions = { target: "es2023", module: "node16", moduleResolution: "node16" };

/** Loads program.ts, and prints what a module was compiled to, its exports, where it fails, and what was loaded. */
const program = (register: string) => `
  const { Module } = require("node:module");
  const texts = [];
  const { _compile } = Module.prototype;
  Module.prototype._compile = function (text, file, ...rest) {
    if (file.endsWith("program.ts")) texts.push(text);
    return _compile.call(this, text, file, ...rest);
  };
  ${register};
  let told;
  try {
    const { fail, ...exported } = require("./program");
    try { fail(); } catch ({ stack }) { told = { exported, stack }; }
  } catch ({ code, name }) { told = { refused: code ?? name }; }
  const compiler = Object.keys(require.cache).some((file) => /typescript.lib|ts-node.dist.index/.test(file));
  console.log(JSON.stringify({ ...told, text: texts.at(-1), compiler }));`;

interface Told {
  readonly exported?: unknown;
  readonly stack?: string;
  readonly refused?: string;
  readonly text: string;
  /** Whether the compiler was loaded. */
  readonly compiler: boolean;
}

describe("a module in TypeScript", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spillway-typescript-")));
    symlinkSync(installed, path.join(folder, "node_modules"), "junction");
    save("tsconfig.json", { compilerOptions });
    save("program.ts", source);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const kept = () => path.join(folder, "kept");
  function save(name: string, content: string | object): void {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }
  const run = (register: string, cwd = folder): Told =>
    JSON.parse(
      execFileSync(process.execPath, ["--no-warnings", "-e", program(register)], {
        cwd,
        encoding: "utf8",
        stdio: "pipe",
      }),
    );
  const load = (cwd = folder) => {
    const given = [path.join(cwd, "tsconfig.json"), kept()].map((each) => JSON.stringify(each));
    return run(`require(${JSON.stringify(loader)}).registerTypeScript(${given})`, cwd);
  };

  it("is what ts-node makes of it, when it is compiled and when it is kept, which needs no compiler", () => {
    const usual = run(`require("ts-node/register/transpile-only")`);
    assert.deepEqual(load(), usual);
    assert.deepEqual(load(), { ...usual, compiler: false });
    assert.match(usual.stack ?? "", /program\.ts:5:9/);
    assert.deepEqual(usual.exported, { Way: { 0: "In", 1: "Out", In: 0, Out: 1 }, way: path.join("a", "Out") });
  });

  it("is compiled in a folder below settings without rootDir, and with options that TypeScript is about to drop", () => {
    const settings = path.join(folder, "tsconfig.json");
    save("functions/program.ts", source);
    const below = () => {
      const given = [settings, kept()].map((each) => JSON.stringify(each));
      return run(`require(${JSON.stringify(loader)}).registerTypeScript(${given})`, path.join(folder, "functions"));
    };
    for (const options of [compilerOptions, { target: "es2020", module: "commonjs", moduleResolution: "node" }]) {
      save("tsconfig.json", { compilerOptions: { ...options, outDir: "bin" } });
      assert.deepEqual(below().exported, { Way: { 0: "In", 1: "Out", In: 0, Out: 1 }, way: path.join("a", "Out") });
    }
  });

  it("is kept for copies of the project, with their own names of the file", () => {
    load();
    for (const name of ["tsconfig.json", "program.ts"])
      save(`copy/${name}`, name === "program.ts" ? source : { compilerOptions });
    const { compiler, stack = "" } = load(path.join(folder, "copy"));
    assert.ok(stack.includes(path.join(folder, "copy", "program.ts:5:9")), stack);
    assert.equal(compiler, false);
  });

  it("is compiled again when it, its settings, or settings that they extend have changed", () => {
    const compiles = () => load().compiler;
    save("base/tsconfig.json", { compilerOptions });
    save("tsconfig.json", { extends: "./base/tsconfig.json" });
    assert.deepEqual([compiles(), compiles()], [true, false]);
    save("base/tsconfig.json", { compilerOptions: { ...compilerOptions, target: "es2015" } });
    assert.deepEqual([compiles(), compiles()], [true, false]);
    save("program.ts", source.replace("failed", "has failed"));
    assert.deepEqual([compiles(), compiles()], [true, false]);
  });

  it("is compiled again when settings have changed that they extend by a name without its extension", () => {
    save("tsconfig.json", { extends: "./base" });
    save("base.js", "");
    const textFor = (target: string) => {
      save("base.json", { compilerOptions: { ...compilerOptions, target } });
      return load().text;
    };
    assert.notEqual(textFor("es2023"), textFor("es5"));
  });

  it("is compiled again when what is kept of it is not whole", () => {
    const { text } = load();
    const [name = ""] = readdirSync(kept());
    const file = path.join(kept(), name);
    const whole = readFileSync(file, "utf8");
    for (const length of [0, 40, whole.lastIndexOf("\n") + 1, whole.length - 1]) {
      writeFileSync(file, whole.slice(0, length));
      assert.deepEqual([load().text, readFileSync(file, "utf8")], [text, whole], `${length} characters`);
    }
  });

  it("is ts-node's where the settings ask for more, or are not found", () => {
    save("tsconfig.json", { compilerOptions: { ...compilerOptions, allowJs: true } });
    assert.equal(load().compiler, true);
    save(
      "own.cjs",
      'exports.create = () => ({ transpile: () => ({ outputText: "exports.own = 1;", sourceMapText: "{}" }) });',
    );
    save("tsconfig.json", { compilerOptions, "ts-node": { transpiler: "./own.cjs" } });
    assert.deepEqual(load().exported, { own: 1 });
    assert.throws(() => readdirSync(kept()), /ENOENT/);
    save("tsconfig.json", { extends: "./nowhere.json" });
    assert.throws(load, /Unable to compile TypeScript:\s+error TS5083: Cannot read file '.*nowhere\.json'/);
  });

  it("is refused as by ts-node where its package.json makes an ES module of it", () => {
    load();
    save("package.json", { type: "module" });
    assert.deepEqual(load(), run(`require("ts-node/register/transpile-only")`));
  });
});
