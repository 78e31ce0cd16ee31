// The packages as npm packs them, from a copy of the repository, whose own files stay as they are meanwhile.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { packageFolders } from "../../tools/pack/build";
import { makePackedFolder } from "./packed-folder";

export const root = path.resolve(__dirname, "..", "..");
/** Milliseconds; a busy machine may take minutes to compile all packages. */
const patience = 600_000;

export interface Packed {
  /** Where the copy of the repository is, and folders of programs may be. */
  readonly folder: string;
  /** Of each package, by its name: the file that npm made. */
  readonly files: ReadonlyMap<string, string>;
}

let packing: Promise<Packed> | undefined;

/** Packs once for all tests of this process. The folder is removed at the end of the run. */
export function pack(): Promise<Packed> {
  packing ??= packAll();
  return packing;
}

async function packAll(): Promise<Packed> {
  const folder = makePackedFolder();
  const copy = path.join(folder, "repository");
  copyRepository(copy);
  await run("npm", ["pack", "--workspaces", "--silent", "--pack-destination", folder], copy);
  const packages = packageFolders(root).map((each): Manifest => read(path.join(root, each, "package.json")));
  const files = packages.map(({ name, version }): [string, string] => [
    name,
    path.join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`),
  ]);
  return { folder, files: new Map(files) };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}
const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));

/** With links of its own to its packages, and to everything else that is installed. */
function copyRepository(copy: string): void {
  const isCopied = (file: string) => !/[\\/](node_modules|\.spillway|dist)$/.test(file);
  for (const name of ["package.json", "tsconfig.json", "LICENSE", "tools", "templates", ...packageFolders(root)]) {
    cpSync(path.join(root, name), path.join(copy, name), { recursive: true, filter: isCopied });
  }
  const installed = path.join(root, "node_modules");
  const modules = path.join(copy, "node_modules");
  mkdirSync(path.join(modules, "@spillway"), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (!/^(\.|@?spillway$|create-spillway$)/.test(name))
      symlinkSync(path.join(installed, name), path.join(modules, name), "junction");
  }
  for (const folder of packageFolders(root)) {
    const { name }: Manifest = read(path.join(root, folder, "package.json"));
    symlinkSync(path.join(copy, folder), path.join(modules, name), "junction");
  }
  // What was built of the same sources before is built once.
  mkdirSync(path.join(root, ".spillway", "build"), { recursive: true });
  mkdirSync(path.join(copy, ".spillway"));
  symlinkSync(path.join(root, ".spillway", "build"), path.join(copy, ".spillway", "build"), "junction");
}

/**
 * The environment of somebody's shell: this Node, and nothing of the npm that has started the tests, nor of what this
 * repository has installed.
 */
export function shellEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cache)$/i.test(name),
  );
  const elsewhere = (process.env.PATH ?? "").split(path.delimiter).filter((each) => !each.startsWith(root));
  return { ...Object.fromEntries(kept), PATH: [path.dirname(process.execPath), ...elsewhere].join(path.delimiter) };
}

/** What a command writes. Rejects with all of it where the command fails. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const options = { cwd, env: shellEnvironment(), timeout: patience, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(command, args, options);
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(" ")} failed in ${cwd}:\n${stdout}\n${stderr}`, { cause: error });
  }
}
