// The source files of a program between two checks: those that have not been saved since are not parsed again.
import { statSync } from "node:fs";
import * as path from "node:path";
import ts from "typescript";

interface Parsed {
  readonly version: string;
  readonly file: ts.SourceFile | undefined;
}

const isOfPackage = (file: string) => file.includes("/node_modules/");

export class Sources {
  readonly #parsed = new Map<string, Parsed>();

  /** A host for one check. */
  hostFor(options: ts.CompilerOptions): ts.CompilerHost {
    const host = ts.createIncrementalCompilerHost(options);
    const getSourceFile: ts.CompilerHost["getSourceFile"] = (name, languageVersion, onError, isNew) => {
      const version = versionOf(name);
      const known = this.#parsed.get(name);
      if (known?.version === version && isNew !== true) return known.file;
      const file = host.getSourceFile(name, languageVersion, onError, isNew);
      this.#parsed.set(name, { version, file });
      return file;
    };
    return {
      ...host,
      getSourceFile,
      // A file that an import did not find may exist now. In packages, nothing is looked for again.
      hasInvalidatedResolutions: (file) => !isOfPackage(file),
    };
  }
}

function versionOf(file: string): string {
  const { mtimeMs = 0, size = 0, ino = 0 } = statSync(path.resolve(file), { throwIfNoEntry: false }) ?? {};
  return `${mtimeMs} ${size} ${ino}`;
}
