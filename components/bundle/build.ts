// esbuild's part: entries in, one minified CommonJS file each out, or the reason why a callback cannot be bundled.
import * as path from "node:path";
import { type BuildOptions, build, type Message, type Metafile, type Plugin } from "esbuild";
import { assetFiles } from "./assets";
import { cutCredentialChain, importAtOnce } from "./aws-sdk";
import { chainTo } from "./chain";
import { keepClassNames } from "./class-names";
import { importMeta, requireCommonJs, withModuleUrl } from "./node-modules";
import { buildError, refuseFilesBeside, refusePulumi, virtual } from "./refusals";

/** What one function is made of. */
export interface Entry {
  /** The entry module's text; its imports are relative to the project's root. */
  readonly text: string;
  /** Text of a serialised callback, importable from the entry as `inlineModule`. */
  readonly inline?: string;
  /** Packages that the bundle leaves out. */
  readonly external?: readonly string[];
  /** Files and folders of the project beside the code, by their paths in the archive. */
  readonly assets?: Readonly<Record<string, string>>;
}

export interface Built {
  readonly code: string;
  readonly sourceMap: string;
  /** Every file that went in, relative to the project's root. */
  readonly inputs: readonly string[];
  /** Files beside the code, relative to the project's root, by their paths in the archive. */
  readonly assets: Readonly<Record<string, string>>;
  /** The chain of imports from the entry to a file that went in. */
  readonly chainTo: (input: string) => readonly string[];
}

export const inlineModule = "spillway:inline";

export const buildOptions = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  minify: true,
  // Half the size of the AWS SDK's CommonJS build, and half its start time.
  mainFields: ["module", "main"],
  legalComments: "none",
  charset: "utf8",
  // No comment in the file points to it, so that the same code has the same bytes everywhere.
  sourcemap: "external",
  sourcesContent: false,
} satisfies BuildOptions;

/** Where the files would be, if they were written: what the paths in the source maps are relative to. */
export const outputFolder = path.join(".spillway", "out");

/** Builds all entries in one go. Rejects with an Error for the user when one of them cannot be bundled. */
export async function buildEntries(entries: readonly Entry[], root: string): Promise<Built[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const leftOut = JSON.stringify(entry.external ?? []);
    groups.set(leftOut, [...(groups.get(leftOut) ?? []), entry]);
  }
  const built = new Map<Entry, Built>();
  for (const group of groups.values()) {
    for (const [index, each] of (await buildGroup(group, root)).entries()) built.set(group[index] ?? raise(), each);
  }
  return entries.map((entry) => built.get(entry) ?? raise());
}

/** All of them leave out the same packages. */
async function buildGroup(entries: readonly Entry[], root: string): Promise<Built[]> {
  const { metafile, outputFiles } = await build({
    ...buildOptions,
    define: importMeta,
    external: [...(entries[0]?.external ?? [])],
    absWorkingDir: root,
    entryPoints: entries.map((_, index) => ({ in: `spillway-entry:${index}`, out: `${index}` })),
    outdir: path.join(root, outputFolder),
    write: false as const,
    metafile: true as const,
    logLevel: "silent" as const,
    plugins: [
      virtualEntries(entries, root),
      leavePulumiOut,
      cutCredentialChain,
      requireCommonJs,
      importAtOnce,
      keepClassNames,
    ],
  }).catch((failure: { errors?: readonly Message[] }) => {
    throw failure.errors === undefined ? failure : buildError(failure.errors);
  });
  const texts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
  const outputs = new Map(Object.entries(metafile.outputs).map(([file, output]) => [path.basename(file), output]));
  return entries.map(({ assets = {} }, index) => {
    const entry = `spillway-entry:${index}`;
    const [code, output] = [texts.get(`${index}.js`), outputs.get(`${index}.js`)];
    if (code === undefined || output === undefined) return raise();
    refusePulumi(metafile, output, entry);
    const files = assetFiles(assets, root);
    refuseFilesBeside(metafile, { code, inputs: output.inputs }, { root, entry, assets: Object.keys(files) });
    return {
      ...withModuleUrl(code, texts.get(`${index}.js.map`) ?? ""),
      inputs: inputsOf(metafile, entry),
      assets: files,
      chainTo: (input) => chainTo(metafile.inputs, entry, (imported) => imported.path === input) ?? [input],
    };
  });
}

function raise(): never {
  throw new Error("esbuild gave no file for an entry.");
}

function virtualEntries(entries: readonly Entry[], root: string): Plugin {
  return {
    name: "spillway-entries",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^spillway-entry:\d+$/ }, ({ path: name }) => ({
        path: name.slice("spillway-entry:".length),
        namespace: "spillway-entry",
      }));
      onResolve({ filter: /^spillway:inline$/ }, ({ importer }) => ({ path: importer, namespace: "spillway-inline" }));
      onLoad({ filter: /.*/, namespace: "spillway-entry" }, ({ path: index }) => ({
        contents: entries[Number(index)]?.text ?? "",
        resolveDir: root,
      }));
      onLoad({ filter: /.*/, namespace: "spillway-inline" }, ({ path: index }) => ({
        contents: entries[Number(index)]?.inline ?? "",
        resolveDir: root,
      }));
    },
  };
}

/**
 * Pulumi's packages are not bundled but noted, so that reaching them is refused in milliseconds and not after 15 MB.
 */
const leavePulumiOut: Plugin = {
  name: "spillway-without-pulumi",
  setup({ onResolve }) {
    onResolve({ filter: /^@pulumi\// }, ({ path: name }) => ({ path: name, external: true }));
  },
};

/** All that the entry imports, also what gave no byte: a change may give it some. */
function inputsOf({ inputs }: Metafile, entry: string): string[] {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const { path: imported } of inputs[file]?.imports ?? [])
      if (inputs[imported] !== undefined) reached.add(imported);
  }
  return [...reached].filter((input) => !virtual.test(input)).sort();
}
