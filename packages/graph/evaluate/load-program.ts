// Loads the module of a program as Pulumi's language host does (@pulumi/pulumi/cmd/run/run.js): with `require`, or with
// `import` where the nearest package.json above it says "type": "module".
import { existsSync, readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { createRequire, register } from "node:module";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What the module of the program exports; its default export where it exports nothing else. */
export async function loadProgram(program: string): Promise<unknown> {
  if (!isEsModule(program)) return require(program);
  const hooks = require.resolve("@pulumi/pulumi/cmd/run/hooks.js");
  // Without ts-node beside Pulumi, Node removes the types from the modules, as it does under `pulumi up`.
  if (canResolve("ts-node/esm", hooks)) register(pathToFileURL(hooks));
  const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(program).href);
  if (!("default" in exported)) return exported;
  if (Object.keys(exported).length > 1) {
    throw new Error(
      `${program} exports a default and other names. Pulumi takes one or the other for the stack's outputs. ` +
        "Export all of them by name, or one object as the default.",
    );
  }
  return exported.default;
}

function isEsModule(program: string): boolean {
  for (let folder = path.dirname(program); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (existsSync(manifest)) {
      return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly type?: string }).type === "module";
    }
    if (path.dirname(folder) === folder) return false;
  }
}

function canResolve(name: string, from: string): boolean {
  try {
    createRequire(from).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Absolute paths of all loaded modules outside packages. Only Node's debugger lists ES modules. */
export function loadedModules(program: string): string[] {
  const files = new Set([...Object.keys(require.cache), ...(isEsModule(program) ? esModules() : [])]);
  return [...files].filter((file) => !file.split(path.sep).includes("node_modules"));
}

function esModules(): readonly string[] {
  const files: string[] = [];
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params: { isModule, url } }) => {
    if (isModule === true && url.startsWith("file:")) files.push(fileURLToPath(url));
  });
  session.post("Debugger.enable");
  session.disconnect();
  return files;
}
