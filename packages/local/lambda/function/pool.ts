// All execution environments: started on demand, kept warm, and at most so many of them running at a time over all
// functions.
// The file has more than 250 lines because each method changes the same few lists of lanes and environments.
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import * as path from "node:path";
import { ServiceError } from "../../service/ask";
import { onAbort } from "../../service/on-abort";
import { temporaryFolder } from "../../service/temporary-folder";
import { type Code, unpack } from "./code";
import type { FunctionDefinition, InvocationRequest, InvocationResult } from "./definition";
import { Environment } from "./environment";
import { InspectPorts } from "./inspect-ports";
import { Lane, type Waiting } from "./lane";
import type { PoolSettings } from "./pool-settings";
import { hasRoom, machineMemory, type Room, spareEnvironment } from "./room";
import { provideSdk } from "./runtime-sdk";
import { nextTurn, patience } from "./turns";
import { logStreamNameAt, traceIdOf, variablesOf } from "./variables";

/** Milliseconds. */
export const defaultIdleTime = 300_000;

export class Pool {
  readonly #lanes = new Map<string, Lane>();
  readonly #retired = new Set<Environment>();
  readonly #inspectPorts: InspectPorts;
  readonly #root = temporaryFolder();
  readonly #codeRoot = path.join(this.#root, "code");
  readonly #temporary = path.join(this.#root, "tmp");
  readonly #room: Room;
  readonly #idleTime: number;
  #running = 0;
  /** How often each function was invoked. */
  readonly invocations = new Map<string, number>();
  #reaper: NodeJS.Timeout | undefined;
  #later: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(readonly settings: PoolSettings) {
    this.#room = {
      limit: Math.max(1, settings.concurrency ?? 2 * availableParallelism()),
      memory: settings.memory ?? machineMemory() / 4,
    };
    this.#inspectPorts = new InspectPorts(settings.inspectPort);
    this.#idleTime = settings.idleTime ?? defaultIdleTime;
    mkdirSync(this.#codeRoot);
    mkdirSync(this.#temporary);
    provideSdk(this.#root);
    process.once("exit", this.#abandon);
  }

  /** A run that ends without closing takes its functions along, those too that would not notice. */
  readonly #abandon = (): void => {
    for (const environment of this.#environments) environment.kill();
    rmSync(this.#root, { recursive: true, force: true });
  };

  get #environments(): readonly Environment[] {
    return [...this.#lanes.values()].flatMap((lane) => [...lane.environments]).concat([...this.#retired]);
  }

  /** Adds a function, or replaces it: what runs ends with the old code, the next event gets the new one. */
  add(definition: FunctionDefinition): Code {
    const code = unpack(this.#codeRoot, definition);
    const previous = this.#lanes.get(definition.functionName);
    const lane = new Lane(definition, code, previous?.load, this.#inspectPorts.of(definition.functionName));
    this.#lanes.set(definition.functionName, lane);
    if (previous !== undefined) {
      for (const environment of previous.environments) this.#retired.add(environment);
      for (const environment of previous.idle.splice(0)) environment.kill();
      lane.waiting.push(...previous.waiting.splice(0));
      this.#removeCode(previous);
      this.#dispatch();
    }
    this.#awaitDebugger(lane);
    return code;
  }

  /** Where each function listens for a debugger. */
  get inspectPorts(): ReadonlyMap<string, number> {
    return this.#inspectPorts.byFunction;
  }

  /** A debugger attaches before the first event, and again when the code has been replaced. */
  #awaitDebugger(lane: Lane): void {
    if (this.#closed || lane.inspectPort === undefined || !lane.mayGrow) return;
    lane.idle.push(this.#create(lane));
  }

  /** The process ids of all environments, for tools that observe or disturb the run. */
  get processes(): readonly {
    readonly functionName: string;
    readonly pid: number | undefined;
    readonly busy: boolean;
  }[] {
    return [...this.#lanes.values()].flatMap((lane) =>
      [...lane.environments].map(({ pid, isBusy }) => ({
        functionName: lane.definition.functionName,
        pid,
        busy: isBusy,
      })),
    );
  }

  /** The functions of which an event has run for so many milliseconds, and their timeouts in seconds. */
  longerThan(milliseconds: number): readonly { readonly functionName: string; readonly timeout: number }[] {
    const slow = this.#environments.filter(({ busyFor }) => busyFor >= milliseconds);
    return slow.map(({ settings }) => settings.definition);
  }

  /** How many events run, or wait until they may. */
  get active(): number {
    return [...this.#lanes.values()].reduce((sum, { waiting }) => sum + waiting.length, this.#running);
  }

  /** Rejects with TooManyRequestsException over the function's reserved concurrency; over the pool's limit it waits. */
  invoke(functionName: string, request: InvocationRequest): Promise<InvocationResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw shutDown();
      const lane = this.#lanes.get(functionName);
      if (lane === undefined)
        throw new ServiceError("ResourceNotFoundException", `Function not found: ${functionName}`, 404);
      lane.refuseOverReserved();
      const { signal } = request;
      if (signal?.aborted) throw shutDown();
      const withdraw = () => {
        // The function may have been replaced since.
        const queue = (this.#lanes.get(functionName) ?? lane).waiting;
        const at = queue.indexOf(waiting);
        // It runs already, and is killed.
        if (at < 0) return;
        queue.splice(at, 1);
        reject(shutDown());
      };
      let stay: (() => void) | undefined;
      const waiting: Waiting = {
        request,
        requestId: request.requestId ?? randomUUID(),
        since: performance.now(),
        resolve: (result) => {
          stay?.();
          resolve(result);
        },
        reject: (error) => {
          stay?.();
          reject(error);
        },
      };
      if (request.nested) return this.#start(lane, waiting);
      stay = signal && onAbort(signal, withdraw);
      lane.waiting.push(waiting);
      this.#dispatch();
    });
  }

  /** Ends everything and waits until it has ended. Invocations that wait are rejected, those that run fail. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#reaper);
    clearTimeout(this.#later);
    const environments = this.#environments;
    for (const lane of this.#lanes.values()) for (const each of lane.waiting.splice(0)) each.reject(shutDown());
    for (const environment of environments) environment.kill();
    await Promise.all(environments.map(({ exited }) => exited));
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
    process.off("exit", this.#abandon);
  }

  #dispatch(): void {
    while (!this.#closed && this.#running < this.#room.limit) {
      const lane = nextTurn([...this.#lanes.values()], (cold) => this.#makeRoom(cold));
      const next = lane?.waiting.shift();
      if (lane === undefined || next === undefined) {
        this.#dispatchLater();
        return;
      }
      this.#start(lane, next);
    }
  }

  /** Where there is no room, one takes the place of another, which costs a start when the other is needed again. */
  #makeRoom(lane: Lane): boolean {
    const lanes = [...this.#lanes.values()];
    if (hasRoom(lanes, lane, this.#room)) return true;
    const spare = spareEnvironment(lanes, lane);
    if (spare !== undefined) this.#retire(spare);
    return spare !== undefined;
  }

  /**
   * Looks again at events that could not be started, as by then those before them may have run so long that another
   * environment is started.
   */
  #dispatchLater(): void {
    if (this.#later !== undefined || ![...this.#lanes.values()].some(({ waiting }) => waiting.length > 0)) return;
    this.#later = setTimeout(() => {
      this.#later = undefined;
      this.#dispatch();
    }, patience).unref();
  }

  #start(lane: Lane, waiting: Waiting): void {
    const environment = lane.take() ?? this.#create(lane);
    const { request, requestId } = waiting;
    const { functionName } = lane.definition;
    this.invocations.set(functionName, (this.invocations.get(functionName) ?? 0) + 1);
    lane.load.running += 1;
    this.#running += 1;
    const release = request.signal && onAbort(request.signal, () => environment.kill());
    request.onStart?.();
    const event = {
      requestId,
      payload: request.payload,
      traceId: traceIdOf(lane.definition),
      clientContext: request.clientContext,
    };
    void environment.run(event).then((result) => {
      release?.();
      lane.load.running -= 1;
      this.#running -= 1;
      if (!environment.isGone) this.#rest(lane, environment);
      waiting.resolve({ requestId, ...result });
      this.#dispatch();
    });
  }

  #rest(lane: Lane, environment: Environment): void {
    if (this.#lanes.get(lane.definition.functionName) !== lane) {
      // Of code that has been replaced.
      this.#retire(environment);
      return;
    }
    lane.idle.push(environment);
    this.#reaper ??= setInterval(() => this.#reap(), Math.min(this.#idleTime, 5000)).unref();
  }

  #reap(): void {
    const now = performance.now();
    for (const lane of this.#lanes.values()) {
      // What a debugger is attached to stays.
      if (lane.inspectPort !== undefined) continue;
      for (const environment of [...lane.idle]) {
        if (now - environment.idleSince >= this.#idleTime) this.#retire(environment);
      }
    }
  }

  #retire(environment: Environment): void {
    for (const lane of this.#lanes.values()) lane.forget(environment);
    this.#retired.add(environment);
    environment.kill();
  }

  /** Of code that has been replaced, once nothing runs it any more. */
  #removeCode({ code, environments }: Lane): void {
    const isUsed = [...this.#lanes.values()].some((lane) => lane.code.directory === code.directory);
    const isRunning = [...environments, ...this.#retired].some(({ settings }) => settings.directory === code.directory);
    if (!isUsed && !isRunning) rmSync(code.directory, { recursive: true, force: true });
  }

  #create(lane: Lane): Environment {
    const { clock, credentials, region, address, onLog, writeLog } = this.settings;
    const { definition, code } = lane;
    const logStreamName = logStreamNameAt(clock.now());
    const write = (line: string) => writeLog?.(definition.logGroup, logStreamName, line);
    const environment: Environment = new Environment({
      definition,
      directory: code.directory,
      ...(code.sourceMap !== undefined && { sourceMap: code.sourceMap }),
      ...(lane.inspectPort !== undefined && lane.mayGrow && { inspectPort: lane.inspectPort }),
      variables: variablesOf({
        definition,
        taskRoot: code.directory,
        temporaryDirectory: this.#temporary,
        logStreamName,
        credentials: credentials.of(definition.functionName, definition.roleArn),
        region,
        address: address(),
      }),
      now: () => clock.now(),
      ahead: () => clock.ahead,
      onLog: (requestId, line) => {
        write(line);
        onLog?.(definition.functionName, requestId, line);
      },
      onPlatformLog: write,
      onExit: () => {
        lane.forget(environment);
        lane.load.processes -= 1;
        this.#retired.delete(environment);
        this.#removeCode(lane);
        const current = this.#lanes.get(definition.functionName);
        if (current !== undefined && current !== lane) this.#awaitDebugger(current);
        // Its place is free.
        this.#dispatch();
      },
    });
    lane.environments.add(environment);
    lane.load.processes += 1;
    return environment;
  }
}

const shutDown = () => new ServiceError("ServiceException", "The local run is being stopped.", 500);
