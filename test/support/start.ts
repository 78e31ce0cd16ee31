// `spillway` as a process of its own, and what it leaves behind.
import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { placeForDatabases } from "../../packages/local/service/temporary-folder";
import { until } from "./until";

const root = path.resolve(__dirname, "..", "..");
export const bin = path.join(root, "packages", "cli", "bin", "spillway.cjs");

/** `spillway` as a process that ends with the tests of the file: see `endAll`. */
export class Spillway {
  stdout = "";
  stderr = "";
  readonly ended: Promise<number | NodeJS.Signals>;
  protected readonly child: ChildProcess;

  constructor(args: readonly string[], { cwd = root, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.child = spawn(process.execPath, [bin, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => this.child.once("close", (code, signal) => resolve(signal ?? code ?? -1)));
    started.add(this);
  }

  get pid(): number {
    return this.child.pid ?? assert.fail("it did not start");
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Closes the end that reads its stdout, as `head` does. */
  closeStdout(): void {
    this.child.stdout?.destroy();
  }
}

/** `spillway start`. */
export class Start extends Spillway {
  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    // Whoever tests the check of types asks for it: it takes a core for seconds.
    const types = args.includes("--type-check") ? [] : ["--no-type-check"];
    super(["start", ...types, ...args.filter((each) => each !== "--type-check")], { env });
  }

  /** Resolves with the line of `--json`. */
  async ready(): Promise<{ address: string; outputs: Record<string, string>; readyMs: number }> {
    await until(() => this.stdout.includes("\n") || this.child.exitCode !== null);
    assert.equal(this.child.exitCode, null, this.stderr);
    return JSON.parse(this.stdout);
  }
}

const started = new Set<Spillway>();

/** Kills what still runs, for `afterEach`. */
export async function endAll(): Promise<void> {
  for (const start of started) start.kill("SIGKILL");
  for (const start of started) await start.ended;
  started.clear();
}

/** Every process that has the run's pid among its ancestors, as Linux tells. */
export function descendants(pid: number): number[] {
  const parents = readdirSync("/proc").flatMap((name) => {
    const of = /^\d+$/.test(name) ? parentOf(name) : undefined;
    return of === undefined ? [] : [[Number(name), of] as const];
  });
  const below = (of: number): number[] =>
    parents.flatMap(([child, parent]) => (parent === of ? [child, ...below(child)] : []));
  return below(pid);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** The name of a process, as Linux tells. Empty if it has ended meanwhile. */
export function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

export const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
export const foldersOf = (pid: number) =>
  [tmpdir(), placeForDatabases()]
    .flatMap((parent) => readdirSync(parent))
    .filter((name) => name.startsWith(`spillway-${pid}-`));
