// The package's own files as the compiler sees them. Libraries are left out: their types take seconds, and no test asks
// for them.
import assert from "node:assert/strict";
import * as path from "node:path";
import ts from "typescript";

const root = path.resolve(__dirname, "..", "..");
const components = path.join(root, "components");
/** Packages whose types a face takes over, and what those import of the faces. */
const packages: Readonly<Record<string, string>> = {
  "@spillway/testing": path.join(root, "packages", "testing", "index.ts"),
  "spillway/callback": fileOf("callback"),
};

export const faces = ["index", "callback", "network", "testing"] as const;
export type Face = (typeof faces)[number];

export class PublicTypes {
  readonly checker: ts.TypeChecker;
  private readonly program: ts.Program;

  constructor() {
    const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, strict: true, noEmit: true, types: [] };
    const host = ts.createCompilerHost(options);
    host.resolveModuleNameLiterals = (names, from) =>
      names.map(({ text }) => {
        const file = packages[text] ?? `${path.resolve(path.dirname(from), text)}.ts`;
        const own = text in packages || (text.startsWith(".") && host.fileExists(file));
        return { resolvedModule: own ? { resolvedFileName: file, extension: ts.Extension.Ts } : undefined };
      });
    this.program = ts.createProgram({ rootNames: faces.map(fileOf), options, host });
    this.checker = this.program.getTypeChecker();
  }

  /** What a face exports, as it is declared. */
  exportsOf(face: Face): readonly ts.Symbol[] {
    const source = this.program.getSourceFile(fileOf(face));
    assert.ok(source);
    const module = this.checker.getSymbolAtLocation(source);
    assert.ok(module);
    return this.checker
      .getExportsOfModule(module)
      .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol));
  }

  /** Whether it stands in a file of the repository. */
  isOwn(declaration: ts.Declaration): boolean {
    const { fileName } = declaration.getSourceFile();
    return fileName.startsWith(root) && !fileName.includes("node_modules");
  }

  /** File and line, as `queue/consumer-args.ts:67`. */
  placeOf(declaration: ts.Declaration): string {
    const source = declaration.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(declaration.getStart(source));
    return `${path.relative(components, source.fileName)}:${line + 1}`;
  }

  docOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
  }
}

export function fileOf(face: Face): string {
  return path.join(components, `${face}.ts`);
}
