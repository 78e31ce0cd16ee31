// The settings of the pool of environments.
import type { Clock } from "../../service/clock";
import type { CredentialStore } from "./credentials";

export interface PoolSettings {
  readonly clock: Clock;
  readonly region: string;
  readonly credentials: CredentialStore;
  /** The run's address, at which functions reach every service. */
  address(): string;
  /** How many events run at a time, over all functions, at least 1. Default: two per core. */
  readonly concurrency?: number;
  /** Milliseconds of real time after which an idle environment is ended. Default: 300,000. */
  readonly idleTime?: number;
  /**
   * Megabytes that all environments may hold before another takes the place of an idle one. Default: a quarter of the
   * machine's memory.
   */
  readonly memory?: number;
  /** First of the ports of 127.0.0.1 on which the functions listen for a debugger, one each. Default: none listens. */
  readonly inspectPort?: number;
  onLog?(functionName: string, requestId: string | undefined, line: string): void;
  /** Receives each line for the log group of a function: those that the function writes, and the platform's. */
  writeLog?(logGroup: string, logStream: string, line: string): void;
}
