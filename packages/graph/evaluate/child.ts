// The process in which a program is evaluated. It loads the program as Pulumi's language host would, and sends the
// graph back.
import "./without-closures";
import { flushCompileCache } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { Graph } from "../graph";
import type { Answers, Questions } from "./answers";
import type { ChildAnswer, ChildRequest, LaterAnswer } from "./child-process";
import { loadedModules, loadProgram } from "./load-program";
import { recordProgram } from "./record";
import { leaveDebuggingOut } from "./without-debugging";

/** Pulumi puts the name of each property that an error passes before the message. */
const waysOfProperties = /^(error serializing property "[^"]*": )+/;

/**
 * What Pulumi shows of an error: the message alone where the stack adds nothing, otherwise the message and the first
 * stack frames in the program.
 */
function describe(error: unknown): string {
  if (pulumi.RunError.isInstance(error)) return error.message;
  if (pulumi.ResourceError.isInstance(error) && error.hideStack === true) return error.message;
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof Error && "code" in error && error.code === "ERR_REQUIRE_ASYNC_MODULE")
    return describeAwait(message);
  // The stack of a SyntaxError begins with the place of the error.
  const head = name === "SyntaxError" ? (stack.split("\n    at ")[0] ?? message) : message;
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const own = frames.filter(
    (line) => !/node_modules|node:|evaluate[\\/](answers|child|load-program|record|typescript)/.test(line),
  );
  return [head, ...own.slice(0, 5)].join("\n");
}

/**
 * Node's message for a module with a top-level await does not say what to do. The first module in the message is the
 * one that awaits; the modules that require it follow.
 */
function describeAwait(message: string): string {
  const [awaiting, ...importers] = [...message.matchAll(/^(?:Required module: |- )(.*)$/gm)].map(
    ([, file = ""]) => file,
  );
  const chain = [
    ...importers.filter((file) => !/evaluate[\\/](child|load-program)/.test(file)).reverse(),
    awaiting ?? "a module",
  ];
  return (
    `Top-level await is not supported: the program and its bundles are CommonJS.\n    ${chain.join("\n    → ")}\n` +
    "  Move the await into the callback's factory or into the callback."
  );
}

const nothing: Answers = { consumers: [], issues: [] };

/** The module is loaded only where something is asked. */
function answered(questions: Questions, graph: Graph): Promise<Answers> {
  const { answersTo }: typeof import("./answers") = require("./answers");
  return answersTo(questions, graph);
}

/** Answers one question after the other, until the other process ends this one. */
function answerLater(graph: Graph): void {
  process.on("message", (questions: Questions) => {
    answered(questions, graph)
      .catch((error): LaterAnswer => ({ error: describe(error) }))
      .then((answer) => process.send?.(answer));
  });
}

leaveDebuggingOut();
process.once("message", ({ program, settings, questions, stays }: ChildRequest) => {
  recordProgram(async () => {
    const exported = await loadProgram(program);
    // A program may export a function that returns its outputs.
    const entry =
      typeof exported === "object" && exported !== null && "default" in exported ? exported.default : exported;
    return typeof entry === "function" ? await entry() : exported;
  }, settings)
    .then(async (graph): Promise<ChildAnswer> => {
      const modules = loadedModules(program);
      // The parent ends this process as soon as it has the answer, and Node would write its cache later.
      flushCompileCache();
      return { graph, modules, answers: questions === undefined ? nothing : await answered(questions, graph) };
    })
    .catch((error): ChildAnswer => ({ error: describe(error).replace(waysOfProperties, "") }))
    .then((answer) => {
      const stay = stays && "graph" in answer ? () => answerLater(answer.graph) : () => process.exit(0);
      process.send?.(answer, stay);
    });
});
process.once("disconnect", () => process.exit(1));
