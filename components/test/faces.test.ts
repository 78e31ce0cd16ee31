import assert from "node:assert/strict";
import { build } from "esbuild";
import { type Face, faces, fileOf, PublicTypes } from "../../tools/docs/public-types";

/**
 * The files and packages that a program loads with the face: its own files by their paths, packages by the names that
 * are imported.
 */
async function loadedBy(face: Face): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [fileOf(face)],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    packages: "external",
    logLevel: "silent",
  });
  const files = Object.entries(metafile.inputs);
  return [...files.map(([file]) => file), ...files.flatMap(([, { imports }]) => imports.map((one) => one.path))];
}

describe("the entry points of the package", () => {
  it("do not load Pulumi from spillway/callback", async () => {
    const loaded = await loadedBy("callback");
    assert.ok(loaded.some((file) => file.endsWith("/publish.ts")));
    assert.deepEqual(
      loaded.filter((one) => one.startsWith("@pulumi/")),
      [],
    );
  });

  it("load awsx, which is slow to load, from spillway/network only", async () => {
    const awsx = (loaded: readonly string[]) => loaded.filter((one) => one.startsWith("@pulumi/awsx"));
    assert.deepEqual(awsx(await loadedBy("index")), []);
    assert.deepEqual(awsx(await loadedBy("network")), ["@pulumi/awsx/ec2/vpc"]);
  });

  it("have a doc comment for each name that they export", () => {
    const types = new PublicTypes();
    const without = faces.flatMap((face) =>
      types
        .exportsOf(face)
        .filter((symbol) => types.docOf(symbol) === "")
        .map(({ name }) => `${face}: ${name}`),
    );
    assert.deepEqual(without, []);
    assert.ok(types.exportsOf("index").length > 80);
  });
});
