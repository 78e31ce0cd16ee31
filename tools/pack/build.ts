// Builds the packages from their sources as they are published: JavaScript and types of all of them in one go, because
// they import each other, and ES modules of what runs in Lambda, because esbuild leaves the unused parts only of those
// out of a bundle.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import ts from "typescript";

/** Sources that esbuild bundles, and what those import. */
const inLambda = ["components/callback.ts", "components/runtime/**/*.ts"];
/** Where a package's ES modules are, below what is built of it. */
export const esModulesFolder = "esm";

/** Folders of the packages that are published, relative to the repository's root. */
export const packageFolders = (root: string): readonly string[] =>
  (JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { readonly workspaces: string[] }).workspaces
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((folder) => isPublished(path.join(root, folder, "package.json")))
    .sort();

/** The examples are workspaces too, and private. */
function isPublished(manifest: string): boolean {
  if (!existsSync(manifest)) return false;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly private?: boolean }).private !== true;
}

/**
 * The folder in which all packages are built, laid out as their sources. What was built of the same sources before is
 * taken as it is. Throws an Error that shows what the compiler finds.
 */
export function build(root: string): string {
  const files = packageFolders(root).flatMap((folder) => sourcesIn(root, folder));
  const hash = hashOf(root, [...files, "package.json", "tsconfig.json"]);
  const kept = path.join(root, ".spillway", "build");
  const target = path.join(kept, hash);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  try {
    const modules = files.filter((file) => file.endsWith(".ts"));
    compile(root, modules, unfinished);
    writeEsModules(root, unfinished);
    for (const file of files.filter((each) => !modules.includes(each))) {
      mkdirSync(path.dirname(path.join(unfinished, file)), { recursive: true });
      copyFileSync(path.join(root, file), path.join(unfinished, file));
    }
    // Another process may have built the same meanwhile.
    if (!existsSync(target)) renameSync(unfinished, target);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  for (const old of readdirSync(kept)) {
    if (old !== hash && !old.includes(".")) rmSync(path.join(kept, old), { recursive: true, force: true });
  }
  return target;
}

const isLeftOut = (folder: string) => /^(node_modules|test|dist)$/.test(folder);

/** Modules, and the files that they read beside themselves. */
function sourcesIn(root: string, folder: string): readonly string[] {
  return globSync("**/*{.ts,.cjs,.default.json,-table.json}", {
    cwd: path.join(root, folder),
    exclude: (each) => isLeftOut(path.basename(each)),
  })
    .map((file) => path.posix.join(folder, file.split(path.sep).join("/")))
    .sort();
}

function hashOf(root: string, files: readonly string[]): string {
  const hash = createHash("sha256").update(ts.version).update(readFileSync(__filename));
  for (const file of files) hash.update(file).update(readFileSync(path.join(root, file)));
  return hash.digest("hex").slice(0, 16);
}

function optionsOf(root: string): ts.CompilerOptions {
  const file = path.join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, root, file).options;
}

function compile(root: string, files: readonly string[], outDir: string): void {
  const options: ts.CompilerOptions = {
    ...optionsOf(root),
    noEmit: false,
    noEmitOnError: true,
    outDir,
    rootDir: root,
    declaration: true,
    stripInternal: true,
    sourceMap: true,
    // The sources themselves are not in the package.
    inlineSources: true,
    types: ["node"],
  };
  const program = ts.createProgram({ rootNames: files.map((file) => path.join(root, file)), options });
  const { diagnostics } = program.emit(undefined, (file, text) =>
    ts.sys.writeFile(file, file.endsWith(".js.map") ? besideItself(text) : text),
  );
  const found = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (found.length === 0) return;
  throw new Error(
    ts.formatDiagnostics(found, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => "\n",
    }),
  );
}

/**
 * A source map that names its source beside it. The source is in the map, and not in the package: relative to the
 * repository, its name would be that of some file of the program that has installed the package.
 */
function besideItself(map: string): string {
  const { sources, ...rest } = JSON.parse(map) as { readonly sources: readonly string[] };
  return JSON.stringify({ ...rest, sources: sources.map((source) => path.posix.basename(source)) });
}

function writeEsModules(root: string, target: string): void {
  const options = { ...optionsOf(root), module: ts.ModuleKind.ESNext, sourceMap: true, inlineSources: true };
  const files = new Set(inLambda.flatMap((pattern) => globSync(pattern, { cwd: root })));
  for (const file of files) {
    const fileName = path.join(root, file);
    const text = readFileSync(fileName, "utf8");
    const { outputText, sourceMapText = "" } = ts.transpileModule(text, { fileName, compilerOptions: options });
    const [folder = "", ...rest] = file.split("/");
    const built = path.join(target, folder, esModulesFolder, ...rest).replace(/\.ts$/, ".js");
    mkdirSync(path.dirname(built), { recursive: true });
    writeFileSync(built, outputText);
    writeFileSync(`${built}.map`, besideItself(sourceMapText));
    for (const { fileName: imported } of ts.preProcessFile(outputText).importedFiles) {
      if (imported.startsWith(".")) files.add(`${path.posix.join(path.posix.dirname(file), imported)}.ts`);
    }
  }
}
