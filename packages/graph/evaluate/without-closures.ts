// Leaves Pulumi's serialiser of functions unloaded until it is called. To be imported before Pulumi. With npm's own
// installer and the compiler, which the serialiser uses, it takes half of the time in which Pulumi loads.
import { Module } from "node:module";

/** The functions of each module, as Pulumi's `runtime` exports them. */
const modules = {
  serializeClosure: ["serializeFunction", "serializeFunctionAsync"],
  codePaths: ["computeCodePaths"],
};

type Functions = Readonly<Record<string, (...given: unknown[]) => unknown>>;

for (const [name, functions] of Object.entries(modules)) {
  const file = resolved(`@pulumi/pulumi/runtime/closure/${name}`);
  // Who has loaded Pulumi before has the module, too.
  if (file === undefined || require.cache[file] !== undefined) continue;
  let loaded: Functions | undefined;
  const load = (): Functions => {
    if (loaded === undefined) {
      delete require.cache[file];
      loaded = require(file) as Functions;
    }
    return loaded;
  };
  const standIn = new Module(file);
  standIn.exports = Object.fromEntries(
    functions.map((each) => [each, (...given: unknown[]) => load()[each]?.(...given)]),
  );
  standIn.loaded = true;
  require.cache[file] = standIn;
}

/** A version of Pulumi that has the module elsewhere is loaded as it is. */
function resolved(module: string): string | undefined {
  try {
    return require.resolve(module);
  } catch {
    return undefined;
  }
}
