// Somebody's own program, in a folder outside this repository, with the packages as they are published.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { root, run, shellEnvironment } from "./packed";
import { until } from "./until";

export interface Started {
  readonly address: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface ForeignProgram {
  readonly folder: string;
  /** How its package manager runs a command of a package, as ["npx"]. */
  readonly runner: readonly [string, ...string[]];
  /** What starts the local run. Default: the runner, with `spillway start`. */
  readonly start?: readonly [string, ...string[]];
}

/** The version of a package that this repository has installed. */
export const installed = (name: string): string =>
  JSON.parse(readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8")).version;

/** Creates the folder, too. */
export function save(folder: string, files: Readonly<Record<string, string | object>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
  }
}

export function exec({ folder, runner: [command, ...args] }: ForeignProgram, ...rest: string[]): Promise<string> {
  return run(command, [...args, ...rest], folder);
}

/** Runs the program, whose types are checked apart, while `work` does what it wants. Rejects where either fails. */
export async function whileStarted(
  { folder, runner, start = [...runner, "spillway", "start"] }: ForeignProgram,
  work: (started: Started) => Promise<void>,
): Promise<void> {
  const [command, ...args] = start;
  const child = spawn(command, [...args, "--port", "0", "--json", "--no-type-check"], {
    cwd: folder,
    env: shellEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    await until(() => stdout.includes("\n") || child.exitCode !== null, `${folder} is ready`);
    if (!stdout.includes("\n")) throw new Error(`spillway start ended with ${child.exitCode}:\n${stderr}`);
    await work(JSON.parse(stdout));
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${stderr}`, { cause: error });
  } finally {
    // The whole group, because the package manager's process stands between.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await closed;
  }
}
