// esbuild's part: entries in, one minified CommonJS file each out, or the reason why a callback cannot be bundled.
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import {
  type BuildOptions,
  build,
  formatMessagesSync,
  type Message,
  type Metafile,
  type Plugin,
  transform,
} from "esbuild";
import { cutCredentialChain, importAtOnce } from "./aws-sdk";
import { pulumiChain } from "./chain";

/** What one function is made of. */
export interface Entry {
  /** The entry module's text; its imports are relative to the project's root. */
  readonly text: string;
  /** Text of a serialised callback, importable from the entry as `inlineModule`. */
  readonly inline?: string;
}

export interface Built {
  readonly code: string;
  readonly sourceMap: string;
  /** Every file that went in, relative to the project's root. */
  readonly inputs: readonly string[];
}

/** esbuild refuses an entry; for the user. */
export class BuildError extends Error {
  constructor(
    message: string,
    /** The files in which esbuild found something wrong, relative to the project's root. */
    readonly files: readonly string[],
    /** Whether an entry itself is wrong: what it imports is no longer there. */
    readonly inEntry: boolean,
  ) {
    super(message);
  }
}

export const inlineModule = "spillway:inline";

/** Modules that are no files. */
const virtual = /^spillway-[\w-]+:/;

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

/** Builds all entries in one go. Rejects with an Error for the user when one of them cannot be bundled. */
export async function buildEntries(entries: readonly Entry[], root: string): Promise<Built[]> {
  const result = await build({
    ...buildOptions,
    absWorkingDir: root,
    entryPoints: entries.map((_, index) => ({ in: `spillway-entry:${index}`, out: `${index}` })),
    outdir: path.join(root, ".spillway", "out"),
    write: false as const,
    metafile: true as const,
    logLevel: "silent" as const,
    plugins: [virtualEntries(entries, root), leavePulumiOut, cutCredentialChain, importAtOnce, keepClassNames],
  }).catch((failure: { errors?: readonly Message[] }) => {
    throw failure.errors === undefined ? failure : buildError(failure.errors);
  });
  const outputs = new Map(result.outputFiles.map((file) => [path.basename(file.path), file.text]));
  return entries.map((_, index) => {
    refusePulumi(result.metafile, `${index}`);
    return {
      code: outputs.get(`${index}.js`) ?? "",
      sourceMap: outputs.get(`${index}.js.map`) ?? "",
      inputs: inputsOf(result.metafile, `${index}`),
    };
  });
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

/** Pulumi's packages are not bundled but noted, so that reaching them is refused in milliseconds and not after 15 MB. */
const leavePulumiOut: Plugin = {
  name: "spillway-without-pulumi",
  setup({ onResolve }) {
    onResolve({ filter: /^@pulumi\// }, ({ path: name }) => ({ path: name, external: true }));
  },
};

/**
 * Keeps the names of the program's own classes, so that a dead letter says `PaymentDeclined` and not `n`. For everything, as
 * esbuild's keepNames, it would cost 24 KB; functions lose theirs, since naming them would keep unused ones in the bundle.
 */
const keepClassNames: Plugin = {
  name: "spillway-class-names",
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?tsx?$/ }, async ({ path: file }) => {
      if (file.split(path.sep).includes("node_modules")) return undefined;
      const source = await readFile(file, "utf8");
      if (!/\bclass\b/.test(source)) return undefined;
      const named = await transform(source, {
        loader: file.endsWith("x") ? "tsx" : "ts",
        target: buildOptions.target,
        keepNames: true,
        sourcemap: "inline",
        sourcefile: path.basename(file),
      });
      return { contents: named.code.replace(/^__name\((\w+), "\1"\);$/gm, ""), loader: "js" };
    });
  },
};

/** All that the entry imports, also what gave no byte: a change may give it some. */
function inputsOf({ inputs }: Metafile, index: string): string[] {
  const reached = new Set([`spillway-entry:${index}`]);
  for (const file of reached) {
    for (const { path: imported } of inputs[file]?.imports ?? [])
      if (inputs[imported] !== undefined) reached.add(imported);
  }
  return [...reached].filter((input) => !virtual.test(input)).sort();
}

function refusePulumi(metafile: Metafile, index: string): void {
  const output = Object.entries(metafile.outputs).find(([file]) => path.basename(file) === `${index}.js`)?.[1];
  const reached = output?.imports.find((imported) => imported.external && imported.path.startsWith("@pulumi/"));
  if (reached === undefined) return;
  const chain = pulumiChain(metafile.inputs, `spillway-entry:${index}`) ?? [reached.path];
  throw new Error(
    `its module reaches ${reached.path}, which would run the program inside Lambda:\n    ${chain.join("\n    → ")}\n` +
      "  Move the callback, and what it needs, into a module that does not import Pulumi, and hand resources over as bindings.",
  );
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /top-level await/i,
    "Move the await into the callback's factory or into the callback: a bundle for Lambda is CommonJS.",
  ],
  [
    /No loader is configured for "\.node"/,
    "Native addons cannot be bundled; use a package written in JavaScript or WebAssembly.",
  ],
  [/Could not resolve/, "Install the package, or correct the path."],
];

function buildError(errors: readonly Message[]): BuildError {
  const files = errors.flatMap(({ location }) => location?.file ?? []);
  const inEntry = files.some((file) => file.startsWith("spillway-entry:"));
  return new BuildError(
    explain(errors),
    files.filter((file) => !virtual.test(file)),
    inEntry,
  );
}

function explain(errors: readonly Message[]): string {
  const text = formatMessagesSync([...errors], { kind: "error", color: false })
    .join("")
    .trim();
  const hint = hints.find(([pattern]) => errors.some((error) => pattern.test(error.text)))?.[1];
  return `esbuild refuses it:\n${text}${hint === undefined ? "" : `\n  ${hint}`}`;
}
