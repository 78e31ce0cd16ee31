// Bundles kept under the content they were made of, so that an unchanged callback costs only the hashing of its files.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { version as esbuildVersion } from "esbuild";
import { archiveOf, codeFile } from "./archive";
import type { Built, Entry } from "./build";
import { tsconfigsOf } from "./tsconfigs";

export interface Bundle {
  /** Absolute path of the archive that is uploaded. */
  readonly archive: string;
  /** Absolute path of the source map of the one file in it. */
  readonly sourceMap: string;
  /** Every file and folder that it depends on, relative to the project's root. */
  readonly inputs: readonly string[];
}

interface Remembered {
  readonly entry: Entry;
  readonly inputs: Readonly<Record<string, string>>;
  readonly hash: string;
}

/**
 * What decides how modules are found and compiled, besides the modules and this folder; relative to the project's root.
 */
export const settingsFiles = ["package.json", "package-lock.json", "pnpm-lock.yaml", "tsconfig.json"];

/** It stands in place of a hash. */
const absent = "absent";

/** Milliseconds by which a file's time may be behind the clock. */
const coarseness = 10;

/**
 * Keeps the folder of the file out of git, whoever made the project: users put the secrets of the local run beside the
 * bundles.
 */
function ignoreBy(file: string): void {
  try {
    writeFileSync(file, "*\n", { flag: "wx" });
  } catch {
    // There is one already, or the folder cannot be written to. Bundles that are there are used all the same.
  }
}

/** For one build: it reads each file once, and what changes meanwhile is not remembered. */
export class BundleCache {
  /** The same as long as the same sources give the same bundles. */
  readonly settings: string;
  private readonly folder: string;
  private readonly hashes = new Map<string, string>();
  private readonly since = Date.now() - coarseness;

  constructor(private readonly root: string) {
    this.folder = path.join(root, ".spillway", "bundles");
    mkdirSync(this.folder, { recursive: true });
    ignoreBy(path.join(root, ".spillway", ".gitignore"));
    const builder = readdirSync(__dirname)
      .sort()
      .map((file) => path.join(__dirname, file));
    this.settings = JSON.stringify([esbuildVersion, [...settingsFiles, ...builder].map((file) => this.hashOf(file))]);
  }

  find(entry: Entry): Bundle | undefined {
    const file = this.memoOf(entry);
    if (!existsSync(file)) return undefined;
    const remembered = read(file);
    const bundle = this.bundleOf(remembered);
    return this.isUnchanged(remembered) && existsSync(bundle.archive) && existsSync(bundle.sourceMap)
      ? bundle
      : undefined;
  }

  /** All that is remembered under the present settings, and whether the files are still those that it was made of. */
  list(): readonly { readonly entry: Entry; readonly bundle: Bundle; readonly isUnchanged: boolean }[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => path.join(this.folder, name))
      .flatMap((file) => {
        const remembered = read(file);
        const { entry } = remembered;
        if (entry === undefined || this.memoOf(entry) !== file) return [];
        return [{ entry, bundle: this.bundleOf(remembered), isUnchanged: this.isUnchanged(remembered) }];
      });
  }

  keep(entry: Entry, built: Built): Bundle {
    const archive = this.archiveOf(built);
    const hash = digest(archive);
    // An asset may be a folder, to which a file is added.
    const assets = [...Object.values(built.assets), ...Object.values(entry.assets ?? {})];
    const depends = [...built.inputs, ...this.settingsOf(built), ...assets];
    const inputs = Object.fromEntries(depends.map((input) => [input, this.hashOf(input)]));
    const remembered: Remembered = { entry, inputs, hash };
    const bundle = this.bundleOf(remembered);
    write(bundle.archive, archive);
    write(bundle.sourceMap, built.sourceMap);
    if (!depends.some((input) => this.hasChanged(input))) write(this.memoOf(entry), JSON.stringify(remembered));
    return bundle;
  }

  /** Whether the very same archive was made before, of other sources. */
  has(built: Built): boolean {
    return existsSync(path.join(this.folder, `${digest(this.archiveOf(built))}.zip`));
  }

  private archiveOf({ code, assets }: Built): Uint8Array {
    const files = Object.entries(assets).map(([name, file]) => [name, readFileSync(path.resolve(this.root, file))]);
    return archiveOf({ [codeFile]: Buffer.from(code), ...Object.fromEntries(files) });
  }

  /** Those that do not count for every bundle anyway. */
  private settingsOf({ inputs }: Built): readonly string[] {
    return tsconfigsOf(inputs, this.root).filter((file) => !settingsFiles.includes(file));
  }

  private bundleOf({ hash, inputs }: Remembered): Bundle {
    return {
      archive: path.join(this.folder, `${hash}.zip`),
      sourceMap: path.join(this.folder, `${hash}.js.map`),
      // Nobody watches folders above the project for what is not there.
      inputs: Object.keys(inputs).filter((input) => inputs[input] !== absent || !input.startsWith("../")),
    };
  }

  private isUnchanged({ inputs }: Remembered): boolean {
    return Object.entries(inputs).every(([input, before]) => this.hashOf(input) === before);
  }

  /** Whether the build may have read something else than was hashed: somebody saved the file at the same time. */
  private hasChanged(input: string): boolean {
    const found = statSync(path.resolve(this.root, input), { throwIfNoEntry: false });
    // A tsconfig.json that is not there counts, too.
    return found === undefined ? this.hashOf(input) !== absent : found.ctimeMs >= this.since;
  }

  private memoOf(entry: Entry): string {
    return path.join(this.folder, `${digest(JSON.stringify([this.settings, entry]))}.json`);
  }

  private hashOf(input: string): string {
    let hash = this.hashes.get(input);
    if (hash === undefined) {
      const file = path.resolve(this.root, input);
      const found = statSync(file, { throwIfNoEntry: false });
      if (found === undefined) hash = absent;
      else hash = digest(found.isDirectory() ? JSON.stringify(this.hashesIn(file)) : readFileSync(file));
      this.hashes.set(input, hash);
    }
    return hash;
  }

  private hashesIn(folder: string): readonly (readonly [string, string])[] {
    return readdirSync(folder)
      .sort()
      .map((name) => [name, this.hashOf(path.join(folder, name))]);
  }
}

function read(memo: string): Remembered {
  return JSON.parse(readFileSync(memo, "utf8")) as Remembered;
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}

/** Whole or not at all: another run may read the same file at the same time. */
function write(file: string, content: string | Uint8Array): void {
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}
