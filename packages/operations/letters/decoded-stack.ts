// The stack of a dead letter in places of the sources, if the source map of its bundle is on this machine. Lambda has
// no source map, so that the frames in a reason are places in the bundle.
import { existsSync, globSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import * as path from "node:path";
import { bundleOfArchive } from "spillway/bundle/bundle-hash";
import { trimStack } from "spillway/bundle/frames";
import type { Reason } from "./letter";

/** Where the bundles of a project are, with their source maps, below its folder. */
const bundlesFolder = path.join(".spillway", "bundles");
const placeInBundle = /^(\s*at .*?\(?)\S*?\bindex\.js:(\d+):(\d+)(\)?)$/;

/**
 * Decodes stacks with the source maps of the project around `folder`. Places without one stay as they are. Frames that
 * say nothing of the user's code are left out, and a stack without others is none.
 */
export class StackDecoder {
  readonly #folder: string | undefined;
  /** Source maps by the hash of their bundle; read when the first stack needs one. */
  #files: ReadonlyMap<string, string> | undefined;

  constructor(folder: string) {
    this.#folder = projectAround(path.resolve(folder));
  }

  decode(reason: Pick<Reason, "stack" | "bundle">): string | undefined {
    const stack = this.#inSources(reason);
    return stack === undefined ? undefined : trimStack(stack) || undefined;
  }

  #inSources({ stack, bundle }: Pick<Reason, "stack" | "bundle">): string | undefined {
    if (stack === undefined || bundle === undefined || this.#folder === undefined) return stack;
    const lines = stack.split("\n");
    if (!lines.some((line) => placeInBundle.test(line))) return stack;
    this.#files ??= sourceMapsIn(path.join(this.#folder, bundlesFolder));
    const file = this.#files.get(bundle);
    if (file === undefined) return stack;
    const root = this.#folder;
    const map = new SourceMap(JSON.parse(readFileSync(file, "utf8")));
    return lines.map((line) => decodedLine(line, map, (source) => relative(source, file, root))).join("\n");
  }
}

function projectAround(folder: string): string | undefined {
  if (existsSync(path.join(folder, bundlesFolder))) return folder;
  const above = path.dirname(folder);
  return above === folder ? undefined : projectAround(above);
}

function sourceMapsIn(folder: string): ReadonlyMap<string, string> {
  const found = globSync("*.zip", { cwd: folder }).flatMap((name): [string, string][] => {
    const archive = path.join(folder, name);
    const sourceMap = archive.replace(/\.zip$/, ".js.map");
    try {
      return existsSync(sourceMap) ? [[bundleOfArchive(readFileSync(archive)), sourceMap]] : [];
    } catch {
      // Another archive, or one that is being written.
      return [];
    }
  });
  return new Map(found);
}

function decodedLine(line: string, map: SourceMap, place: (source: string) => string): string {
  const [, before = "", row = "", column = "", after = ""] = placeInBundle.exec(line) ?? [];
  if (row === "") return line;
  const entry = map.findEntry(Number(row) - 1, Number(column) - 1);
  if (!("originalSource" in entry)) return line;
  return `${before}${place(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}${after}`;
}

/** The source as seen from the project's folder. */
function relative(source: string, sourceMap: string, root: string): string {
  const file = source.startsWith("file:") ? new URL(source).pathname : source;
  return path.relative(root, path.resolve(path.dirname(sourceMap), file));
}
