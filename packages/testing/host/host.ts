// The process of a program under test. It ends with the process of the tests, however that ends. Its own process keeps
// the clocks, timers and requests that a test replaces from the program, and nothing of it keeps the tests alive.
import { HostedRun } from "./hosted-run";
import type { Call, Failure, Said } from "./messages";

let run: HostedRun | undefined;

function say(said: Said): void {
  if (process.connected) process.send?.(said);
}

async function answer(call: Call): Promise<unknown> {
  if ("start" in call) {
    run = await HostedRun.start(
      call.start,
      (print) => say({ print }),
      (crash) => say({ crash }),
    );
    return run.ready;
  }
  if (run === undefined) throw new Error("The program has not started.");
  const method = run[call.method] as (...args: readonly unknown[]) => Promise<unknown>;
  return method.apply(run, [...call.args]);
}

process.on("message", (call: Call) => {
  answer(call).then(
    (result) => say({ id: call.id, result }),
    (error: unknown) => say({ id: call.id, failure: failureOf(error) }),
  );
});

function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, message };
}

process.once("disconnect", () => {
  const end = () => process.exit(0);
  if (run === undefined) end();
  else run.stop().then(end, end);
});
