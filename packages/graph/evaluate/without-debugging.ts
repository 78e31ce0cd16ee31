// Turns off what Pulumi records for debugging, which would take most of an evaluation.

const debuggable = require("@pulumi/pulumi/runtime/debuggable") as {
  debuggablePromise<T>(promise: Promise<T>, context?: unknown): Promise<T>;
};

/**
 * Pulumi captures the stack of every registration and of the promise of every property, and ts-node maps each frame to
 * its source. In a program with a hundred consumers that takes five sixths of the time. The evaluation does not use
 * these stacks (it has its own timeout for a promise that never resolves), so they are not captured. Errors keep their
 * stacks.
 */
export function leaveDebuggingOut(): void {
  debuggable.debuggablePromise = (promise) => promise;
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error, frames) => {
    if (error.message === "") return String(error);
    return prepareStackTrace?.(error, frames) ?? `${error}${frames.map((frame) => `\n    at ${frame}`).join("")}`;
  };
}
