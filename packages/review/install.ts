// The packages of the base commit: those of the working tree where both lock files are the same, otherwise an
// installation that is kept for the next review.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import * as path from "node:path";
import { command } from "./command";

const installTimeout = 10 * 60_000;
/** An installation takes several hundred megabytes. */
const kept = 2;
/** Lock files of npm and pnpm; a project has one of them. */
const locks = ["package-lock.json", "pnpm-lock.yaml"] as const;
/** Files that decide what is installed, besides the lock file. */
const settings = [".npmrc"];

/**
 * Files in which package managers record what is installed:
 * https://docs.npmjs.com/cli/configuring-npm/package-lock-json#hidden-lockfiles
 */
interface Lock {
  readonly packages?: Readonly<
    Record<
      string,
      { readonly version?: string; readonly optional?: boolean; readonly link?: boolean; readonly resolved?: string }
    >
  >;
}

/**
 * Whether the installed packages are those of the lock file. If so, they serve another checkout with the same lock
 * file. Optional packages for other machines may be missing.
 */
export function isInstalled(root: string): boolean {
  const ofPnpm = textOf(root, "pnpm-lock.yaml");
  // pnpm keeps a copy of the lock file that it has installed.
  if (ofPnpm !== "") return ofPnpm === textOf(root, "node_modules", ".pnpm", "lock.yaml");
  const [wanted, found] = [lockOf(root, "package-lock.json"), lockOf(root, "node_modules", ".package-lock.json")];
  if (wanted?.packages === undefined || found?.packages === undefined) return false;
  const has = found.packages;
  return Object.entries(wanted.packages).every(([name, { version, optional }]) =>
    name === "" ? true : has[name] === undefined ? optional === true : has[name]?.version === version,
  );
}

/**
 * The workspaces of a project: where each is linked, and its folder, both relative to the project's. Throws an Error
 * for those of pnpm, which has a `node_modules` in each: the base commit would find the workspaces of the working tree.
 */
export function workspacesOf(root: string): readonly (readonly [place: string, folder: string])[] {
  const [, ofPnpm = ""] = /^importers:\n((?:(?: .*)?\n)*)/m.exec(textOf(root, "pnpm-lock.yaml")) ?? [];
  if ([...ofPnpm.matchAll(/^ {2}(\S+):/gm)].some(([, folder]) => folder !== ".")) {
    throw new Error(
      "The base commit is a pnpm workspace of several packages. The review can evaluate one package of pnpm's, or a workspace of npm's.",
    );
  }
  return Object.entries(lockOf(root, "package-lock.json")?.packages ?? {}).flatMap(([place, { link, resolved }]) =>
    link === true && resolved !== undefined ? [[place, resolved] as const] : [],
  );
}

/** Whether both have the same lock file, and its packages are installed. */
export function sharesPackages(root: string, base: string): boolean {
  return [...locks, ...settings].every((name) => textOf(root, name) === textOf(base, name)) && isInstalled(root);
}

/**
 * The folder with the packages that the lock file of `base` names, below `cache`. Installs them without their scripts:
 * the program does not need these, and a script could do harm. Throws an Error where there is no lock file.
 */
export async function installFor(
  base: string,
  cache: string,
  { signal, say }: { readonly signal?: AbortSignal; say(line: string): void },
): Promise<string> {
  const lock = locks.find((name) => existsSync(path.join(base, name)));
  if (lock === undefined) {
    throw new Error("The base commit has no package-lock.json or pnpm-lock.yaml, so its packages are not known.");
  }
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  for (const name of [lock, ...settings]) {
    const file = path.join(base, name);
    if (existsSync(file)) hash.update(`${name}\n`).update(readFileSync(file));
  }
  const folder = path.join(cache, `packages-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(path.join(folder, "node_modules"))) {
    say("The base commit's packages are installed from an earlier review.");
  } else {
    say(`Installing the base commit's packages (${lock === "package-lock.json" ? "npm ci" : "pnpm install"}) …`);
    const making = `${folder}.${process.pid}`;
    try {
      mkdirSync(making, { recursive: true });
      const manifests = workspacesOf(base).map(([, folder]) => path.join(folder, "package.json"));
      for (const name of ["package.json", lock, ...settings, ...manifests]) {
        const file = path.join(base, name);
        if (!existsSync(file)) continue;
        mkdirSync(path.dirname(path.join(making, name)), { recursive: true });
        copyFileSync(file, path.join(making, name));
      }
      await install(lock, making, signal);
      rmSync(folder, { recursive: true, force: true });
      renameSync(making, folder);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
}

/** Removes the least recently used installations, except those that contain a checkout. */
export function removeOldInstalls(cache: string): void {
  if (!existsSync(cache)) return;
  const installs = readdirSync(cache)
    .filter((name) => /^packages-[0-9a-f]+$/.test(name))
    .map((name) => path.join(cache, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of installs.slice(kept)) {
    if (!readdirSync(folder).some((name) => name.startsWith("base-"))) rmSync(folder, { recursive: true, force: true });
  }
}

async function install(lock: (typeof locks)[number], cwd: string, signal: AbortSignal | undefined): Promise<void> {
  const options = { cwd, timeout: installTimeout, ...(signal !== undefined && { signal }) };
  if (lock === "pnpm-lock.yaml") {
    await command("pnpm", ["install", "--frozen-lockfile", "--ignore-scripts", "--prefer-offline"], options);
    return;
  }
  const args = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  const { npm_execpath: script } = process.env;
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script))
    await command(process.execPath, [script, ...args], options);
  else await command("npm", args, options);
}

function textOf(...file: readonly string[]): string {
  const name = path.join(...file);
  return existsSync(name) ? readFileSync(name, "utf8") : "";
}

function lockOf(...file: readonly string[]): Lock | undefined {
  try {
    return JSON.parse(readFileSync(path.join(...file), "utf8")) as Lock;
  } catch {
    return undefined;
  }
}
