// One function in the pool: its environments, and the invocations that wait for one.
import { ServiceError } from "../../service/ask";
import type { Code } from "./code";
import type { FunctionDefinition, InvocationRequest, InvocationResult } from "./definition";
import type { Environment } from "./environment";

export interface Waiting {
  readonly request: InvocationRequest;
  readonly requestId: string;
  /** When the event arrived, by `performance.now()`. */
  readonly since: number;
  resolve(result: InvocationResult): void;
  reject(error: Error): void;
}

export class Lane {
  readonly waiting: Waiting[] = [];
  /** The environment that became idle last comes last, and is used first, so that the others can be ended. */
  readonly idle: Environment[] = [];
  readonly environments = new Set<Environment>();

  constructor(
    readonly definition: FunctionDefinition,
    readonly code: Code,
    /** How many events of the function run, and in how many processes, including those with replaced code. */
    readonly load: { running: number; processes: number } = { running: 0, processes: 0 },
    /** The port of 127.0.0.1 for a debugger. Default: none. */
    readonly inspectPort?: number,
  ) {}

  get oldest(): number {
    return this.waiting[0]?.since ?? Number.POSITIVE_INFINITY;
  }

  /** Refuses an event over the reserved concurrency, which is also the limit of the function. */
  refuseOverReserved(): void {
    const { reservedConcurrency } = this.definition;
    if (reservedConcurrency === undefined || this.load.running + this.waiting.length < reservedConcurrency) return;
    throw new ServiceError("TooManyRequestsException", "Rate Exceeded.", 429, {
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
      Type: "User",
    });
  }

  /** Only one process at a time can listen for a debugger, so the function has only one. */
  get mayGrow(): boolean {
    return this.inspectPort === undefined || this.load.processes === 0;
  }

  take(): Environment | undefined {
    return this.idle.pop();
  }

  forget(environment: Environment): void {
    this.environments.delete(environment);
    const at = this.idle.indexOf(environment);
    if (at >= 0) this.idle.splice(at, 1);
  }
}
