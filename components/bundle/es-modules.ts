// Which ES modules of the program have been loaded, and in which of them a function was written. Node keeps no public
// list of them, but its debugger knows every script by its address.
import { type Debugger, type Runtime, Session } from "node:inspector";

export interface EsModules {
  /** Addresses of all of them, outside node_modules, in the order of the alphabet. */
  readonly all: readonly string[];
  /** For each of the functions the address of its module, where that is one of them. */
  readonly writtenIn: readonly (string | undefined)[];
}

/** Where the function that the debugger is asked about can be reached by an expression. */
const placeOfQuestion = "spillwayFunctionToLocate";

export function esModulesWith(functions: readonly unknown[]): EsModules {
  const session = new Session();
  session.connect();
  try {
    const addresses = new Map<string, string>();
    session.on("Debugger.scriptParsed", ({ params }) => {
      if (isOfProgram(params)) addresses.set(params.scriptId, params.url);
    });
    // Answers, and the events before them, come at once, because the session is this thread's own.
    session.post("Debugger.enable");
    const writtenIn = functions.map((each) => addresses.get(scriptOf(each, session) ?? ""));
    return { all: [...new Set(addresses.values())].sort(), writtenIn };
  } finally {
    session.disconnect();
  }
}

const isOfProgram = ({ isModule, url }: Debugger.ScriptParsedEventDataType) =>
  isModule === true && url.startsWith("file:") && !url.split("/").includes("node_modules");

function scriptOf(value: unknown, session: Session): string | undefined {
  let script: string | undefined;
  Reflect.set(globalThis, placeOfQuestion, value);
  session.post("Runtime.evaluate", { expression: placeOfQuestion }, (_, answer) => {
    const { objectId } = answer?.result ?? {};
    if (objectId === undefined) return;
    session.post("Runtime.getProperties", { objectId, ownProperties: true }, (_, properties) => {
      script = scriptIdOf(properties?.internalProperties ?? []);
    });
  });
  Reflect.deleteProperty(globalThis, placeOfQuestion);
  return script;
}

function scriptIdOf(properties: readonly Runtime.InternalPropertyDescriptor[]): string | undefined {
  const location: unknown = properties.find(({ name }) => name === "[[FunctionLocation]]")?.value?.value;
  return typeof location === "object" && location !== null && "scriptId" in location
    ? String(location.scriptId)
    : undefined;
}
