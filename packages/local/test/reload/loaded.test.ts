// What a run that watches tells whoever has to do something after each change.
import { strict as assert } from "node:assert";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Run } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

const root = path.resolve(__dirname, "..", "..", "..", "..");
/** Below the root, where the packages that the program imports are found. */
const folders = path.join(root, ".spillway", "watched");

describe("a run that watches", () => {
  let folder: string;
  let run: Run | undefined;
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const save = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const hasSaid = (pattern: RegExp) =>
    until(() => said.some((line) => pattern.test(line))).catch(() =>
      assert.fail(`nobody said ${pattern}, but:\n${said.join("\n")}`),
    );

  before(() => {
    mkdirSync(folders, { recursive: true });
    folder = mkdtempSync(`${folders}${path.sep}`);
    cpSync(path.join(__dirname, "..", "fixtures", "watched"), folder, { recursive: true });
    save("tsconfig.json", '{ "extends": "../../../tsconfig.json" }');
  });
  after(async () => {
    await run?.stop();
    rmSync(folder, { recursive: true });
  });

  it("tells when everything that was saved is loaded, or cannot be, also of files of which no code runs", async () => {
    run = await Run.start({
      ...{ program: path.join(folder, "program.ts"), watch: true, say },
      ...{ onSave: () => say("saved"), onLoaded: () => say("loaded") },
    });
    said.length = 0;
    const isToldAfter = async (pattern: RegExp) => {
      await hasSaid(/^loaded$/);
      const told = said.splice(0);
      assert.deepEqual([told[0], told.at(-1)], ["saved", "loaded"]);
      assert.ok(
        told.some((line) => pattern.test(line)),
        told.join("\n"),
      );
    };
    save("label.ts", 'export const label = "second";\n');
    await isToldAfter(/^reloaded/);
    save("label.ts", "export const label = ;\n");
    await isToldAfter(/^not reloaded/);
    save("label.ts", 'export const label = "third";\n');
    await isToldAfter(/^reloaded/);
    const types = path.join(folder, "types.ts");
    writeFileSync(types, "export type Label = string;\n");
    run.local.watchFiles([types]);
    save("types.ts", "export type Label = number;\n");
    await hasSaid(/^loaded$/);
    assert.deepEqual(said, ["saved", "loaded"]);
  });
});
