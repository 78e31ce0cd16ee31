import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { installFor, isInstalled, removeOldInstalls, sharesPackages, workspacesOf } from "../install";

interface Entry {
  readonly version: string;
  readonly optional?: boolean;
}

describe("the packages of a base commit", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "spillway-test-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const folder = (name: string, locked: Record<string, Entry>, installed?: Record<string, Entry>) => {
    const made = path.join(root, name);
    mkdirSync(path.join(made, "node_modules"), { recursive: true });
    const lock = (packages: Record<string, Entry>) =>
      JSON.stringify({ name: "p", lockfileVersion: 3, requires: true, packages: { "": { name: "p" }, ...packages } });
    writeFileSync(path.join(made, "package.json"), '{ "name": "p" }');
    writeFileSync(path.join(made, "package-lock.json"), lock(locked));
    if (installed !== undefined) writeFileSync(path.join(made, "node_modules", ".package-lock.json"), lock(installed));
    return made;
  };
  const one = { "node_modules/a": { version: "1.0.0" } };

  it("are those of the working tree where both lock files agree and are installed", () => {
    const here = folder("here", one, one);
    assert.ok(isInstalled(here));
    assert.ok(sharesPackages(here, folder("same", one)));
    assert.ok(!sharesPackages(here, folder("other", { "node_modules/a": { version: "2.0.0" } })));
    const stale = folder("stale", one, { "node_modules/a": { version: "0.9.0" } });
    assert.ok(!isInstalled(stale), "another version is installed than is locked");
    assert.ok(!isInstalled(folder("bare", one, {})), "nothing is installed");
    assert.ok(!isInstalled(folder("never", one)), "npm never installed here");
    writeFileSync(path.join(here, ".npmrc"), "omit=dev\n");
    assert.ok(!sharesPackages(here, path.join(root, "same")), "npm is told otherwise");
  });

  it("are those of the working tree where pnpm has installed what both lock", () => {
    const pnpm = (name: string, locked: string, here: string) => {
      const made = path.join(root, name);
      mkdirSync(path.join(made, "node_modules", ".pnpm"), { recursive: true });
      writeFileSync(path.join(made, "pnpm-lock.yaml"), locked);
      writeFileSync(path.join(made, "node_modules", ".pnpm", "lock.yaml"), here);
      return made;
    };
    const lock = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies: {}\n\npackages:\n\n  a@1.0.0: {}\n";
    const here = pnpm("here", lock, lock);
    assert.ok(sharesPackages(here, pnpm("same", lock, "")));
    assert.ok(!sharesPackages(here, pnpm("other", lock.replace("1.0.0", "2.0.0"), "")));
    assert.ok(!isInstalled(pnpm("stale", lock, lock.replace("1.0.0", "0.9.0"))));
    assert.deepEqual(workspacesOf(here), []);
    const workspace = lock.replace("  .:\n", "  .: {}\n\n  packages/functions:\n");
    assert.throws(() => workspacesOf(pnpm("workspace", workspace, "")), /pnpm workspace of several packages/);
  });

  it("may lack optional packages, such as binaries for other machines", () => {
    const locked = { ...one, "node_modules/b": { version: "1.0.0", optional: true } };
    assert.ok(isInstalled(folder("here", locked, one)));
  });

  it("are installed once for a lock file, and kept for the next review", async () => {
    const [base, cache, said] = [folder("base", {}), path.join(root, "cache"), [] as string[]];
    const options = { say: (line: string) => void said.push(line) };
    const made = await installFor(base, cache, options);
    assert.ok(existsSync(path.join(made, "package-lock.json")));
    // Without packages npm makes no folder.
    mkdirSync(path.join(made, "node_modules"), { recursive: true });
    assert.equal(await installFor(base, cache, options), made);
    assert.match(said.join("\n"), /^Installing.*\n.*are installed from an earlier review/);
    const other = await installFor(
      folder("other", { "node_modules/none": { version: "1.0.0", optional: true } }),
      cache,
      options,
    ).catch(() => "refused");
    assert.notEqual(other, made);
    assert.deepEqual(
      readdirSync(cache).filter((name) => name.includes(".")),
      [],
      "nothing half made is left",
    );
  });

  it("are refused without a lock file", async () => {
    const base = path.join(root, "base");
    mkdirSync(base);
    await assert.rejects(installFor(base, root, { say: () => {} }), /no package-lock\.json/);
  });

  it("are removed when two others have been used since, unless a checkout uses them", () => {
    for (const [index, id] of ["aa", "bb", "cc", "dd"].entries()) {
      const install = path.join(root, `packages-${id}`);
      mkdirSync(install);
      if (id === "bb") mkdirSync(path.join(install, "base-1"));
      utimesSync(install, index + 1, index + 1);
    }
    removeOldInstalls(root);
    assert.deepEqual(readdirSync(root).sort(), ["packages-bb", "packages-cc", "packages-dd"]);
  });
});
