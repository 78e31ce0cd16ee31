// `npm start`: the program on this machine, until Ctrl-C.
import "./node-version";
import { styleText } from "node:util";
import { type LocalRun, startLocal } from "@spillway/local";
import { describeFailure, describeLog, type Terminal } from "@spillway/local/log-lines";
import { describeInspectors, describeRun, logicalNames } from "@spillway/local/printer";
import { checkTypes } from "@spillway/local/type-check";
import { readOptions, type StartOptions, UsageError, usage } from "./start-options";

const interrupted = 130;
const wrongUsage = 2;

async function main(): Promise<number> {
  let options: StartOptions;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    return wrongUsage;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { json, verbose } = options;
  const stream = json ? process.stderr : process.stdout;
  const say = (line: string) => void stream.write(`${line}\n`);
  // Colours where the stream is a terminal that has them; NO_COLOR and FORCE_COLOR decide otherwise.
  const terminal: Terminal = { paint: (style, text) => styleText(style, text, { stream }), now: () => new Date() };

  const stop = new AbortController();
  let exitCode = interrupted;
  const stopped = new Promise<void>((resolve) =>
    stop.signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait for what still runs.
      if (stop.signal.aborted) process.exit(interrupted);
      stop.abort();
    });
  }

  // The shell between npm and this process passes no signal on: it ends, and so do we.
  const { ppid } = process;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== ppid) stop.abort();
  }, 250);

  const typesOf = (program: string) =>
    checkTypes({ program, signal: stop.signal, colours: terminal.paint("red", "x") !== "x" });
  let names: ReadonlyMap<string, string> = new Map();
  let run: LocalRun | undefined;
  try {
    run = await startLocal({
      ...options,
      signal: stop.signal,
      say,
      onLog: (functionName, line) => {
        const described = describeLog(names.get(functionName) ?? functionName, line, terminal);
        if (described !== undefined) say(described);
      },
      onBatchError: (functionName, message) =>
        say(describeFailure(names.get(functionName) ?? functionName, message, terminal)),
      onCrash: (message) => {
        process.stderr.write(`${message}\n`);
        exitCode = 1;
        stop.abort();
      },
    });
    names = logicalNames(run.graph);
    const { graph, address, readyMs } = run;
    say(describeRun({ graph, address, readyMs, verbose }));
    if (run.inspectPorts.size > 0) say(describeInspectors(run.inspectPorts, names));
    if (options.watch) say("Watching: a function whose source is saved is reloaded.");
    if (json) process.stdout.write(`${JSON.stringify({ address, outputs: graph.outputs, readyMs })}\n`);
    // Only now, so that it delays nobody.
    if (options.typeCheck) void typesOf(options.program).then((text) => text !== undefined && say(text));
    await stopped;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Where the program threw, as the frames of its stack tell, a wrong type is often why. What a component refuses says it itself.
    if (options.typeCheck && !stop.signal.aborted && /^ {4}at /m.test(reason)) {
      const text = await typesOf(options.program);
      if (text !== undefined) process.stderr.write(`${text}\n`);
    }
    if (!stop.signal.aborted) {
      process.stderr.write(`${reason}\n`);
      exitCode = 1;
    }
  } finally {
    clearInterval(watch);
    await run?.close();
  }
  return exitCode;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
