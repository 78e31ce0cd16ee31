// What is in the packages as they are published, judged by the linters of those who know what consumers stumble over.
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { type Packed, pack, root } from "../support/packed";

const names = [
  "spillway",
  "@spillway/cli",
  "@spillway/graph",
  "@spillway/local",
  "@spillway/operations",
  "@spillway/policies",
  "@spillway/review",
  "@spillway/testing",
  "create-spillway",
];

describe("a published package", () => {
  let packed: Packed;
  before(async () => {
    packed = await pack();
  });
  const fileOf = (name: string) => packed.files.get(name) ?? assert.fail(`${name} was not packed`);
  const contentOf = (name: string) => new Uint8Array(readFileSync(fileOf(name)));
  const listOf = (name: string) =>
    execFileSync("tar", ["tzf", fileOf(name)], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((file) => file.replace("package/", ""));
  const manifestOf = (name: string) =>
    JSON.parse(execFileSync("tar", ["xzOf", fileOf(name), "package/package.json"], { encoding: "utf8" }));

  it("is made of every workspace", () => {
    assert.deepEqual([...packed.files.keys()].sort(), [...names].sort());
  });

  for (const name of names) {
    it(`is what publint takes: ${name}`, async () => {
      const { publint } = await import("publint");
      const { formatMessage } = await import("publint/utils");
      const tarball = contentOf(name).buffer;
      const { messages, pkg } = await publint({ pack: { tarball }, level: "warning", strict: true });
      assert.deepEqual(
        messages.map((message) => formatMessage(message, pkg)),
        [],
      );
    });

    it(`has the types that its modules have, however they are imported: ${name}`, async () => {
      const { checkPackage, createPackageFromTarballData } = await import("@arethetypeswrong/core");
      const found = await checkPackage(createPackageFromTarballData(contentOf(name)));
      assert.deepEqual("problems" in found ? found.problems : [], []);
    });

    it(`has its licence, a README, source maps and no source, test or script: ${name}`, () => {
      // The templates are programs, with sources and tests.
      const files = listOf(name).filter((file) => !file.startsWith("dist/templates/"));
      for (const wanted of ["LICENSE", "README.md", "package.json"]) assert.ok(files.includes(wanted), wanted);
      const modules = files.filter((file) => /^dist\/.*(?<!\.cjs)\.js$/.test(file));
      assert.ok(modules.length > 0);
      assert.deepEqual(
        modules.filter((file) => !files.includes(`${file}.map`)),
        [],
      );
      assert.deepEqual(
        files.filter((file) => /(?<!\.d)\.ts$|(^|\/)test\//.test(file)),
        [],
      );
      assert.equal(manifestOf(name).scripts, undefined);
    });
  }

  it("has the sources in its source maps, under names within the package", () => {
    for (const name of names) {
      const folder = path.join(packed.folder, "contents", name);
      mkdirSync(folder, { recursive: true });
      execFileSync("tar", ["xzf", fileOf(name), "-C", folder]);
      for (const file of globSync("package/dist/**/*.js.map", { cwd: folder })) {
        const { sources, sourcesContent, sourceRoot = "" } = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
        // A debugger opens what the map has; the name is that of the module, so that it hides no file of the program.
        assert.deepEqual([sourceRoot, sources], ["", [path.basename(file).replace(/\.js\.map$/, ".ts")]], file);
        assert.equal(sourcesContent.length, 1, file);
        assert.match(sourcesContent[0], /^(\/\/|import|export|\/\*|#!)/, file);
      }
    }
  });

  it("has doc comments in its types", () => {
    const types = execFileSync("tar", ["xzOf", fileOf("spillway"), "package/dist/queue-consumer.d.ts"], {
      encoding: "utf8",
    });
    assert.match(types, /\/\*\*[^/]*\n \*\/\nexport declare class QueueConsumer/);
  });

  it("is ES modules for a bundler only where it runs in Lambda: Node has each module once", () => {
    const { exports } = manifestOf("spillway");
    assert.deepEqual(exports["./callback"], {
      types: "./dist/callback.d.ts",
      module: "./dist/esm/callback.js",
      default: "./dist/callback.js",
    });
    assert.deepEqual(exports["."], { types: "./dist/index.d.ts", default: "./dist/index.js" });
  });

  it("leaves the repository's own package.json alone", () => {
    for (const folder of [
      "components",
      ...readdirSync(path.join(root, "packages")).map((each) => `packages/${each}`),
    ]) {
      const { exports } = JSON.parse(
        readFileSync(path.join(packed.folder, "repository", folder, "package.json"), "utf8"),
      );
      assert.ok(!JSON.stringify(exports).includes("dist"), folder);
    }
  });
});
