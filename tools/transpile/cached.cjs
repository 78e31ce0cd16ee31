// What ts-node compiles a module with (tsconfig.json names it): the compiler's own `transpileModule`, whose answer is
// kept. The same sources are loaded by hundreds of short processes, of which each would spend half of its time on that.
"use strict";
const { createHash, randomUUID } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const ts = require("typescript");

/** Beside the installed compiler, also for a copy of the repository that only links to what is installed. */
const kept = path.join(path.dirname(require.resolve("typescript/package.json")), "..", ".cache", "spillway-transpiled");

/** A factory as ts-node expects it; `nodeModuleEmitKind` says what Node will take the module for. */
exports.create = ({ service: { config }, nodeModuleEmitKind, folder = kept }) => {
  const { ModuleKind, ModuleResolutionKind } = ts;
  const esModule = { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler };
  const compilerOptions = { ...config.options, ...(nodeModuleEmitKind === "nodeesm" && esModule) };
  const settings = JSON.stringify([ts.version, config.raw, compilerOptions.module]);
  return {
    transpile(input, { fileName }) {
      const name = path.basename(fileName);
      const hash = createHash("sha256").update(settings).update("\0").update(name).update("\0").update(input);
      const file = path.join(folder, `${hash.digest("hex")}.json`);
      const known = read(file);
      if (known !== undefined) return known;
      const { diagnostics, ...output } = ts.transpileModule(input, {
        fileName,
        compilerOptions,
        reportDiagnostics: true,
      });
      // What is wrong is said each time.
      if (diagnostics.length > 0) return { diagnostics, ...output };
      write(file, output);
      return output;
    },
  };
};

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Other processes read and write the same files, and none may see half of one. */
function write(file, output) {
  const unfinished = `${file}.${randomUUID()}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(unfinished, JSON.stringify(output));
    renameSync(unfinished, file);
  } catch {
    // Where nothing can be kept, each process compiles again.
  }
}
