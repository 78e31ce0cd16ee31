import { strict as assert } from "node:assert";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { editText, keepText } from "../editor";

/** Notes which file it was given, and its mode; appends a line. */
const editor = (seen: string) => `
const { appendFileSync, statSync, writeFileSync } = require("node:fs");
const file = process.argv.at(-1);
writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ file, mode: statSync(file).mode & 0o777 }));
appendFileSync(file, "edited");
process.exit(Number(process.env.EDITOR_CODE ?? 0));
`;

describe("the editor of a text", () => {
  let folder: string;
  let seen: string;
  const variables = ["VISUAL", "EDITOR", "EDITOR_CODE"] as const;
  const former = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "spillway-editor-"));
    seen = path.join(folder, "seen.json");
    writeFileSync(path.join(folder, "editor.cjs"), editor(seen));
    process.env.VISUAL = `"${process.execPath}" "${path.join(folder, "editor.cjs")}"`;
    process.env.EDITOR = "false";
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    for (const name of variables) {
      const value = former[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const signal = new AbortController().signal;

  it("is the one of $VISUAL with its options, on a file that only its owner reads and that is removed", async () => {
    assert.equal(await editText("text\n", signal), "text\nedited");
    const { file, mode } = JSON.parse(readFileSync(seen, "utf8"));
    assert.equal(mode, 0o600);
    assert.ok(!existsSync(path.dirname(file)));
  });

  it("fails when the editor does, and leaves no file", async () => {
    process.env.EDITOR_CODE = "3";
    await assert.rejects(editText("text\n", signal), /ended with 3\. Nothing was sent/);
    assert.ok(!existsSync(JSON.parse(readFileSync(seen, "utf8")).file));
  });

  it("keeps a text that was refused", () => {
    const file = keepText("text");
    assert.deepEqual([readFileSync(file, "utf8"), statSync(file).mode & 0o777], ["text", 0o600]);
    rmSync(path.dirname(file), { recursive: true });
  });
});
