import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as path from "node:path";

const standIns = JSON.stringify(path.resolve(__dirname, "..", "..", "evaluate", "without-closures.ts"));

/** In a process of its own, because this one has Pulumi already. */
const program = `
  require(${standIns});
  const { runtime } = require("@pulumi/pulumi");
  const loaded = Object.keys(require.cache);
  const names = Object.keys(runtime);
  const captured = "what is captured";
  Promise.all([runtime.serializeFunction(() => captured), runtime.computeCodePaths()]).then(([{ text }, paths]) => {
    for (const file of Object.keys(require.cache)) delete require.cache[file];
    const usual = Object.keys(require("@pulumi/pulumi").runtime);
    console.log(JSON.stringify({ loaded, names, usual, text, packages: [...paths.keys()] }));
  });`;

describe("an evaluation without Pulumi's serialiser of functions", () => {
  let told: Readonly<Record<"loaded" | "names" | "usual" | "packages", readonly string[]>> & { readonly text: string };
  before(() => {
    const args = ["--no-warnings", "-r", "ts-node/register/transpile-only", "-e", program];
    const cwd = path.resolve(__dirname, "..", "..");
    told = JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: "utf8" }));
  });

  it("loads neither it nor npm's installer", () => {
    const loaded = told.loaded.filter((file) => /@pulumi.pulumi.runtime.closure.|@npmcli.arborist/.test(file));
    // Only the two that have stand-ins.
    assert.deepEqual(loaded.map((file) => path.basename(file)).sort(), ["codePaths.js", "serializeClosure.js"]);
  });

  it("has the same names in Pulumi's runtime", () => assert.deepEqual(told.names, told.usual));

  it("loads them when a program calls them, as aws.lambda.CallbackFunction does", () => {
    assert.match(told.text, /what is captured/);
    assert.ok(
      told.packages.some((each) => each.includes("node_modules/yaml")),
      told.packages.join("\n"),
    );
  });
});
