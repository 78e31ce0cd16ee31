// Compiles the packages as they are published: JavaScript and types of all of them in one go, because they import each
// other, and ES modules of what runs in Lambda, because esbuild leaves the unused parts only of those out of a bundle.
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import ts from "typescript";

/** Sources that esbuild bundles, and what those import. */
const inLambda = ["components/callback.ts", "components/runtime/**/*.ts"];

function optionsOf(root: string): ts.CompilerOptions {
  const file = path.join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, root, file).options;
}

export function compile(root: string, files: readonly string[], outDir: string): void {
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

/** `esModules`: the folder, below what is built of a package. */
export function writeEsModules(root: string, target: string, esModules: string): void {
  const options = { ...optionsOf(root), module: ts.ModuleKind.ESNext, sourceMap: true, inlineSources: true };
  const files = new Set(inLambda.flatMap((pattern) => globSync(pattern, { cwd: root })));
  for (const file of files) {
    const fileName = path.join(root, file);
    const text = readFileSync(fileName, "utf8");
    const { outputText, sourceMapText = "" } = ts.transpileModule(text, { fileName, compilerOptions: options });
    const [folder = "", ...rest] = file.split("/");
    const built = path.join(target, folder, esModules, ...rest).replace(/\.ts$/, ".js");
    mkdirSync(path.dirname(built), { recursive: true });
    writeFileSync(built, outputText);
    writeFileSync(`${built}.map`, besideItself(sourceMapText));
    for (const { fileName: imported } of ts.preProcessFile(outputText).importedFiles) {
      if (imported.startsWith(".")) files.add(`${path.posix.join(path.posix.dirname(file), imported)}.ts`);
    }
  }
}
