// Why a callback cannot be bundled, in words for the user: what esbuild refuses, what reaches Pulumi, and files that
// stay behind.
import { existsSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { formatMessagesSync, type Message, type Metafile } from "esbuild";
import { chainTo } from "./chain";

/** Modules that are no files. */
export const virtual = /^spillway-[\w-]+:/;

/** esbuild refuses an entry. */
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

const outside =
  "name the package in `external` and put it, built for Linux on arm64, into the archive with `assets`: { " +
  '"node_modules/<package>": … }.';

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /top-level await/i,
    "Move the await into the callback's factory or into the callback: a bundle for Lambda is CommonJS.",
  ],
  [
    /No loader is configured for "\.node"/,
    `Native addons cannot be bundled: use a package written in JavaScript or WebAssembly, or ${outside}`,
  ],
  [
    /No loader is configured for "\.wasm"/,
    "WebAssembly is not bundled: read the file beside the code (`readFileSync(path.join(__dirname, …))`) and put " +
      "it into the archive with `assets`.",
  ],
  [
    /No loader is configured for/,
    "The file is no code: read it beside the code (`readFileSync(path.join(__dirname, …))`) and put it into the " +
      "archive with `assets`.",
  ],
  [
    /Private name "#.*must be declared/,
    "An inline callback captures a class with private members, or an instance of one, and they stay behind: export " +
      "the callback from a module of its own, which is bundled from its source.",
  ],
  [/Could not resolve/, "Install the package, or correct the path."],
];

export function buildError(errors: readonly Message[]): BuildError {
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

/** Throws an Error for a bundle that imports a package of Pulumi's. */
export function refusePulumi({ inputs }: Metafile, output: Metafile["outputs"][string], entry: string): void {
  const isPulumi = (imported: { readonly path: string; readonly external?: boolean }) =>
    imported.external === true && imported.path.startsWith("@pulumi/");
  const reached = output.imports.find(isPulumi);
  if (reached === undefined) return;
  const chain = chainTo(inputs, entry, isPulumi) ?? [reached.path];
  throw new Error(
    `its module reaches ${reached.path}, which would run the program inside Lambda:\n${shownChain(chain)}\n` +
      "  Move the callback, and what it needs, into a module that does not import Pulumi, and hand resources over " +
      "as bindings.",
  );
}

export const shownChain = (chain: readonly string[]) => `    ${chain.join("\n    → ")}`;

/** Ways to name a file beside the code. The groups are the file's name, whole or in pieces. */
const besides: readonly RegExp[] = [
  /\b(?:__dirname|import\.meta\.dirname)\s*,\s*((?:["'][^"'\n]+["']\s*,?\s*)+)\)/g,
  /\b(?:__dirname|import\.meta\.dirname)\s*\+\s*(["'][^"'\n]+["'])/g,
  /\$\{(?:__dirname|import\.meta\.dirname)\}([^`$\n]+)`/g,
  /\bnew URL\(\s*(["'][^"'\n]+["'])\s*,\s*import\.meta\.url\b/g,
];

/** An ES module that creates its own `require`, and a call of it. esbuild does not follow such a call. */
const createsRequire = /\bcreateRequire\(\s*import\.meta\.url\s*\)/;
const ownRequire = /(?:\b\w*require\w*(?:\.resolve)?|\bcreateRequire\([^()]*\))\(\s*(["']\.[^"'\n]+["'])\s*\)/gi;

/**
 * Throws an Error for a bundle whose code reads a file beside its source, which is not beside the bundle: nobody would
 * know until it is read. Only what the bundle still names counts, and not a package's own package.json, which is read
 * for a version.
 */
export function refuseFilesBeside(
  { inputs }: Metafile,
  output: { readonly code: string; readonly inputs: Metafile["outputs"][string]["inputs"] },
  { root, entry, assets }: { readonly root: string; readonly entry: string; readonly assets: readonly string[] },
): void {
  if (!/\b__dirname\b|\bspillwayModuleUrl\b/.test(output.code)) return;
  for (const [source, { bytesInOutput }] of Object.entries(output.inputs)) {
    if (bytesInOutput === 0 || virtual.test(source)) continue;
    for (const name of filesBeside(path.join(root, source))) {
      const last = path.posix.basename(name);
      if (!output.code.includes(last) || last === "package.json" || isIn(assets, name)) continue;
      const chain = chainTo(inputs, entry, (imported) => imported.path === source) ?? [source];
      throw new Error(
        `its code reads ${name} beside itself, and the archive holds the code alone:\n${shownChain(chain)}\n` +
          "  Put the file into the archive where the code looks for it, with assets: { " +
          `${JSON.stringify(path.posix.normalize(name))}: ` +
          `${JSON.stringify(
            path
              .relative(root, path.join(root, path.dirname(source), name))
              .split(path.sep)
              .join("/"),
          )} }.`,
      );
    }
  }
}

/** The file itself, or what is in the folder of that name. */
const isIn = (assets: readonly string[], name: string) =>
  assets.some((asset) => `${asset}/`.startsWith(`${path.posix.normalize(name)}/`));

function filesBeside(source: string): readonly string[] {
  if (!existsSync(source)) return [];
  const text = readFileSync(source, "utf8");
  return [...besides, ...(createsRequire.test(text) ? [ownRequire] : [])]
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(([, given = ""]) => {
      const pieces = [...given.matchAll(/["']([^"'\n]+)["']/g)].map(([, piece = ""]) => piece);
      return (pieces.length > 0 ? path.posix.join(...pieces) : given).replace(/^\//, "");
    })
    .filter((name) => {
      const file = path.join(path.dirname(source), name);
      // The folder itself is asked for to make paths that are only known when the code runs.
      return (
        !/^\.{1,2}$/.test(path.basename(path.normalize(name))) &&
        statSync(file, { throwIfNoEntry: false }) !== undefined
      );
    });
}
