// Files that a callback's code reads beside itself: they are refused, or come from assets.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { MadeProject } from "../support/made-project";

describe("a file beside the code", () => {
  let project: MadeProject;
  beforeEach(() => {
    project = new MadeProject({ "package.json": "{}", "functions/rates.json": '{"eur":1}' });
  });
  afterEach(() => project.remove());

  const reading = `import { readFileSync } from "node:fs";
import * as path from "node:path";
export const handler = () => JSON.parse(readFileSync(path.join(__dirname, "rates.json"), "utf8"));
`;

  it("that the code reads is refused, and the error names it, its chain and the argument that packs it", async () => {
    project.save("functions/rates.ts", reading);
    project.save("callback.ts", 'export { handler } from "./functions/rates";');
    assert.equal(
      await project.refusal("callback"),
      `its code reads rates.json beside itself, and the archive holds the code alone:
    callback.ts
    → functions/rates.ts
  Put the file into the archive where the code looks for it, with assets: { "rates.json": "functions/rates.json" }.`,
    );
  });

  for (const [what, text] of [
    ["import.meta.url", 'export const handler = () => new URL("./rates.json", import.meta.url);'],
    ["a template", "export const handler = () => `${__dirname}/rates.json`;"],
    ["a sum", 'export const handler = () => __dirname + "/rates.json";'],
    [
      "a worker's address",
      'import { Worker } from "node:worker_threads"; export const handler = () => new Worker(new URL("rates.json", ' +
        "import.meta.url));",
    ],
    [
      "a created require",
      'import { createRequire } from "node:module"; const require = createRequire(import.meta.url); ' +
        'export const handler = () => require("./rates.json");',
    ],
    [
      "a require that is created where it is called",
      'import { createRequire } from "node:module"; ' +
        'export const handler = () => createRequire(import.meta.url)("./rates.json");',
    ],
  ] as const) {
    it(`is found in ${what}`, async () => {
      project.save("functions/callback.mts", text);
      project.save("callback.ts", 'export { handler } from "./functions/callback.mjs";');
      assert.match(await project.refusal("callback"), /its code reads (\.\/)?rates\.json beside itself/);
    });
  }

  it("is ignored where the code that reads it is not in the bundle, or where the file does not exist", async () => {
    project.save("functions/rates.ts", `${reading}export const other = 1;`);
    project.save("callback.ts", 'export { other as handler } from "./functions/rates";');
    await project.bundle("callback");
    for (const text of [
      "`${__dirname}/made-later`",
      '__dirname + "/.."',
      'new URL("https://example.com", __filename)',
    ]) {
      project.save("callback.ts", `export const handler = () => ${text};`);
      await project.bundle("callback");
    }
    project.save("functions/folder.mts", 'export const handler = () => new URL(".", import.meta.url);');
    project.save("callback.ts", 'export { handler } from "./functions/folder.mjs";');
    await project.bundle("callback");
  });

  it("is read where assets put it, and a change of it builds the archive again", async () => {
    project.save("functions/rates.ts", reading);
    const assets = { "rates.json": "functions/rates.json" };
    const { handler } = await project.load("functions/rates", { assets });
    assert.deepEqual((handler as () => unknown)(), { eur: 1 });
    const before = await project.bundle("functions/rates", { assets });
    assert.ok(before.inputs.includes("functions/rates.json"));
    project.save("functions/rates.json", '{"eur":2}');
    assert.notEqual((await project.bundle("functions/rates", { assets })).archive, before.archive);
  });

  it("may be a folder, to which a file can be added", async () => {
    project.save("functions/templates/a.txt", "a");
    project.save(
      "callback.ts",
      'import { readdirSync } from "node:fs"; export const handler = () => readdirSync(`${__dirname}/templates`);',
    );
    const assets = { templates: "functions/templates" };
    project.save("functions/templates/b/c.txt", "c");
    const { handler } = await project.load("callback", { assets });
    assert.deepEqual((handler as () => unknown)(), ["a.txt", "b"]);
    const before = await project.bundle("callback", { assets });
    project.save("functions/templates/d.txt", "d");
    assert.notEqual((await project.bundle("callback", { assets })).archive, before.archive);
  });

  it("that does not exist is refused by name", async () => {
    project.save("callback.ts", "export const handler = 1;");
    const message = await project.refusal("callback", { assets: { "a.txt": "functions/b.txt" } });
    assert.match(message, /assets have "a\.txt", and the project has no functions\/b\.txt/);
  });

  it("of an external package comes from assets", async () => {
    project.install(
      "native",
      {},
      { "index.js": 'exports.x = require("./addon.node.js");', "addon.node.js": "module.exports = 5;" },
    );
    project.save("callback.ts", 'import { x } from "native"; export const handler = x;');
    const more = { external: ["native"], assets: { "node_modules/native": "node_modules/native" } };
    assert.equal((await project.load("callback", more)).handler, 5);
    const { archive } = await project.bundle("callback", more);
    assert.ok(readFileSync(archive).includes("node_modules/native/index.js"));
  });

  it("of WebAssembly that is imported is refused with the fix", async () => {
    project.save("functions/a.wasm", "");
    project.save("callback.ts", 'import wasm from "./functions/a.wasm"; export const handler = wasm;');
    assert.match(
      await project.refusal("callback"),
      /No loader is configured for "\.wasm" files[\s\S]*readFileSync.*assets/,
    );
  });
});
