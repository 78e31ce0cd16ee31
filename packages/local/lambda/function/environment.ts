// An execution environment: one child process that runs a function's events, one at a time, until it dies or is killed.
// What a function takes and how long it may is real time: the clock of its process cannot be sped up.
// The file has more than 250 lines because the start, the events and the end of a process share one state.
import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import type { FunctionDefinition } from "./definition";
import { isKept, logLevelOf } from "./log-level";
import { eachLine, endLines, LogTail, startLine } from "./log-tail";
import { exitError, largestResponse, timeoutError, tooLargeError } from "./runtime-errors";

export interface EnvironmentSettings {
  readonly definition: FunctionDefinition;
  readonly directory: string;
  /** The absolute path of the source map of the handler's file. */
  readonly sourceMap?: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Port of 127.0.0.1 for a debugger. With it nothing times out, because the process may be paused. Default: none. */
  readonly inspectPort?: number;
  /** Milliseconds since the epoch on the run's clock, for what is written into messages. */
  now(): number;
  /** Milliseconds that the run's clock has skipped, so that the function's time is ahead by as much. Default: none. */
  ahead?(): number | undefined;
  onLog(requestId: string | undefined, line: string): void;
  /** Receives the lines that the platform writes before and after those of an event. */
  onPlatformLog(line: string): void;
  /** Called once, when the process has gone. */
  onExit(): void;
}

export interface EnvironmentEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly traceId: string;
  readonly clientContext: unknown;
}

export interface EnvironmentResult {
  readonly payload: string;
  readonly functionError?: "Unhandled";
  readonly milliseconds: number;
  logTail(): string;
}

/** What the child says. */
type Said =
  | { readonly type: "ready" }
  | { readonly type: "initError"; readonly payload: string }
  | {
      readonly type: "succeeded" | "failed";
      readonly requestId: string;
      readonly payload: string;
      /** Kilobytes at the most so far. */
      readonly memory?: number;
      /** The process ends with it. */
      readonly last?: true;
    };

interface Current {
  readonly event: EnvironmentEvent;
  readonly log: LogTail;
  readonly settle: (result: EnvironmentResult) => void;
  startedAt: number | undefined;
  timer: NodeJS.Timeout | undefined;
  timedOut: boolean;
}

/** Lambda gives the initialisation 10 seconds, apart from the function's timeout. */
const initialisation = 10_000;

/** Milliseconds that a function has, by its context, where a debugger may pause it. */
const whileDebugged = 24 * 3600 * 1000;

const bootstrap = path.join(__dirname, "bootstrap.cjs");

/** Megabytes. With 4, 8 or 16 the garbage collector takes no less time, and a function holds 3, 10 or 20 MB more. */
const youngGeneration = 2;

/**
 * Megabytes that a function may keep before the first collection of its whole heap. V8 begins with a few, and collects
 * again and again while the function warms up. With more than 16 it takes no less of the processor that could be
 * measured, and holds 15 MB more.
 */
const firstCollection = 16;

/** Where it listens is said by the run, not by each process. */
const inspectorOf = (port: number | undefined) =>
  port === undefined ? [] : [`--inspect=127.0.0.1:${port}`, "--inspect-publish-uid=http"];

const heapOf = (memorySize: number) => [
  `--max-old-space-size=${memorySize}`,
  `--max-semi-space-size=${youngGeneration}`,
  `--initial-old-space-size=${firstCollection}`,
  // Several threads for so little only get in each other's way, and in that of the other functions.
  "--single-threaded-gc",
  // V8 compiles later, and less for speed. A function that makes a request of AWS's SDK per event takes a seventh less
  // of the processor, and a fifth less memory.
  "--efficiency-mode",
  // The configuration of a client of AWS's SDK has more members than V8 keeps as an object for which it has fast code,
  // and the SDK copies it several times for each request.
  "--fast-properties-soft-limit=200",
];

/** Megabytes of a process that has not yet said what it holds. */
const usualMemory = 70;

export class Environment {
  /** When its last event ended, by `performance.now()`. */
  idleSince = performance.now();
  /** Megabytes that its process has held at the most, as far as is known. */
  memory = usualMemory;
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #spawnedAt = performance.now();
  readonly #logLevel: string | undefined;
  #state: "starting" | "ready" | "gone" = "starting";
  #initError: string | undefined;
  #initMilliseconds: number | undefined;
  #reported = false;
  #current: Current | undefined;
  #startLog: LogTail | undefined = new LogTail();

