// What every command shares while it works: where it writes, how signals and a broken pipe end it, and its exit code.
import { harmless } from "./letters/harmless";

/** The exit codes of every command; docs/commands.md has them in a table. */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface Session {
  /** Aborts when the command must end: it was interrupted, or nobody reads what it writes. */
  readonly signal: AbortSignal;
  /** Writes what the command is asked for to stdout, as it is. */
  print(text: string): void;
  /** Writes a line about the work to stderr. */
  say(line: string): void;
}

/** The work of a command. It resolves, or rejects with an Error for the user, after it has released what it started. */
export type Work = (session: Session) => Promise<ExitCode>;

/** Does the work of the command that was called. */
export type Perform = (work: Work) => Promise<void>;

/** How often the parent process is looked at, in milliseconds. */
const parentInterval = 250;

/** Does the work until it is done, has failed, or is ended from outside, and resolves with the exit code. */
export async function perform(work: Work): Promise<ExitCode> {
  const stop = new AbortController();
  let ended: ExitCode = exitCodes.interrupted;
  const end = (code: ExitCode) => {
    if (stop.signal.aborted) return;
    ended = code;
    stop.abort();
  };
  const interrupt = interruption(() => end(exitCodes.interrupted));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt("signal"));
  if (process.channel !== undefined) {
    // The same command, started by a Node that is too old, passes on what it was sent.
    process.on("message", (message) => message === "interrupt" && interrupt("message"));
    process.once("disconnect", () => end(exitCodes.interrupted));
    process.channel.unref();
  }
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
      // A reader of the beginning only, such as `head`, has what they want.
      if (code === "EPIPE") return end(exitCodes.done);
      if (stream !== process.stderr) say(`stdout cannot be written: ${message}`);
      end(exitCodes.failed);
    });
  }
  const watch = watchParent(() => end(exitCodes.interrupted));
  try {
    const code = await work({ signal: stop.signal, say, print: (text) => void process.stdout.write(text) });
    return stop.signal.aborted ? ended : code;
  } catch (error) {
    if (stop.signal.aborted) return ended;
    // It may quote a message or an answer.
    say(harmless(error instanceof Error ? error.message : String(error)));
    return exitCodes.failed;
  } finally {
    clearInterval(watch);
  }
}

/** Interrupts at the first signal. The second one ends the process at once: who asks twice does not want to wait. */
function interruption(interrupt: () => void): (source: "signal" | "message") => void {
  // One Ctrl-C of a terminal arrives by both ways.
  const count = { signal: 0, message: 0 };
  return (source) => {
    const before = Math.max(count.signal, count.message);
    count[source] += 1;
    if (count[source] <= before) return;
    if (before > 0) process.exit(exitCodes.interrupted);
    interrupt();
  };
}

/** The shell between npm and this process passes no signal on: it ends, and this process has another parent. */
function watchParent(onGone: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const { ppid } = process;
  return setInterval(() => process.ppid !== ppid && onGone(), parentInterval).unref();
}

/** Ends the process when all that was written has left: what goes to a pipe may still be on its way. */
export function exitWith(code: ExitCode): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
