// Runs other programs (git, npm) until they end.
import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal;
  /** Milliseconds; default 60,000. */
  readonly timeout?: number;
}

/** Resolves with what the program wrote to stdout, without the last line end. Rejects with what it wrote to stderr. */
export function command(program: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { cwd, signal, timeout = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      signal,
      timeout,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const written = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      written.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      written.stderr += text;
    });
    const line = `${program.split(/[\\/]/).pop()} ${args.join(" ")}`;
    child.once("error", (error) => reject(new Error(`${line}: ${error.message}`)));
    child.once("close", (code, killedBy) => {
      if (code === 0) resolve(written.stdout.trimEnd());
      else if (killedBy !== null) reject(new Error(`${line} did not end within ${timeout / 1000} s.`));
      else reject(new Error(`${line} failed:\n${written.stderr.trim() || written.stdout.trim()}`));
    });
  });
}
