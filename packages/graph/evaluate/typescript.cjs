// Loads modules in TypeScript by ts-node, as Pulumi does, and keeps what they compile to. A process that finds all of
// its modules kept loads neither ts-node nor the compiler. Plain JavaScript, because Node loads it before all else.
"use strict";
const { createHash, randomUUID } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire, Module } = require("node:module");
const path = require("node:path");

/** Settings with which ts-node does more than compile the TypeScript modules of a CommonJS project. */
const names = [
  ...["allowJs", "checkJs", "jsx", "compiler", "transpiler", "swc", "esm", "moduleTypes", "require", "scope"],
  ...["ignore", "skipIgnore", "preferTsExts", "experimental\\w+"],
];
const unusual = new RegExp(`"(${names.join("|")})"`);
const usualVariables = ["TS_NODE_PROJECT", "TS_NODE_TRANSPILE_ONLY"];

/**
 * What TypeScript 6 refuses of a module by itself, and Pulumi, which reads the whole program, does not: a rootDir that
 * is not given, and options that are about to be dropped. Neither changes what the module compiles to.
 */
const ignoreDiagnostics = [5011, 5101, 5107];

/** What ts-node compiles a module to ends with a line of this and the source map in base64. */
const beforeMap = "//# sourceMappingURL=data:application/json;charset=utf-8;base64,";
/** Stands in a kept source map for the name of the file, which may be another one when it is read. */
const placeholder = '"\\u0000"';

const manifestOfTsNode = require.resolve("ts-node/package.json");
const requireOfTsNode = createRequire(manifestOfTsNode);
/** Beside ts-node, so that copies of a project that only link to what is installed share it. */
const besideTsNode = path.join(path.dirname(manifestOfTsNode), "..", ".cache", "spillway-compiled");

/** Loads modules in TypeScript from now on, with the settings of a tsconfig.json. They are kept in `folder`. */
exports.registerTypeScript = (tsconfig, folder = besideTsNode) => {
  const registerTsNode = () => {
    const { DEFAULTS, register } = requireOfTsNode("ts-node");
    // A default, so that a list in tsconfig.json or in the environment counts instead.
    DEFAULTS.ignoreDiagnostics ??= ignoreDiagnostics;
    register({ transpileOnly: true, project: tsconfig });
  };
  const settings = settingsOf(tsconfig);
  if (settings === undefined) {
    registerTsNode();
    return;
  }
  const extensions = Module._extensions;
  const before = new Map([".ts", ".cts", ".mts"].map((each) => [each, extensions[each]]));
  const loaded = new Map();
  let compile;

  /** ts-node's handlers take their places, and ours stands before that of `.ts` again. */
  const startTsNode = () => {
    for (const [extension, handler] of before) {
      if (handler === undefined) delete extensions[extension];
      else extensions[extension] = handler;
    }
    registerTsNode();
    compile = extensions[".ts"];
    extensions[".ts"] = load;
  };
  const load = (target, file) => {
    const kept = keptFor(file, settings, folder);
    const text = kept === undefined ? undefined : textIn(kept, file);
    if (text !== undefined) {
      loaded.set(file, text);
      target._compile(text, file);
      return;
    }
    if (kept !== undefined) {
      const { _compile } = target;
      target._compile = function (compiled, ...rest) {
        keep(kept, file, compiled);
        return _compile.call(this, compiled, ...rest);
      };
    }
    if (compile === undefined) startTsNode();
    compile(target, file);
  };

  extensions[".ts"] = load;
  for (const extension of [".cts", ".mts"]) {
    extensions[extension] = (target, file) => {
      startTsNode();
      extensions[extension](target, file);
    };
  }
  // A stack trace names the places in the sources.
  requireOfTsNode("@cspotcode/source-map-support").install({
    environment: "node",
    retrieveFile: (file) => loaded.get(path.normalize(file)) ?? "",
    redirectConflictingLibrary: true,
  });
};

/** Everything that decides what a text compiles to; undefined where that cannot be told. */
function settingsOf(tsconfig) {
  const others = Object.keys(process.env).filter(
    (name) => name.startsWith("TS_NODE_") && !usualVariables.includes(name),
  );
  const texts = textsOf(tsconfig);
  if (others.length > 0 || texts === undefined || texts.some((text) => unusual.test(text))) return undefined;
  const compiler = resolveFrom(tsconfig, "typescript/package.json");
  if (compiler === undefined) return undefined;
  const versions = [manifestOfTsNode, compiler].map((file) => JSON.parse(readFileSync(file, "utf8")).version);
  return JSON.stringify([...versions, ...texts]);
}

/**
 * The texts of a tsconfig.json and of all that it extends. Undefined where a name is without its extension, because
 * Node and TypeScript may find different files then.
 */
function textsOf(tsconfig) {
  const text = read(tsconfig);
  if (text === undefined) return undefined;
  const texts = [text];
  for (const [, given] of text.matchAll(/"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/g)) {
    for (const [, name] of given.matchAll(/"([^"]*)"/g)) {
      const file = name.endsWith(".json") ? resolveFrom(tsconfig, name) : undefined;
      const below = file === undefined ? undefined : textsOf(file);
      if (below === undefined) return undefined;
      texts.push(...below);
    }
  }
  return texts;
}

function resolveFrom(file, name) {
  try {
    return createRequire(file).resolve(name);
  } catch {
    return undefined;
  }
}

const types = new Map();

/** The `type` in the nearest package.json. */
function typeIn(folder) {
  if (!types.has(folder)) {
    const manifest = path.join(folder, "package.json");
    const parent = path.dirname(folder);
    const above = () => (parent === folder ? undefined : typeIn(parent));
    types.set(folder, existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).type : above());
  }
  return types.get(folder);
}

/** Where it is kept what the module compiles to; undefined for modules that ts-node does not compile, or refuses. */
function keptFor(file, settings, folder) {
  const source = file.includes(`${path.sep}node_modules${path.sep}`) ? undefined : read(file);
  if (source === undefined || typeIn(path.dirname(file)) === "module") return undefined;
  const hash = createHash("sha256");
  for (const part of [settings, path.basename(file), source]) hash.update(part).update("\0");
  return path.join(folder, `${hash.digest("hex")}.js`);
}

const nameInMap = (file) => file.split(path.sep).join("/");

/** As ts-node would compile it; undefined where it is not kept, or only a part of it, as after a power failure. */
function textIn(kept, file) {
  const text = read(kept) ?? "";
  const end = text.lastIndexOf("\n") + 1;
  if (!text.startsWith('{"version":', end) || !text.endsWith("}")) return undefined;
  const map = text.slice(end).replaceAll(placeholder, () => JSON.stringify(nameInMap(file)));
  return `${text.slice(0, end)}${beforeMap}${Buffer.from(map).toString("base64")}`;
}

/** Other processes read and write the same files, and none may see half of one. */
function keep(kept, file, compiled) {
  const end = compiled.lastIndexOf("\n") + 1;
  if (!compiled.startsWith(beforeMap, end)) return;
  const map = JSON.parse(Buffer.from(compiled.slice(end + beforeMap.length), "base64").toString());
  const name = nameInMap(file);
  if (map.file !== name || map.sources.length !== 1 || map.sources[0] !== name) return;
  const anywhere = JSON.stringify({ ...map, file: "\0", sources: ["\0"] });
  const unfinished = `${kept}.${randomUUID()}`;
  try {
    mkdirSync(path.dirname(kept), { recursive: true });
    writeFileSync(unfinished, compiled.slice(0, end) + anywhere);
    renameSync(unfinished, kept);
  } catch {
    // Where nothing can be kept, each process compiles.
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
