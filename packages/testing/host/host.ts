// The process of a program under test. It ends with the process of the tests, however that ends. Its own process keeps
// the clocks, timers and requests that a test replaces from the program, and nothing of it keeps the tests alive.
import * as path from "node:path";
import { launchEvaluation } from "@spillway/graph/launch";
import { projectRoot } from "@spillway/graph/project-root";
import type { HostedRun } from "./hosted-run";
import type { Call, Failure, Said } from "./messages";

let run: HostedRun | undefined;

function say(said: Said): void {
  if (process.connected) process.send?.(said);
}

async function answer(call: Call): Promise<unknown> {
  if ("start" in call) {
    // What is loaded here takes a while, and so does what the evaluation loads.
    const root = projectRoot(path.resolve(call.start.program));
    const launched = root === undefined ? undefined : launchEvaluation(root);
    const { HostedRun: Hosted }: typeof import("./hosted-run") = require("./hosted-run");
    run = await Hosted.start(
      { ...call.start, launched },
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
