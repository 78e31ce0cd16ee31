// Which functions a change concerns, and what is left to an evaluation of the program.
import { strict as assert } from "node:assert";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { GraphResource } from "@spillway/graph";
import type { Entry } from "spillway/bundle/build";
import { BundleCache } from "spillway/bundle/cache";
import { makeBundles } from "spillway/bundle/make";
import { WatchedFunctions } from "../../reload/functions";
import { graphResource } from "../support/graph-resource";

describe("watched functions", () => {
  let root: string;
  let functions: WatchedFunctions;
  const at = (name: string) => path.join(root, name);
  const save = (name: string, value: string) => writeFileSync(at(name), `export const value = ${value};\n`);
  const entryOf = (name: string): Entry => ({
    text: `import { value } from "./${name}";\nexport const handler = () => value;\n`,
  });
  /** Functions by their modules, built as an evaluation builds them. */
  const run = async (modules: readonly string[]) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const made = await makeBundles(modules.map(entryOf), new BundleCache(root), root);
    functions.update(
      made.map((bundle, index): GraphResource => {
        if (bundle instanceof Error) throw bundle;
        const name = modules[index] ?? "";
        const code = { archive: path.relative(root, bundle.archive) };
        const resource = graphResource("aws:lambda/function:Function", name, { code }, { name: `${name}-1234567` });
        return { ...resource, urn: name, id: name };
      }),
    );
  };
  const rebuild = async (...changed: readonly string[]) => {
    const { replaced, unchanged, failed, unclear } = await functions.rebuild(new Set(changed.map(at)));
    const names = (watched: readonly { name: string }[]) => watched.map(({ name }) => name);
    return {
      replaced: names(replaced.map(({ watched }) => watched)),
      unchanged: names(unchanged),
      failed: names([...failed.values()].flat()),
      unclear: names(unclear),
    };
  };
  const nothing = { replaced: [], unchanged: [], failed: [], unclear: [] };

  beforeEach(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), "spillway-functions-")));
    writeFileSync(at("package.json"), "{}");
    functions = new WatchedFunctions(root);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("are those whose bundle contains the file, and only changed bytes replace the running code", async () => {
    save("one.ts", "1");
    save("two.ts", "2");
    await run(["one", "two"]);
    assert.deepEqual(await rebuild("other.ts"), nothing);
    save("one.ts", "1 /* the same */");
    assert.deepEqual(await rebuild("one.ts"), { ...nothing, unchanged: ["one"] });
    save("one.ts", "3");
    assert.deepEqual(await rebuild("one.ts"), { ...nothing, replaced: ["one"] });
    assert.deepEqual(await rebuild("one.ts"), { ...nothing, unchanged: ["one"] });
  });

  it("are built again at each change until that succeeds", async () => {
    save("one.ts", "1");
    save("two.ts", "2");
    await run(["one", "two"]);
    save("one.ts", "(");
    assert.deepEqual(await rebuild("one.ts"), { ...nothing, failed: ["one"] });
    assert.deepEqual(await rebuild(), { ...nothing, failed: ["one"] });
    save("one.ts", "3");
    assert.deepEqual(await rebuild(), { ...nothing, replaced: ["one"] });
    assert.deepEqual(await rebuild(), nothing);
  });

  it("need an evaluation where two modules gave the same bytes and now do not", async () => {
    save("one.ts", "1");
    save("twin.ts", "1");
    await run(["one", "twin"]);
    save("twin.ts", "2");
    assert.deepEqual(await rebuild("twin.ts"), { ...nothing, unclear: ["one", "twin"] });
    await run(["one", "twin"]);
    save("twin.ts", "3");
    assert.deepEqual(await rebuild("twin.ts"), { ...nothing, replaced: ["twin"] });
  });

  it("need an evaluation where the program may import them under another name, or is built differently", async () => {
    save("one.ts", "1");
    await run(["one"]);
    writeFileSync(at("one.ts"), "export const renamed = 1;\n");
    assert.deepEqual(await rebuild("one.ts"), { ...nothing, unclear: ["one"] });
    save("one.ts", "2");
    writeFileSync(at("package.json"), '{ "sideEffects": false }');
    assert.deepEqual(await rebuild("one.ts"), { ...nothing, unclear: ["one"] });
  });
});
