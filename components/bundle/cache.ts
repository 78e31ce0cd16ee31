// Bundles kept under the content they were made of, so that an unchanged callback costs only the hashing of its files.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { version as esbuildVersion } from "esbuild";
import { archiveOf } from "./archive";
import type { Built, Entry } from "./build";

export interface Bundle {
  /** Absolute path of the archive that is uploaded. */
  readonly archive: string;
  /** Absolute path of the source map of the one file in it. */
  readonly sourceMap: string;
}

interface Remembered {
  readonly inputs: Readonly<Record<string, string>>;
  readonly hash: string;
}

/** What decides how modules are found and compiled, besides the modules and this folder. */
const settingsFiles = ["package.json", "package-lock.json", "tsconfig.json"];

export class BundleCache {
  private readonly folder: string;
  private readonly hashes = new Map<string, string>();
  private readonly common: string;

  constructor(private readonly root: string) {
    this.folder = path.join(root, ".spillway", "bundles");
    mkdirSync(this.folder, { recursive: true });
    const builder = readdirSync(__dirname)
      .sort()
      .map((file) => path.join(__dirname, file));
    this.common = JSON.stringify([esbuildVersion, [...settingsFiles, ...builder].map((file) => this.hashOf(file))]);
  }

  find(entry: Entry): Bundle | undefined {
    const file = this.memoOf(entry);
    if (!existsSync(file)) return undefined;
    const { inputs, hash } = JSON.parse(readFileSync(file, "utf8")) as Remembered;
    const bundle = this.bundleOf(hash);
    const unchanged = Object.entries(inputs).every(([input, before]) => this.hashOf(input) === before);
    return unchanged && existsSync(bundle.archive) && existsSync(bundle.sourceMap) ? bundle : undefined;
  }

  keep(entry: Entry, built: Built): Bundle {
    const archive = archiveOf({ "index.js": built.code });
    const hash = digest(archive);
    const bundle = this.bundleOf(hash);
    write(bundle.archive, archive);
    write(bundle.sourceMap, built.sourceMap);
    const inputs = Object.fromEntries(built.inputs.map((input) => [input, this.hashOf(input)]));
    write(this.memoOf(entry), JSON.stringify({ inputs, hash } satisfies Remembered));
    return bundle;
  }

  private bundleOf(hash: string): Bundle {
    return { archive: path.join(this.folder, `${hash}.zip`), sourceMap: path.join(this.folder, `${hash}.js.map`) };
  }

  private memoOf(entry: Entry): string {
    return path.join(this.folder, `${digest(JSON.stringify([this.common, entry]))}.json`);
  }

  private hashOf(input: string): string {
    let hash = this.hashes.get(input);
    if (hash === undefined) {
      const file = path.resolve(this.root, input);
      hash = existsSync(file) ? digest(readFileSync(file)) : "absent";
      this.hashes.set(input, hash);
    }
    return hash;
  }
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
