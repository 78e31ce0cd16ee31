// Turns a package's folder into what is published, before npm packs it: run by the script `prepack` of each package,
// and undone by `postpack`.
import { spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { build, esModulesFolder } from "./build";
import { builtFolder, type Manifest, publishedManifest, sourcesIn } from "./manifest";
import { packTemplates } from "./templates";

const root = path.resolve(__dirname, "..", "..");
const folder = process.cwd();
const restore = path.join(__dirname, "restore.cjs");

function prepare(): void {
  const built = path.join(build(root), path.relative(root, folder));
  const target = path.join(folder, builtFolder);
  rmSync(target, { recursive: true, force: true });
  cpSync(built, target, { recursive: true });
  copyFileSync(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  const file = path.join(folder, "package.json");
  const kept = `${file}.source`;
  if (!existsSync(kept)) copyFileSync(file, kept);
  const manifest: Manifest = JSON.parse(readFileSync(kept, "utf8"));
  if (manifest.name === "create-spillway") packTemplates(root, path.join(target, "templates"));
  const esModuleOf = (source: string) => {
    const esModule = path.posix.join(esModulesFolder, source.replace(/\.ts$/, ".js"));
    return existsSync(path.join(target, esModule)) ? esModule : undefined;
  };
  const sources = sourcesIn(process.env, path.relative(root, folder).split(path.sep).join("/"));
  writeFileSync(file, `${JSON.stringify(publishedManifest(manifest, esModuleOf, sources), undefined, 2)}\n`);
  // An interrupted npm does not run `postpack`: then this restores the folder in its place.
  const written = String(statSync(file).mtimeMs);
  spawn(process.execPath, [restore, written], { cwd: folder, detached: true, stdio: "ignore" }).unref();
}

try {
  prepare();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
