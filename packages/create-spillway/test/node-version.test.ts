import { strict as assert } from "node:assert";
import { optionalDependencies } from "@spillway/cli/package.json";
import { bundledFor, judgeNode } from "../node-version";

describe("the Node.js version that creates a program", () => {
  it("may be 22.15 or later", () => {
    for (const node of ["22.15.0", "24.21.0"])
      assert.deepEqual(judgeNode({ node, platform: "darwin-arm64" }, "pnpm"), {});
  });

  it("may be older where npm installs a newer one with the program, and the user is told", () => {
    const { refusal, warning } = judgeNode({ node: "20.20.2", platform: "linux-x64" }, "npm");
    assert.equal(refusal, undefined);
    assert.match(warning ?? "", /^Node is 20\.20\.2; Spillway needs 22\.15 or later\. npm installs Node 24/);
  });

  it("is refused otherwise: pnpm and yarn do not put the newer one before the machine's", () => {
    const machine = { node: "22.14.0", platform: "linux-x64" };
    const refusal = "Node is 22.14.0; Spillway needs 22.15 or later. Install Node 24, and call this again.";
    assert.deepEqual(judgeNode(machine, "pnpm"), { refusal });
    assert.deepEqual(judgeNode({ ...machine, platform: "darwin-arm64" }, "npm"), { refusal });
  });

  it("is installed with the program on the machines that the command's package has one for", () => {
    assert.deepEqual(
      Object.keys(optionalDependencies).map((name) => name.replace("node-", "")),
      bundledFor,
    );
  });
});
