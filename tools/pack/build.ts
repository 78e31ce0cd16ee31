// Builds the packages from their sources as they are published, unless the same was built before.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import * as path from "node:path";
import { version } from "typescript/package.json";

/** Where a package's ES modules are, below what is built of it. */
export const esModulesFolder = "esm";
/** The modules that decide what is built of the same sources. */
const builders = ["build.ts", "compile.ts"].map((name) => path.join(__dirname, name));

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
    // The compiler is loaded only where something is compiled: npm runs this once for each package.
    const { compile, writeEsModules }: typeof import("./compile") = require("./compile");
    compile(root, modules, unfinished);
    writeEsModules(root, unfinished, esModulesFolder);
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
  const hash = createHash("sha256").update(version);
  for (const file of builders) hash.update(readFileSync(file));
  for (const file of files) hash.update(file).update(readFileSync(path.join(root, file)));
  return hash.digest("hex").slice(0, 16);
}
