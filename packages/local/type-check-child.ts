// The process that checks types: of the program and of what it imports, by the settings of its own tsconfig.json.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { defaultTsconfig } from "@spillway/graph";
import ts from "typescript";

/** What the process is asked for. */
export interface TypeCheckRequest {
  readonly program: string;
}

/** What it answers. */
export interface TypeCheckAnswer {
  readonly errors: number;
  /** The first errors, each with its lines of source, in colours. */
  readonly text: string;
}

/** If there are more errors, only the first are shown, because they often have one reason. */
const mostShown = 10;

const settings = (program: string) => ts.findConfigFile(path.dirname(program), ts.sys.fileExists) ?? defaultTsconfig;

function check(program: string): TypeCheckAnswer {
  const file = settings(program);
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(file), undefined, file);
  // A program may lie outside the folder of its settings.
  const { rootDir: _, ...options } = parsed.options;
  const kept = path.join(path.dirname(file), ".spillway");
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => "\n",
  };
  // The results of an earlier check of unchanged files are kept beside the bundles.
  const id = createHash("sha256").update(program).digest("hex").slice(0, 16);
  const incremental = existsSync(kept) && {
    incremental: true,
    tsBuildInfoFile: path.join(kept, `types-${id}.tsbuildinfo`),
  };
  const checked = ts.createIncrementalProgram({
    rootNames: [program],
    options: { ...options, noEmit: true, composite: false, declaration: false, ...incremental },
  });
  const found = [
    ...checked.getConfigFileParsingDiagnostics(),
    ...checked.getOptionsDiagnostics(),
    ...checked.getSyntacticDiagnostics(),
    ...checked.getGlobalDiagnostics(),
    ...checked.getSemanticDiagnostics(),
  ].filter(({ category }) => category === ts.DiagnosticCategory.Error);
  checked.emit();
  return { errors: found.length, text: ts.formatDiagnosticsWithColorAndContext(found.slice(0, mostShown), host) };
}

// The process ends with the run.
process.on("disconnect", () => process.exit(0));
process.once("message", (message) => {
  process.send?.(check((message as TypeCheckRequest).program));
});
