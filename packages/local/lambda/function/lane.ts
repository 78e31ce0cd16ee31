// One function in the pool: its environments, and the invocations that wait for one.
import { ServiceError } from "../../service/ask";
import type { Code } from "./code";
import type { FunctionDefinition, InvocationRequest, InvocationResult } from "./definition";
import type { Environment } from "./environment";

export interface Waiting {
  readonly request: InvocationRequest;
  readonly requestId: string;
  /** By `performance.now()`. */
  readonly since: number;
  resolve(result: InvocationResult): void;
  reject(error: Error): void;
}

export class Lane {
  readonly waiting: Waiting[] = [];
  /** The one that ended last comes last, and is taken first: the others can be reaped. */
  readonly idle: Environment[] = [];
  readonly environments = new Set<Environment>();

  constructor(
    readonly definition: FunctionDefinition,
    readonly code: Code,
    /** How many events of the function run, and in how many processes, also those on code that has been replaced. */
    readonly load: { running: number; processes: number } = { running: 0, processes: 0 },
    /** Port of 127.0.0.1 for a debugger. Default: none. */
    readonly inspectPort?: number,
  ) {}

  get oldest(): number {
    return this.waiting[0]?.since ?? Number.POSITIVE_INFINITY;
  }

  /** Reserved concurrency is the function's limit as well. */
  refuseOverReserved(): void {
    const { reservedConcurrency } = this.definition;
    if (reservedConcurrency === undefined || this.load.running + this.waiting.length < reservedConcurrency) return;
    throw new ServiceError("TooManyRequestsException", "Rate Exceeded.", 429, {
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
      Type: "User",
    });
  }

  /** Only one process at a time can listen for a debugger, and the function has no other then. */
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
