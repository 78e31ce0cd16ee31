// Watches single files through their folders, so that a file that is replaced by another one of the same name is still
// seen.
import { createHash } from "node:crypto";
import { type FSWatcher, readFileSync, watch } from "node:fs";
import * as path from "node:path";

export interface FilesSettings {
  /** Below this folder, a folder that is removed and created again is watched again. */
  readonly root: string;
  /** `since` is when the first of these files was touched, by `performance.now()`. */
  onChange(files: readonly string[], since: number): void;
  onProblem(message: string): void;
}

/**
 * Milliseconds without an event after which a change is complete. An editor writes a file, or renames its new version,
 * within a few milliseconds.
 */
const quiet = 25;
/** The same for a file that is missing or empty, because a program is probably just replacing it. */
const patience = 150;
/** The same for packages, because an installation replaces many files. */
const installation = 1000;

const source = /\.([cm]?[jt]sx?|json)$/;

export class Files {
  /** The watched names by folder: those of files, and those of folders on the way to them. */
  readonly #names = new Map<string, Set<string>>();
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #contents = new Map<string, string>();
  readonly #touched = new Set<string>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #waited = false;
  #closed = false;
  #hasFailed = false;
  /**
   * Treats a change of any source file in a watched folder as one of a watched file, because a missing file may have
   * appeared.
   */
  expectsNew = false;

  constructor(readonly settings: FilesSettings) {}

  /** Absolute paths. Files that are watched already stay as they are. */
  add(files: Iterable<string>): void {
    for (const file of files) {
      if (this.#contents.has(file)) continue;
      this.#contents.set(file, contentOf(file));
      this.#addName(file);
    }
    this.#open();
  }

  /** Checks files that may have changed before they were watched. */
  touch(files: readonly string[]): void {
    for (const file of files) {
      this.#contents.delete(file);
      this.#touched.add(file);
    }
    if (files.length > 0) this.#wait();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #addName(file: string): void {
    const folder = path.dirname(file);
    const names = this.#names.get(folder);
    if (names !== undefined) {
      names.add(path.basename(file));
      return;
    }
    this.#names.set(folder, new Set([path.basename(file)]));
    // The parents are watched too, up to the folder that the root and the file share.
    const isAbove = this.settings.root === folder || this.settings.root.startsWith(folder + path.sep);
    if (!isAbove && path.dirname(folder) !== folder) this.#addName(folder);
  }

  #open(): void {
    // Parents come first, so that a folder that appears in the meantime is seen by its watched parent.
    for (const folder of [...this.#names.keys()].sort()) {
      if (this.#closed || this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, (event, name) => this.#heard(folder, event, name));
        this.#watchers.set(folder, watcher);
        watcher.on("error", () => this.#drop(folder));
      } catch (error) {
        // The folder is watched again when its parent reports that it is back.
        if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
        // If one folder cannot be watched, hundreds cannot, because the system's limit is reached. One message is
        // enough.
        if (!this.#hasFailed) this.settings.onProblem(`${folder} cannot be watched: ${(error as Error).message}`);
        this.#hasFailed = true;
      }
    }
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #heard(folder: string, event: string, name: string | null): void {
    if (this.#closed) return;
    const names = this.#names.get(folder) ?? new Set();
    if (name === null) {
      for (const each of names) this.#touched.add(path.join(folder, each));
    } else if (names.has(name)) {
      const touched = path.join(folder, name);
      if (!this.#names.has(touched)) this.#touched.add(touched);
      else if (event === "rename") this.#renew(touched);
      else return;
    } else if (!this.expectsNew || !source.test(name)) {
      return;
    }
    this.#wait();
  }

  /** A watched folder was removed or created. Everything that is watched below it may be new. */
  #renew(folder: string): void {
    const isBelow = (each: string) => each === folder || each.startsWith(folder + path.sep);
    for (const each of [...this.#watchers.keys()].filter(isBelow)) this.#drop(each);
    for (const file of this.#contents.keys()) if (isBelow(file)) this.#touched.add(file);
    this.#open();
  }

  #wait(milliseconds = [...this.#touched].some(isOfPackage) ? installation : quiet): void {
    if (this.#since === 0) this.#since = performance.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), milliseconds);
  }

  #settle(): void {
    const contents = new Map([...this.#touched].map((file) => [file, contentOf(file)]));
    if (!this.#waited && [...contents.values()].some((content) => content === "" || content === absent)) {
      this.#waited = true;
      this.#wait(patience);
      return;
    }
    const changed = [...contents].filter(([file, content]) => this.#contents.get(file) !== content);
    for (const [file, content] of changed) this.#contents.set(file, content);
    const since = this.#since;
    this.#touched.clear();
    this.#waited = false;
    this.#since = 0;
    if (changed.length === 0 && !this.expectsNew) return;
    this.settings.onChange(
      changed.map(([file]) => file),
      since,
    );
  }
}

const absent = "absent";

/** A digest of the content. Empty for an empty file. */
function contentOf(file: string): string {
  try {
    const bytes = readFileSync(file);
    return bytes.length === 0 ? "" : createHash("sha256").update(bytes).digest("base64");
  } catch {
    return absent;
  }
}

const isOfPackage = (file: string) => file.split(path.sep).includes("node_modules");
