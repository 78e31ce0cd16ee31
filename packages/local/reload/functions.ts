// The program's functions by the files of their bundles: which functions a change concerns, and their new bundles.
import * as path from "node:path";
import type { GraphResource } from "@spillway/graph";
import type { Entry } from "spillway/bundle/build";
import { type Bundle, BundleCache } from "spillway/bundle/cache";
import { makeBundles } from "spillway/bundle/make";
import { BuildError } from "spillway/bundle/refusals";
import { archiveIn } from "./differences";

export interface WatchedFunction {
  /** The physical name, which Lambda knows. */
  readonly functionName: string;
  /** The logical name, as given in the program. */
  readonly name: string;
  /** Absolute path of the archive that runs. */
  readonly archive: string;
  /**
   * The entries that the archive is made of. There are several if callbacks have the same bundle, and none if it is not
   * a bundle of this library.
   */
  readonly entries: readonly Entry[];
  /** The absolute paths of all files in the bundle. */
  readonly inputs: ReadonlySet<string>;
}

export interface Rebuilt {
  /** Functions whose bytes differ from those that run. */
  readonly replaced: readonly { readonly watched: WatchedFunction; readonly bundle: Bundle }[];
  readonly unchanged: readonly WatchedFunction[];
  /** The functions that could not be built, by the message that says why. */
  readonly failed: ReadonlyMap<string, readonly WatchedFunction[]>;
  /** Functions for which only an evaluation of the program shows what they are made of now. */
  readonly unclear: readonly WatchedFunction[];
}

export class WatchedFunctions {
  #functions: readonly WatchedFunction[] = [];
  /** The physical names of the functions that could not be built. They are built again at each change. */
  readonly #broken = new Set<string>();
  /** Files in which the build failed. */
  #faulty: readonly string[] = [];
  readonly #settings: string;

  constructor(readonly root: string) {
    this.#settings = new BundleCache(root).settings;
  }

  get areBroken(): boolean {
    return this.#broken.size > 0;
  }

  /** Every file whose change concerns a function. */
  get inputs(): ReadonlySet<string> {
    return new Set([...this.#functions.flatMap(({ inputs }) => [...inputs]), ...this.#faulty]);
  }

  /** Takes over the functions of the evaluated program. */
  update(resources: readonly GraphResource[]): void {
    const remembered = new BundleCache(this.root).list();
    this.#broken.clear();
    this.#faulty = [];
    this.#functions = resources.flatMap((resource) => {
      const relative = archiveIn(resource);
      if (relative === undefined) return [];
      const archive = path.resolve(this.root, relative);
      const made = remembered.filter(({ bundle }) => bundle.archive === archive);
      const current = made.filter(({ isUnchanged }) => isUnchanged);
      const possible = current.length > 0 ? current : made;
      return {
        functionName: String(resource.outputs.name),
        name: resource.name,
        archive,
        entries: possible.map(({ entry }) => entry),
        inputs: this.#absolute(possible.flatMap(({ bundle }) => bundle.inputs)),
      };
    });
  }

  /** Builds the functions that the change concerns. From then on the functions are those in `replaced`. */
  async rebuild(changed: ReadonlySet<string>): Promise<Rebuilt> {
    const concerned = this.#functions.filter(
      ({ functionName, inputs }) => this.#broken.has(functionName) || [...changed].some((file) => inputs.has(file)),
    );
    const cache = new BundleCache(this.root);
    // This process still has the bundler and the settings of its start.
    if (cache.settings !== this.#settings) {
      return { replaced: [], unchanged: [], failed: new Map(), unclear: concerned };
    }
    const entries = concerned.flatMap((each) => each.entries);
    const results = await makeBundles(entries, cache, this.root);
    const resultOf = new Map(entries.map((entry, index) => [entry, results[index]]));

    const replaced: { watched: WatchedFunction; bundle: Bundle }[] = [];
    const unchanged: WatchedFunction[] = [];
    const failed = new Map<string, WatchedFunction[]>();
    const unclear: WatchedFunction[] = [];
    this.#faulty = [];
    for (const watched of concerned) {
      const { functionName } = watched;
      const [made, ...others] = watched.entries.map((entry) => resultOf.get(entry));
      this.#broken.delete(functionName);
      if (made === undefined || others.some((other) => !isSameResult(made, other)) || isOutdated(made)) {
        unclear.push(watched);
      } else if (made instanceof Error) {
        this.#broken.add(functionName);
        if (made instanceof BuildError) this.#faulty = [...this.#faulty, ...this.#absolute(made.files)];
        failed.set(made.message, [...(failed.get(made.message) ?? []), watched]);
      } else {
        const now = { ...watched, archive: made.archive, inputs: this.#absolute(made.inputs) };
        this.#functions = this.#functions.map((each) => (each === watched ? now : each));
        if (made.archive === watched.archive) unchanged.push(now);
        else replaced.push({ watched: now, bundle: made });
      }
    }
    return { replaced, unchanged, failed, unclear };
  }

  find(functionName: string): WatchedFunction | undefined {
    return this.#functions.find((each) => each.functionName === functionName);
  }

  #absolute(files: Iterable<string>): Set<string> {
    return new Set([...files].map((file) => path.resolve(this.root, file)));
  }
}

function isSameResult(one: Bundle | Error, other: Bundle | Error | undefined): boolean {
  if (one instanceof Error || other === undefined || other instanceof Error) return false;
  return one.archive === other.archive;
}

/** The entry imports something that no longer exists. The program may import it under another name now. */
const isOutdated = (made: Bundle | Error) => made instanceof BuildError && made.inEntry;
