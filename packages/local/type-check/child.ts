// The process that checks types: of the program and of what it imports, by the settings of its own tsconfig.json.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { defaultTsconfig } from "@spillway/graph";
import ts from "typescript";
import { Sources } from "./sources";

/** What the process is asked for. */
export interface TypeCheckRequest {
  readonly program: string;
}

/** What it answers. */
export interface TypeCheckAnswer {
  readonly errors: number;
  /** The first errors, each with its lines of source, in colours. */
  readonly text: string;
  /** Absolute paths of the program's own files, without those of packages. */
  readonly files: readonly string[];
}

/** If there are more errors, only the first are shown, because they often have one reason. */
const mostShown = 10;

/** Of options that TypeScript is about to drop. ts-node, with which Pulumi checks a program, does not look for them. */
const deprecations: readonly number[] = [5101, 5107];

const settings = (program: string) => ts.findConfigFile(path.dirname(program), ts.sys.fileExists) ?? defaultTsconfig;

/** The last check, of which the next one takes over what has not changed. */
interface Checked {
  readonly options: string;
  readonly sources: Sources;
  readonly builder: ts.EmitAndSemanticDiagnosticsBuilderProgram;
}

let last: Checked | undefined;

function check(program: string): TypeCheckAnswer {
  const options = optionsOf(program);
  const shared = last?.options === JSON.stringify(options) ? last : undefined;
  const sources = shared?.sources ?? new Sources();
  const host = sources.hostFor(options);
  // The first check of this process continues the last one of an earlier process.
  const old = shared?.builder ?? ts.readBuilderProgram(options, host);
  const builder = ts.createEmitAndSemanticDiagnosticsBuilderProgram([program], options, host, old);
  last = { options: JSON.stringify(options), sources, builder };
  const found = [
    ...builder.getConfigFileParsingDiagnostics(),
    ...builder.getOptionsDiagnostics(),
    ...builder.getSyntacticDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...builder.getSemanticDiagnostics(),
  ].filter(({ category, code }) => category === ts.DiagnosticCategory.Error && !deprecations.includes(code));
  builder.emit();
  return {
    errors: found.length,
    text: ts.formatDiagnosticsWithColorAndContext(found.slice(0, mostShown), {
      getCanonicalFileName: (name: string) => name,
      getCurrentDirectory: () => process.cwd(),
      getNewLine: () => "\n",
    }),
    files: builder
      .getSourceFiles()
      .map(({ fileName }) => path.resolve(fileName))
      .filter((file) => !file.includes(`${path.sep}node_modules${path.sep}`)),
  };
}

function optionsOf(program: string): ts.CompilerOptions {
  const file = settings(program);
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(file), undefined, file);
  // A program may lie outside the folder of its settings.
  const { rootDir: _, ...options } = parsed.options;
  const kept = path.join(path.dirname(file), ".spillway");
  // The results of an earlier check of unchanged files are kept beside the bundles.
  const id = createHash("sha256").update(program).digest("hex").slice(0, 16);
  const incremental = existsSync(kept) && {
    incremental: true,
    tsBuildInfoFile: path.join(kept, `types-${id}.tsbuildinfo`),
  };
  return { ...options, noEmit: true, composite: false, declaration: false, ...incremental };
}

// The process ends with the run.
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  process.send?.(check((message as TypeCheckRequest).program));
});
