// The process of a program under test, as the process of the tests sees it. It keeps the tests alive only while they
// wait for an answer.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Arguments, Call, HostSettings, Method, Ready, Result, Said } from "./host/messages";

interface Waiting {
  resolve(result: unknown): void;
  reject(failure: { readonly name: string; readonly message: string }): void;
}

/** Milliseconds that a process may take to end when it was told to, or when it no longer listens. */
const patience = 10_000;

/** A `Call` before it has its id. */
type Request = Call extends infer Each ? (Each extends Call ? Omit<Each, "id"> : never) : never;

export class Remote {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  /** Why nothing more can be asked. */
  #ended: string | undefined;

  constructor() {
    const compiled = path.join(__dirname, "host", "host.js");
    const isSource = !existsSync(compiled);
    this.#child = fork(isSource ? path.join(__dirname, "host", "host.ts") : compiled, {
      execArgv: [
        "--disable-warning=ExperimentalWarning",
        ...(isSource ? ["-r", path.join(__dirname, "..", "..", "tools", "transpile", "register.cjs")] : []),
      ],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
      // Node keeps what it compiles for the next test.
      env: { NODE_COMPILE_CACHE: path.join(tmpdir(), "node-compile-cache"), ...process.env },
      // Ctrl-C in a terminal is for the tests. The program ends when they do.
      detached: true,
    });
    this.#child.on("message", (said) => this.#heard(said as Said));
    this.#child.once("error", (error) => this.#end(error.message));
    this.#child.once("exit", (code, signal) => this.#end(signal ?? `exit code ${code}`));
    this.#hold(false);
  }

  start(settings: HostSettings): Promise<Ready> {
    return this.#ask({ start: settings }, this.start) as Promise<Ready>;
  }

  /** `caller`: the function of which the stack of a failure tells who called it. */
  call<M extends Method>(caller: unknown, method: M, ...args: Arguments<M>): Promise<Result<M>> {
    return this.#ask({ method, args }, caller) as Promise<Result<M>>;
  }

  /** Ends the process, if it has not ended. */
  async end(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.ref();
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), patience);
    await exited;
    clearTimeout(timer);
  }

  #ask(request: Request, caller: unknown): Promise<unknown> {
    // Made now, when the stack still leads to the test.
    const failure = new Error("no answer yet");
    if (typeof caller === "function") Error.captureStackTrace(failure, caller as () => void);
    const [, ...frames] = (failure.stack ?? "").split("\n");
    return new Promise((resolve, reject) => {
      const refuse: Waiting["reject"] = ({ name, message }) => {
        failure.name = name;
        failure.message = message;
        failure.stack = [`${name}: ${message}`, ...frames].join("\n");
        reject(failure);
      };
      if (this.#ended !== undefined) return refuse({ name: "Error", message: this.#ended });
      this.#calls += 1;
      const id = this.#calls;
      this.#waiting.set(id, { resolve, reject: refuse });
      this.#hold(true);
      try {
        this.#child.send({ id, ...request }, (error) => {
          // The exit, of which the news may come later, says more than the broken pipe.
          if (error !== null) setTimeout(() => this.#end(error.message), patience).unref();
        });
      } catch (error) {
        // A function, for example, cannot be sent to another process.
        this.#take(id)?.reject(error as Error);
      }
    });
  }

  /** Whether the tests wait for the process: for its answer, or for the news that it has ended. */
  #hold(isWaiting: boolean): void {
    const change = isWaiting ? "ref" : "unref";
    this.#child[change]();
    this.#child.channel?.[change]();
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#hold(false);
    return waiting;
  }

  #heard(said: Said): void {
    if ("print" in said) {
      process.stderr.write(`${said.print}\n`);
      return;
    }
    if ("crash" in said) {
      this.#end(said.crash);
      return;
    }
    const waiting = this.#take(said.id);
    if ("failure" in said) waiting?.reject(said.failure);
    else waiting?.resolve(said.result);
  }

  #end(why: string): void {
    this.#ended ??= `The local run has ended (${why}).`;
    for (const { reject } of this.#waiting.values()) reject({ name: "Error", message: this.#ended });
    this.#waiting.clear();
    this.#hold(false);
  }
}
