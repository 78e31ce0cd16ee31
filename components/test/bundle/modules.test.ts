// What modules mean in a bundle: the same as in the program that the callback is written in.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { unzipSync } from "fflate";
import { BundleCache } from "../../bundle/cache";
import { makeBundles } from "../../bundle/make";
import { MadeProject } from "../support/made-project";

describe("a module in a bundle", () => {
  let project: MadeProject;
  beforeEach(() => {
    project = new MadeProject({ "package.json": "{}" });
  });
  afterEach(() => project.remove());

  /** Decorators and class fields mean something else under each of the options. */
  const module = `
const seen: string[] = [];
function noted(...given: unknown[]) { seen.push(given.map((each) => typeof each).join()); }
class Decorated { @noted method() {} }
class Base { constructor() { this.begin(); } begin() {} }
export class Derived extends Base { value!: number; override begin() { this.value = 7; } }
void Decorated;
export const handler = () => [seen[0], new Derived().value];
`;

  it("is compiled under its tsconfig.json and the files that it extends", async () => {
    project.save("callback.ts", module);
    const handlerOf = async () => ((await project.load("callback")).handler as () => unknown)();
    assert.deepEqual(await handlerOf(), ["function,object", undefined]);

    const options = { experimentalDecorators: true, useDefineForClassFields: false };
    project.save("base.json", `{ "compilerOptions": ${JSON.stringify(options)} } // with a comment`);
    project.save("tsconfig.json", '{ "extends": "./base" }');
    assert.deepEqual(await handlerOf(), ["object,string,object", 7]);
  });

  it("is compiled again when a file that its tsconfig.json extends changes, or a nearer one appears", async () => {
    project.save("functions/callback.ts", module);
    project.save("tsconfig.json", '{ "extends": ["./base.json"] }');
    project.save("base.json", "{}");
    const archives = new Set([(await project.bundle("functions/callback")).archive]);
    project.save("base.json", '{ "compilerOptions": { "useDefineForClassFields": false } }');
    archives.add((await project.bundle("functions/callback")).archive);
    project.save("functions/tsconfig.json", '{ "compilerOptions": { "experimentalDecorators": true } }');
    archives.add((await project.bundle("functions/callback")).archive);
    assert.equal(archives.size, 3);
    // Nothing has changed since: none is made again.
    const entry = { text: 'export * from "./functions/callback";\n' };
    assert.ok(archives.has(new BundleCache(project.root).find(entry)?.archive ?? ""));
  });

  it("is compiled again when a tsconfig.json above the project changes, or one that a package has", async () => {
    const above = { compilerOptions: { useDefineForClassFields: false } };
    project.save("tsconfig.json", JSON.stringify(above));
    project.save("inside/package.json", "{}");
    project.save("inside/callback.ts", module);
    const inside = path.join(project.root, "inside");
    const bundled = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const entry = { text: 'export * from "./callback";\n' };
      const [made] = await makeBundles([entry], new BundleCache(inside), inside);
      return made instanceof Error || made === undefined ? assert.fail(made) : made.archive;
    };
    const archives = new Set([await bundled()]);
    project.save("tsconfig.json", "{}");
    archives.add(await bundled());
    project.install("base", {}, { "tsconfig.json": JSON.stringify(above) });
    project.save("tsconfig.json", '{ "extends": "base" }');
    const [first] = [...archives];
    assert.equal(await bundled(), first);
    project.install("base", {}, { "tsconfig.json": '{ "compilerOptions": { "experimentalDecorators": true } }' });
    archives.add(await bundled());
    assert.equal(archives.size, 3);
  });

  it("of CommonJS gets the CommonJS version of a package that it requires; an ES module gets the ES version", async () => {
    project.install(
      "dual",
      { main: "main.js", module: "module.mjs" },
      {
        "main.js": 'module.exports = () => "CommonJS";',
        "module.mjs": 'export default () => "ES modules";',
      },
    );
    project.install("user", {}, { "index.js": 'const dual = require("dual"); exports.required = dual();' });
    project.save(
      "callback.ts",
      'import dual from "dual"; export { required } from "user"; export const imported = dual();',
    );
    const { required, imported } = await project.load("callback");
    assert.deepEqual([required, imported], ["CommonJS", "ES modules"]);
  });

  it("has the bundle's URL as import.meta.url, which createRequire accepts, and a correct source map", async () => {
    project.install(
      "modern",
      { type: "module", exports: "./index.js" },
      {
        "index.js": `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
export const separator = require("node:path").sep;
export const here = [import.meta.url, import.meta.dirname, import.meta.filename];
export const fail = () => {
  throw new Error("here");
};`,
      },
    );
    project.save("callback.ts", 'export * from "modern";');
    const { separator, here } = await project.load("callback");
    assert.match(String(separator), /^[\\/]$/);
    const [url, folder, file] = here as readonly string[];
    assert.equal(url, `file://${file}`);
    assert.equal(file, `${folder}/index.js`);
    const { archive, sourceMap } = await project.bundle("callback");
    const code = Buffer.from(unzipSync(readFileSync(archive))["index.js"] ?? []).toString();
    const { SourceMap } = require("node:module") as typeof import("node:module");
    const line = code.split("\n").findIndex((each) => each.includes('"here"'));
    const column = code.split("\n")[line]?.indexOf("throw") ?? -1;
    const found = new SourceMap(JSON.parse(readFileSync(sourceMap, "utf8"))).findEntry(line, column);
    assert.equal("originalLine" in found && found.originalLine, 5);
  });

  it("contains no code for import.meta.url unless it uses it", async () => {
    project.save("callback.ts", "export const handler = () => 1;");
    const { archive } = await project.bundle("callback");
    const code = Buffer.from(unzipSync(readFileSync(archive))["index.js"] ?? []).toString();
    assert.doesNotMatch(code, /pathToFileURL/);
  });

  it("keeps the names of its error classes, in TypeScript, in JavaScript and in packages", async () => {
    project.install(
      "library",
      { type: "module", exports: "./index.js" },
      {
        "index.js": `export class LibraryError extends Error {}
export const Assigned = class extends LibraryError {};
export class NotAnError extends Map {}`,
      },
    );
    project.save("script.js", "class ScriptFailure extends Error {}\nexports.ScriptFailure = ScriptFailure;");
    project.save(
      "callback.ts",
      `import { ScriptFailure } from "./script";
import { Assigned, LibraryError, NotAnError } from "library";
class Declined<T extends { id: string }> extends Error implements Iterable<T> { *[Symbol.iterator]() {} }
abstract class Problem extends Object { declare x: string; }
export const names = [Declined, Problem, ScriptFailure, LibraryError, Assigned].map(({ name }) => name);
export const unnamed = NotAnError.name;
export const own = new Declined() instanceof Declined;`,
    );
    const { names, unnamed, own } = await project.load("callback");
    assert.deepEqual(names, ["Declined", "Problem", "ScriptFailure", "LibraryError", "Assigned"]);
    assert.notEqual(unnamed, "NotAnError");
    assert.equal(own, true);
  });

  it("keeps the names of error classes that are functions, as older packages have them", async () => {
    project.install(
      "older",
      { main: "index.js" },
      {
        "index.js": `"use strict";
var util = require("util");
var __extends = function (d, b) { Object.setPrototypeOf(d, b); d.prototype = Object.create(b.prototype, { constructor: { value: d } }); };
function ConnectionError(message) { this.message = message; }
util.inherits(ConnectionError, Error);
var HttpError = /** @class */ (function (_super) {
    __extends(HttpError, _super);
    function HttpError(m) { return _super.call(this, m) || this; }
    return HttpError;
}(Error));
function GoneError(message) { this.message = message; }
GoneError.prototype = Object.create(Error.prototype, { constructor: { value: GoneError } });
exports.GoneError = GoneError;
exports.ConnectionError = ConnectionError;
exports.HttpError = HttpError;`,
      },
    );
    project.save(
      "callback.ts",
      `import { ConnectionError, GoneError, HttpError } from "older";
export const names = [ConnectionError, GoneError, HttpError].map(({ name }) => name);`,
    );
    assert.deepEqual((await project.load("callback")).names, ["ConnectionError", "GoneError", "HttpError"]);
  });
});