  constructor(readonly settings: EnvironmentSettings) {
    const { definition, directory, sourceMap, variables, inspectPort } = settings;
    this.#logLevel = logLevelOf(definition);
    const ahead = settings.ahead?.();
    this.#child = spawn(
      process.execPath,
      [
        ...heapOf(definition.memorySize),
        ...(sourceMap === undefined ? [] : ["--enable-source-maps"]),
        ...inspectorOf(inspectPort),
        bootstrap,
        sourceMap ?? "",
        ...(ahead === undefined ? [] : [String(ahead)]),
      ],
      {
        cwd: directory,
        env: { ...variables },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        serialization: "advanced",
        // A process group of its own: Ctrl-C in the terminal is for the run, which ends its functions in order, and
        // what the function has started goes with it.
        detached: true,
      },
    );
    const { stdout, stderr } = this.#child;
    for (const stream of [stdout, stderr]) if (stream !== null) eachLine(stream, (line) => this.#logged(line));
    this.#child.on("message", (said) => this.#heard(said as Said));
    this.exited = new Promise((resolve) => {
      let gone = false;
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        if (gone) return;
        gone = true;
        this.#gone(code, signal);
        resolve();
      };
      this.#child.once("error", () => end(1, null));
      // What it wrote last is read by the time its pipes close; something that it started may hold them open.
      this.#child.once("exit", (code, signal) => setTimeout(() => end(code, signal), 100).unref());
      this.#child.once("close", end);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** Milliseconds for which the event that it has has run; 0 without one, and while the process starts. */
  get busyFor(): number {
    const { startedAt } = this.#current ?? {};
    return startedAt === undefined ? 0 : performance.now() - startedAt;
  }

  /** Runs one event. Never rejects: a crash, a timeout and a failed start are errors of the function. */
  run(event: EnvironmentEvent): Promise<EnvironmentResult> {
    return new Promise((resolve) => {
      const log = this.#startLog ?? new LogTail();
      this.#startLog = undefined;
      const current: Current = { event, log, settle: resolve, startedAt: undefined, timer: undefined, timedOut: false };
      this.#current = current;
      if (this.#state === "ready") this.#send(current);
      else if (this.#state === "gone")
        this.#finish(current, this.#initError ?? exitError(event.requestId, 1, null), true);
      else this.#limit(current, initialisation + this.#timeout);
    });
  }

  /** Ends the process and all that it has started, at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      this.#child.kill("SIGKILL");
    }
  }

  get #timeout(): number {
    return this.settings.inspectPort === undefined ? this.settings.definition.timeout * 1000 : whileDebugged;
  }

  #limit(current: Current, milliseconds: number): void {
    const timer = setTimeout(() => {
      // Where the run itself was late, what the process has said in time is read first, which ends this timer.
      setImmediate(() => {
        if (current.timer === timer) this.#timeOut(current);
      });
    }, milliseconds);
    current.timer = timer;
  }

  #send(current: Current): void {
    clearTimeout(current.timer);
    current.startedAt = performance.now();
    this.#limit(current, this.#timeout);
    this.#logStart(current);
    const { arn } = this.settings.definition;
    const message = {
      ...current.event,
      invokedFunctionArn: arn,
      timeout: this.#timeout,
      ahead: this.settings.ahead?.(),
    };
    this.#child.send(message, (error) => {
      // The process is going; its end settles the event.
      if (error !== null) this.kill();
    });
  }

  #heard(said: Said): void {
    switch (said.type) {
      case "ready":
        this.#state = "ready";
        this.#initMilliseconds = performance.now() - this.#spawnedAt;
        if (this.#current !== undefined) this.#send(this.#current);
        break;
      case "initError":
        this.#initError = said.payload;
        break;
      default: {
        if (said.last) this.#state = "gone";
        const current = this.#current;
        if (current?.event.requestId !== said.requestId || current.timedOut) return;
        const milliseconds = performance.now() - (current.startedAt ?? this.#spawnedAt);
        clearTimeout(current.timer);
        current.timer = undefined;
        // What it wrote before it answered came through another pipe, and is read within this turn of the event loop.
        setImmediate(() => {
          if (said.type === "succeeded" && Buffer.byteLength(said.payload) > largestResponse) {
            this.#finish(current, tooLargeError, true, said.memory, milliseconds);
          } else {
            this.#finish(current, said.payload, said.type === "failed", said.memory, milliseconds);
          }
        });
      }
    }
  }

  #timeOut(current: Current): void {
    current.timedOut = true;
    this.kill();
  }

  #gone(code: number | null, signal: NodeJS.Signals | null): void {
    this.#state = "gone";
    const current = this.#current;
    if (current !== undefined) {
      const { requestId } = current.event;
      const payload = current.timedOut
        ? timeoutError(requestId, this.#timeout, this.settings.now())
        : (this.#initError ?? exitError(requestId, code, signal));
      this.#finish(current, payload, true);
    }
    this.settings.onExit();
  }

  #finish(current: Current, payload: string, failed: boolean, memory = 0, milliseconds?: number): void {
    if (this.#current !== current) return;
    clearTimeout(current.timer);
    current.timer = undefined;
    this.#current = undefined;
    this.idleSince = performance.now();
    if (memory > 0) this.memory = memory / 1024;
    const { definition, now } = this.settings;
    // A process that ended before it was ready has not been sent the event.
    if (current.startedAt === undefined) this.#logStart(current);
    const report = {
      requestId: current.event.requestId,
      milliseconds: milliseconds ?? performance.now() - (current.startedAt ?? this.#spawnedAt),
      memorySize: definition.memorySize,
      maxMemoryUsed: Math.ceil(memory / 1024),
      initMilliseconds: this.#reported ? undefined : this.#initMilliseconds,
      status: current.timedOut ? ("timeout" as const) : failed ? ("error" as const) : ("success" as const),
    };
    this.#reported = true;
    for (const line of endLines(definition.logFormat, report, now())) this.settings.onPlatformLog(line);
    current.settle({
      payload,
      ...(failed && { functionError: "Unhandled" as const }),
      milliseconds: report.milliseconds,
      logTail: () => current.log.finish(definition.logFormat, report, now()),
    });
  }

  #logStart({ event }: Current): void {
    const { definition, now, onPlatformLog } = this.settings;
    onPlatformLog(startLine(definition.logFormat, event.requestId, now()));
  }

  #logged(line: string): void {
    if (!isKept(line, this.#logLevel)) return;
    (this.#current?.log ?? this.#startLog)?.add(line);
    this.settings.onLog(this.#current?.event.requestId, line);
  }
}
