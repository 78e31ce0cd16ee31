// The program on this machine, from the start to its end by a signal.
import { describeNotExported, notExported } from "@spillway/graph/read/dead-letters";
import { type LocalRun, type LocalSettings, startLocal } from "@spillway/local";
import { describeFailure, describeLog, describeNote } from "@spillway/local/log-lines";
import { describeInspectors, describeRun, logicalNames } from "@spillway/local/printer";
import { RepeatedTypes } from "@spillway/local/repeated-types";
import { checkTypes } from "@spillway/local/type-check";
import { terminalOf } from "../letters/text";
import { type ExitCode, exitCodes, type Session } from "../session";

type Handler = "say" | "onSave" | "onLoaded" | "onLog" | "onBatchError" | "onCrash";

export interface StartOptions extends Omit<LocalSettings, "signal" | Handler> {
  /** Print one line of JSON on stdout when ready, and everything else on stderr. */
  readonly json: boolean;
  /** Print every resource and output at the start, and all frames of a stack. */
  readonly verbose: boolean;
  /** Check the program's types beside the run, with `watch` after each change too. */
  readonly typeCheck: boolean;
}

/** Resolves when the run was ended by the session's signal, and rejects when it cannot start or cannot go on. */
export async function runLocally(options: StartOptions, session: Session): Promise<ExitCode> {
  const { json, verbose, typeCheck, ...settings } = options;
  const { signal } = session;
  const stream = json ? process.stderr : process.stdout;
  // Lines until the run is ready: what has been created gets the rest of the window.
  let said = 0;
  const say = (line: string) => {
    said += 1;
    stream.write(`${line}\n`);
  };
  const terminal = { ...terminalOf(stream), wholeStacks: verbose };
  const note = (text: string) => say(describeNote(text, terminal));
  const check = { program: settings.program, signal, colours: terminal.paint("red", "x") !== "x" };

  let names: ReadonlyMap<string, string> = new Map();
  let run: LocalRun | undefined;
  const types =
    typeCheck && settings.watch
      ? new RepeatedTypes({ ...check, say: note, onFiles: (files) => run?.watchFiles(files) })
      : undefined;
  let onCrash: (error: Error) => void = () => {};
  const crash = new Promise<never>((_, reject) => {
    onCrash = reject;
  });
  // The server may end before anybody waits for this promise.
  crash.catch(() => {});
  try {
    run = await startLocal({
      ...settings,
      signal,
      say,
      onSave: () => types?.outdate(),
      onLoaded: () => void types?.check(),
      onLog: (functionName, line) => {
        const described = describeLog(names.get(functionName) ?? functionName, line, terminal);
        if (described !== undefined) say(described);
      },
      onBatchError: (functionName, message) =>
        say(describeFailure(names.get(functionName) ?? functionName, message, terminal)),
      onCrash: (message) => onCrash(new Error(message)),
    });
    names = logicalNames(run.graph);
    const { graph, address, readyMs } = run;
    const notes = [
      ...describeNotExported(notExported(graph), graph.outputs),
      ...(run.inspectPorts.size > 0 ? [describeInspectors(run.inspectPorts, names)] : []),
      ...(settings.watch ? ["Watching: a function whose source is saved is reloaded."] : []),
    ];
    say(describeRun({ graph, address, readyMs, verbose, beside: said + notes.length }));
    for (const line of notes) say(line);
    if (json) session.print(`${JSON.stringify({ address, outputs: graph.outputs, readyMs })}\n`);
    // The check starts now, so that it does not delay the start.
    if (types !== undefined) void types.check();
    else if (typeCheck) void checkTypes(check).then((text) => text !== undefined && note(text));
    await Promise.race([aborted(signal), crash]);
    return exitCodes.interrupted;
  } catch (error) {
    // Frames of a stack tell that the program threw, often because of a wrong type. What a component refuses has no
    // frames, and says itself what is wrong.
    if (typeCheck && !signal.aborted && error instanceof Error && /^ {4}at /m.test(error.message)) {
      const text = await checkTypes(check);
      if (text !== undefined) session.say(text);
    }
    throw error;
  } finally {
    types?.end();
    await run?.close();
  }
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
