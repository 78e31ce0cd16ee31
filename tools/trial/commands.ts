// The command `spillway` as child processes, and the program that runs by it until the end of the trial.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./claims";

export const bin = path.join(path.dirname(require.resolve("@spillway/cli/package.json")), "bin", "spillway.cjs");

export class Running {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Answer>;

  constructor(
    readonly child: ChildProcess,
    signal: AbortSignal,
  ) {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, ended) => {
        // What was interrupted shows nothing.
        if (signal.aborted) reject(signal.reason);
        else resolve({ code: ended ?? code ?? -1, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }
}

/** The processes of the trial, in its folder. */
export class Commands {
  readonly #running = new Set<Running>();

  constructor(
    readonly folder: string,
    readonly signal: AbortSignal,
  ) {}

  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    this.signal.throwIfAborted();
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A terminal sends Ctrl-C to its whole group, and a second one would end a command before it has released all.
      detached: true,
    });
    const running = new Running(child, this.signal);
    this.#running.add(running);
    void running.ended.catch(() => {}).then(() => this.#running.delete(running));
    return running;
  }

  spillway(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    return this.start(process.execPath, [bin, ...args], env);
  }

  /** Ends what still runs, as Ctrl-C does. */
  async end(): Promise<void> {
    const running = [...this.#running];
    for (const { child } of running) child.kill("SIGINT");
    await Promise.allSettled(running.map(({ ended }) => ended));
  }
}

/** What the document of `--json` is. Throws when a command has printed something else. */
export function parsed<Document>({ code, stdout, stderr }: Answer): Document {
  try {
    return JSON.parse(stdout) as Document;
  } catch {
    throw new Error(`It ended with ${code} and no JSON document. stdout: ${stdout} stderr: ${stderr}`);
  }
}

export interface Outputs {
  readonly deadLetters: Readonly<Record<string, { readonly url: string; readonly logGroupName?: string }>>;
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly streamName: string;
  readonly topicArn: string;
  readonly seenTable: string;
}

/** A copy of the program: the one that runs, or a checkout. */
export function copyProgram(folder: string, policies: object): void {
  cpSync(path.join(__dirname, "program"), folder, { recursive: true });
  writeFileSync(path.join(folder, "policies.json"), JSON.stringify(policies));
}

/** Says what is wrong with the callbacks of a copy. */
export function writeFaults(folder: string, faults: readonly string[]): void {
  writeFileSync(
    path.join(folder, "faults.ts"),
    `export const faults: readonly string[] = ${JSON.stringify(faults)};\n`,
  );
}

export class Deployment {
  private constructor(
    readonly program: string,
    readonly address: string,
    readonly outputs: Outputs,
    private readonly running: Running,
  ) {}

  /** On a free port, with hot reload. */
  static async start(program: string, commands: Commands): Promise<Deployment> {
    const file = path.join(program, "index.ts");
    const options = ["--stack", "prod", "--port", "0", "--watch", "--json", "--no-type-check"];
    const running = commands.spillway(["start", "--program", file, ...options]);
    while (!running.stdout.includes("\n")) {
      if (running.child.exitCode !== null) throw new Error(`The program does not start: ${running.stderr}`);
      await sleep(50, undefined, { signal: commands.signal });
    }
    const { address, outputs } = JSON.parse(running.stdout) as { address: string; outputs: Outputs };
    return new Deployment(program, address, outputs, running);
  }

  get port(): string {
    return new URL(this.address).port;
  }

  /** The lines about functions that were reloaded. */
  get reloads(): readonly string[] {
    return this.running.stderr.match(/^reloaded .*$/gm) ?? [];
  }
}
