// The errors that Lambda returns when the runtime can no longer respond itself, as JSON text.

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB; Lambda itself allows and says 100
 * bytes more.
 */
export const largestResponse = 6_291_556;

export const tooLargeError = JSON.stringify({
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${largestResponse} bytes).`,
});

export function timeoutError(requestId: string, timeoutMilliseconds: number, now: number): string {
  const seconds = (timeoutMilliseconds / 1000).toFixed(2);
  const errorMessage = `${new Date(now).toISOString()} ${requestId} Task timed out after ${seconds} seconds`;
  return JSON.stringify({ errorType: "Sandbox.Timedout", errorMessage });
}

export function exitError(requestId: string, code: number | null, signal: NodeJS.Signals | null): string {
  const how = signal === null ? `exit status ${code ?? 1}` : `signal: ${signalNames[signal] ?? signal}`;
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${how}`;
  return JSON.stringify({ errorType: "Runtime.ExitError", errorMessage });
}

/** The words are those of Lambda's own supervisor. */
const signalNames: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGABRT: "aborted (core dumped)",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGILL: "illegal instruction",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault (core dumped)",
  SIGTERM: "terminated",
  SIGTRAP: "trace/breakpoint trap (core dumped)",
};
