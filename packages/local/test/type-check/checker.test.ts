// The process that checks types, with a program of a few lines.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { alive } from "../../../../test/support/start";
import { until } from "../../../../test/support/until";
import { TypeChecker } from "../../type-check/checker";

describe("the process that checks types", () => {
  let folder: string;
  let checker: TypeChecker;
  const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const errorsOf = async (): Promise<readonly string[]> => (await checker.check())?.text.match(/TS\d+/g) ?? [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-types-"));
    const compilerOptions = { strict: true, skipLibCheck: true, module: "node16", lib: ["es2023"], types: [] };
    save("tsconfig.json", JSON.stringify({ compilerOptions }));
    save("index.ts", 'import { word } from "./word";\nexport const count: number = word;\n');
    save("word.ts", 'export const word: string = "one";\n');
    checker = new TypeChecker(path.join(folder, "index.ts"));
  });
  afterEach(() => {
    checker.end();
    rmSync(folder, { recursive: true });
  });

  it("checks the files as they are at each check, with modules and settings that come and go", async () => {
    const inFolder = (name: string) => path.join(folder, name);
    const first = await checker.check();
    assert.deepEqual(first?.text.match(/TS\d+/g), ["TS2322"]);
    assert.deepEqual([...(first?.files ?? [])].sort(), [inFolder("index.ts"), inFolder("word.ts")]);
    const { pid } = checker;

    save("word.ts", 'import type { Word } from "./types";\nexport const word: Word = 1;\n');
    assert.deepEqual(await errorsOf(), ["TS2307"]);
    save("types.ts", "export type Word = number;\n");
    assert.deepEqual(await checker.check().then((answer) => [answer?.errors, answer?.files.length]), [0, 3]);
    save("types.ts", "export type Word = string;\n");
    assert.deepEqual(await errorsOf(), ["TS2322", "TS2322"]);
    rmSync(inFolder("types.ts"));
    assert.ok((await errorsOf()).includes("TS2307"));
    save("types.ts", "export type Word = number;\n");
    assert.deepEqual(await errorsOf(), []);

    save("index.ts", "export const id = (given) => given;\n");
    assert.deepEqual(await errorsOf(), ["TS7006"]);
    save(
      "tsconfig.json",
      JSON.stringify({ compilerOptions: { strict: false, module: "node16", lib: ["es2023"], types: [] } }),
    );
    assert.deepEqual(await errorsOf(), []);
    assert.equal(checker.pid, pid);
  });

  it("does not report an option that TypeScript is about to drop, which Pulumi accepts", async () => {
    const compilerOptions = { strict: true, module: "commonjs", moduleResolution: "node", lib: ["es2023"], types: [] };
    save("tsconfig.json", JSON.stringify({ compilerOptions }));
    assert.deepEqual(await errorsOf(), ["TS2322"]);
  });

  it("continues what an earlier process has kept beside the bundles", async () => {
    mkdirSync(path.join(folder, ".spillway"));
    assert.deepEqual(await errorsOf(), ["TS2322"]);
    checker.end();
    assert.deepEqual(await errorsOf(), ["TS2322"]);
    checker.end();
    save("word.ts", "export const word = 1;\n");
    assert.deepEqual(await errorsOf(), []);
  });

  it("leaves no process when it is ended during a check, and starts another for the next one", async () => {
    const checked = checker.check();
    const pid = checker.pid ?? assert.fail("no process");
    checker.end();
    assert.equal(await checked, undefined);
    await until(() => !alive(pid));
    assert.deepEqual(await errorsOf(), ["TS2322"]);
  });

  it("starts another process when the last one was killed", async () => {
    await checker.check();
    const pid = checker.pid ?? assert.fail("no process");
    process.kill(pid, "SIGKILL");
    await until(() => !alive(pid));
    await checker.check();
    assert.deepEqual(await errorsOf(), ["TS2322"]);
    assert.notEqual(checker.pid, pid);
  });
});
