// What the folders that run on AWS, or that both sides use, may import.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "../../..");

/** Each import of the folder's files, as `file: specifier`; specifiers of this project as paths from its root. */
function importsOf(folder: string): readonly { readonly file: string; readonly imported: string }[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const file = path.join(folder, name);
      const text = readFileSync(path.join(root, file), "utf8");
      return [...text.matchAll(/^(?:(?:import|export)\b[^;"]*? from|import) "([^"]+)";$/gm)].map(
        ([, specifier = ""]) => ({
          file,
          imported: specifier.startsWith(".") ? path.join(path.dirname(file), specifier) : specifier,
        }),
      );
    });
}

describe("the folders of the project", () => {
  it("leave components/syntax/ without Pulumi and without a server", () => {
    const imports = importsOf("components/syntax");
    assert.ok(imports.length > 20);
    const others = imports.filter(
      ({ imported }) => !/^(components\/syntax\/|node:(net|util)$|aws-cron-parser$)/.test(imported),
    );
    assert.deepEqual(others, []);
  });

  it("leave components/ without the local run", () => {
    const imports = importsOf("components").filter(({ file }) => !file.startsWith("components/test/"));
    assert.ok(imports.length > 100);
    assert.deepEqual(
      imports.filter(({ imported }) => /^(@spillway|config|functions|packages|test|tools)\//.test(imported)),
      [],
    );
  });
});
