import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const runner = path.resolve(__dirname, "..", "..", "tools", "check", "run.cjs");

describe("npm run check", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-check-"));
    const scripts = { good: "echo all is well", bad: "echo this is wrong >&2 && exit 3", worse: "no-such-command" };
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ scripts }));
  });
  after(() => rmSync(folder, { recursive: true }));
  const check = (...scripts: string[]) =>
    spawnSync(process.execPath, [runner, ...scripts], { cwd: folder, encoding: "utf8", timeout: 240_000 });

  it("exits with 0 when each script does, and shows their output", () => {
    const { status, stdout } = check("good");
    assert.deepEqual([status, stdout], [0, "all is well\ngood: fine\n"]);
  });

  it("runs all of them and exits with 1 when one fails, cannot be started or does not exist", () => {
    for (const [script, said] of [
      ["bad", /^this is wrong\nbad: failed \(\d+\)$/m],
      ["worse", /^worse: failed \(\d+\)$/m],
      ["missing", /^missing: failed \(1\)$/m],
    ] as const) {
      const { status, stdout } = check(script, "good");
      assert.equal(status, 1, stdout);
      assert.match(stdout, said);
      assert.match(stdout, /^all is well\ngood: fine$/m);
    }
  });
});
