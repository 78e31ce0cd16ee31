// Which file is the program of a folder that a test names.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { programIn } from "../host/program";

describe("the program of a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "program-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
  };
  const project = "name: p\nruntime: nodejs\n";

  for (const [title, files, expected] of [
    ["index.ts", { "index.ts": "" }, "index.ts"],
    ["index.js, if there is no index.ts", { "index.js": "" }, "index.js"],
    ["the main of its package.json", { "package.json": '{ "main": "bin/app.js" }', "bin/app.js": "" }, "bin/app.js"],
    ["a main without its extension", { "package.json": '{ "main": "src/app" }', "src/app.ts": "" }, "src/app.ts"],
    ["the index of a main", { "package.json": '{ "main": "./src/" }', "src/index.ts": "" }, "src/index.ts"],
    ["index.ts, if main has not been built", { "package.json": '{ "main": "dist/a.js" }', "index.ts": "" }, "index.ts"],
    [
      "that of the folder in Pulumi.yaml",
      { "Pulumi.yaml": `${project}main: infra\n`, "infra/index.ts": "" },
      "infra/index.ts",
    ],
    [
      "the file in Pulumi.yaml",
      { "Pulumi.yaml": `${project}main: infra/app.ts\n`, "infra/app.ts": "" },
      "infra/app.ts",
    ],
  ] as const) {
    it(`is ${title}`, () => {
      write({ "Pulumi.yaml": project, ...files });
      assert.equal(programIn(folder), path.join(folder, expected));
    });
  }

  it("is in the folder, not beside it", () => {
    write({ "app/Pulumi.yaml": project, "app/index.ts": "", "app.ts": "" });
    assert.equal(programIn(path.join(folder, "app")), path.join(folder, "app", "index.ts"));
  });

  it("is asked for where there is none", () => {
    write({ "Pulumi.yaml": project });
    assert.throws(() => programIn(folder), {
      message:
        `program is "${folder}", and ${folder} is no program: it has neither the main of a package.json nor an index.ts ` +
        "or index.js. Give the program's file.",
    });
  });
});
