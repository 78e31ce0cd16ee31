// Keeps what Pulumi records for its own debugging from taking most of an evaluation.

const debuggable = require("@pulumi/pulumi/runtime/debuggable") as {
  debuggablePromise<T>(promise: Promise<T>, context?: unknown): Promise<T>;
};

/**
 * Pulumi takes the stack of every registration and of every property's promise, and ts-node maps each frame to its source: of a program with a
 * hundred consumers that is five sixths of the time. Nobody reads it here (a promise that never resolves ends with the evaluation's own
 * timeout), so it is left out. Errors that say something keep their stacks.
 */
export function leaveDebuggingOut(): void {
  debuggable.debuggablePromise = (promise) => promise;
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error, frames) => {
    if (error.message === "") return String(error);
    return prepareStackTrace?.(error, frames) ?? `${error}${frames.map((frame) => `\n    at ${frame}`).join("")}`;
  };
}
