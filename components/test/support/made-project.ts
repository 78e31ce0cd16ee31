// A small project in a folder of its own, whose modules are bundled and run.
import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { unzipSync } from "fflate";
import type { Entry } from "../../bundle/build";
import { type Bundle, BundleCache } from "../../bundle/cache";
import { makeBundles } from "../../bundle/make";

export class MadeProject {
  readonly root = mkdtempSync(path.join(tmpdir(), "spillway-project-"));

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) this.save(name, text);
  }

  save(name: string, text: string): void {
    const file = path.join(this.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** A package whose files are below node_modules. */
  install(name: string, manifest: object, files: Readonly<Record<string, string>>): void {
    this.save(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", ...manifest }));
    for (const [file, text] of Object.entries(files)) this.save(`node_modules/${name}/${file}`, text);
  }

  /** Makes what modules export to bundles, as an evaluation does some time after the last save. */
  async make(modules: readonly string[], more: Partial<Entry> = {}): Promise<readonly (Bundle | Error)[]> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const entries = modules.map((module) => ({ text: `export * from "./${module}";\n`, ...more }));
    return makeBundles(entries, new BundleCache(this.root), this.root);
  }

  async bundle(module: string, more: Partial<Entry> = {}): Promise<Bundle> {
    const [made] = await this.make([module], more);
    return made instanceof Error || made === undefined ? assert.fail(made) : made;
  }

  /** The message with which a module is refused. */
  async refusal(module: string, more: Partial<Entry> = {}): Promise<string> {
    const [made] = await this.make([module], more);
    return made instanceof Error ? made.message : assert.fail(`${module} was not refused`);
  }

  /** What a module's bundle exports, loaded from its archive far from the project. */
  async load(module: string, more: Partial<Entry> = {}): Promise<Record<string, unknown>> {
    const { archive } = await this.bundle(module, more);
    const folder = mkdtempSync(path.join(this.root, ".spillway", "archive-"));
    for (const [name, content] of Object.entries(unzipSync(readFileSync(archive)))) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
    }
    return require(path.join(folder, "index.js"));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
