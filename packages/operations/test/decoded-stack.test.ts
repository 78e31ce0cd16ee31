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
  let inPackage = "";

  before(() => {
    mkdirSync(bundles, { recursive: true });
    writeFileSync(
      path.join(folder, "fail.ts"),
      'import { end } from "lib";\nconst kept: string = "a";\nexport function fail() {\n  throw end(kept);\n}\n',
    );
    mkdirSync(path.join(folder, "node_modules", "lib"), { recursive: true });
    writeFileSync(
      path.join(folder, "node_modules", "lib", "index.js"),
      "export const end = (kept) => {\n  throw new RangeError(kept);\n};\n",
    );
    const { outputFiles } = buildSync({
      entryPoints: [path.join(folder, "fail.ts")],
      bundle: true,
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
    const placeOf = (pattern: RegExp) => {
      const line = code.split("\n").findIndex((each) => pattern.test(each));
      return `${line + 1}:${(code.split("\n")[line] ?? "").search(pattern) + 1}`;
    };
    place = placeOf(/throw (?!new)/);
    inPackage = placeOf(/throw new RangeError/);
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

  it("has no frames of packages, but the first three where there are no others", () => {
    const decoder = new StackDecoder(folder);
    const inside = `    at end (/var/task/index.js:${inPackage})`;
    assert.equal(
      decoder.decode({ stack: `${inside}\n${stackAt(place)}`, bundle }),
      "    at fail (fail.ts:4:3)\ncaused by Error: why",
    );
    assert.equal(
      decoder.decode({ stack: Array(4).fill(inside).join("\n"), bundle }),
      Array(3).fill("    at end (node_modules/lib/index.js:2:3)").join("\n"),
    );
  });

  it("stays as it is if it came from other code, if nobody knows from which, and outside of a project", () => {
    const stack = stackAt(place);
    assert.equal(new StackDecoder(folder).decode({ stack, bundle: "0123456789ab" }), stack);
    assert.equal(new StackDecoder(folder).decode({ stack }), stack);
    assert.equal(new StackDecoder(tmpdir()).decode({ stack, bundle }), stack);
    assert.equal(new StackDecoder(folder).decode({ bundle }), undefined);
  });
});
