// The stack in a reason is told in places of the sources, by the source map beside the bundle that gave the event up.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { buildSync } from "esbuild";
import { zipSync } from "fflate";
import { bundleOf } from "spillway/bundle/bundle-hash";
import { StackDecoder } from "../letters/decoded-stack";

describe("the stack of a dead letter", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "spillway-stack-"));
  const bundles = path.join(folder, ".spillway", "bundles");
  let bundle = "";
  let place = "";

  before(() => {
    mkdirSync(bundles, { recursive: true });
    writeFileSync(
      path.join(folder, "fail.ts"),
      'const kept: string = "a";\n\nexport function fail() {\n  throw kept;\n}\n',
    );
    const { outputFiles } = buildSync({
      entryPoints: [path.join(folder, "fail.ts")],
      outfile: path.join(bundles, "code.js"),
      minify: true,
      format: "cjs",
      sourcemap: "external",
      write: false,
    });
    const [map = "", code = ""] = ["map", "js"].map((end) => outputFiles.find((file) => file.path.endsWith(end))?.text);
    writeFileSync(path.join(bundles, "code.zip"), zipSync({ "index.js": Buffer.from(code) }));
    writeFileSync(path.join(bundles, "code.js.map"), map);
    writeFileSync(path.join(bundles, "other.zip"), "no archive");
    bundle = bundleOf(Buffer.from(code));
    const line = code.split("\n").findIndex((each) => each.includes("throw"));
    place = `${line + 1}:${(code.split("\n")[line] ?? "").indexOf("throw") + 1}`;
  });

  after(() => rmSync(folder, { recursive: true }));

  const stackAt = (position: string) => `    at fail (/var/task/index.js:${position})\ncaused by Error: why`;

  it("has places of the sources, in a folder of the project too", () => {
    const below = path.join(folder, "deep", "below");
    mkdirSync(below, { recursive: true });
    for (const from of [folder, below]) {
      const decoded = new StackDecoder(from).decode({ stack: stackAt(place), bundle });
      assert.equal(decoded, "    at fail (fail.ts:4:3)\ncaused by Error: why");
    }
  });

  it("stays as it is if it came from other code, if nobody knows from which, and outside of a project", () => {
    const stack = stackAt(place);
    assert.equal(new StackDecoder(folder).decode({ stack, bundle: "0123456789ab" }), stack);
    assert.equal(new StackDecoder(folder).decode({ stack }), stack);
    assert.equal(new StackDecoder(tmpdir()).decode({ stack, bundle }), stack);
    assert.equal(new StackDecoder(folder).decode({ bundle }), undefined);
  });
});
