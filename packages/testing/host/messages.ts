// What the process of a test and the process of its program send each other.
import type { HostedRun, HostSettings, Ready } from "./hosted-run";

/** The methods of a program under test that a test can call. */
export type Method = Exclude<keyof HostedRun, "settings" | "ready">;

export type Arguments<M extends Method> = Parameters<HostedRun[M]>;
export type Result<M extends Method> = Awaited<ReturnType<HostedRun[M]>>;

/** A call, and the start of the program as the first one. */
export type Call =
  | { readonly id: number; readonly start: HostSettings }
  | { readonly id: number; readonly method: Method; readonly args: readonly unknown[] };

/** The answer to a call, or a line to print, or the end of the run by a crash. */
export type Said =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly print: string }
  | { readonly crash: string };

export interface Failure {
  readonly name: string;
  readonly message: string;
}

export type { HostSettings, Ready };
