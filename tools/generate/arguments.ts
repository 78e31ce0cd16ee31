// The tables of arguments in the documents, made of the doc comments of the types: each place between the lines
// `<!-- generated: arguments QueueConsumer -->` and `<!-- /generated -->` holds the table of `QueueConsumerArgs`.
import { globSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Generator } from "@spillway/cli/generator";
import { markdownTable } from "@spillway/graph/read/markdown-table";
import ts from "typescript";
import { faces, PublicTypes } from "../docs/public-types";
import { root } from "./program";

/** A generator for each place. A type may have places in several documents. */
export const argumentTables: readonly Generator[] = places().map(({ file, name }) => ({
  name: "arguments",
  files: [file],
  marker: `arguments ${name}`,
  make: async () => argumentTable(name),
}));

function places(): { readonly file: string; readonly name: string }[] {
  return globSync("docs/**/*.md", { cwd: root, exclude: ["docs/reference"] }).flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(/^<!-- generated: arguments (\w+) -->$/gm)].map(
      ([, name = ""]) => ({ file, name }),
    ),
  );
}

let read: PublicTypes | undefined;
const typesOf = () => (read ??= new PublicTypes());

/** Throws an Error for a name that no face exports, and for an argument without a doc comment. */
export function argumentTable(name: string): string {
  const types = typesOf();
  const exported = faces.flatMap((face) => types.exportsOf(face));
  const symbol = exported.find((each) => each.name === `${name}Args`) ?? exported.find((each) => each.name === name);
  if (symbol === undefined) throw new Error(`arguments ${name}: spillway exports neither ${name}Args nor ${name}.`);
  const rows = rowsOf(types.checker.getDeclaredTypeOfSymbol(symbol), "");
  const first = rows.filter((row) => isFirst(row));
  const others = rows.filter((row) => !isFirst(row));
  return markdownTable(["argument", "default", "meaning"], [...first, ...others]);
}

const required = "required";
const isFirst = ([argument, preset]: Row) => preset === required || argument === "`bindings`";

type Row = readonly [argument: string, preset: string, meaning: string];

function rowsOf(type: ts.Type, above: string): readonly Row[] {
  const { checker } = typesOf();
  return checker.getPropertiesOfType(type).flatMap((symbol): readonly Row[] => {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || !ts.isPropertySignature(declaration)) return [];
    const name = `${above}${symbol.name}`;
    const row: Row = [`\`${name}\``, presetOf(symbol), meaningOf(symbol, name)];
    const { type: written } = declaration;
    // The members of an object that is written out in the argument. Those of overrides are the children's properties.
    const inside =
      written !== undefined && ts.isTypeLiteralNode(written) && symbol.name !== "overrides"
        ? rowsOf(checker.getNonNullableType(checker.getTypeOfSymbol(symbol)), `${name}.`)
        : [];
    return [row, ...inside];
  });
}

const tagsOf = (symbol: ts.Symbol, tag: string) =>
  symbol
    .getJsDocTags(typesOf().checker)
    .filter((each) => each.name === tag)
    .map(({ text }) => oneLine(ts.displayPartsToString(text)));

function presetOf(symbol: ts.Symbol): string {
  if ((symbol.flags & ts.SymbolFlags.Optional) === 0) return required;
  return tagsOf(symbol, "default")[0] ?? "";
}

/** An argument of several types has the comments of all of them, without those that only say when it is undefined. */
function meaningOf(symbol: ts.Symbol, name: string): string {
  const { checker } = typesOf();
  const docs = (symbol.declarations ?? []).flatMap((declaration) => {
    const { name: own, type } = declaration as ts.PropertySignature;
    const declared = checker.getSymbolAtLocation(own);
    const isNothing = type?.kind === ts.SyntaxKind.UndefinedKeyword;
    return declared === undefined || isNothing ? [] : [oneLine(typesOf().docOf(declared))];
  });
  if (docs.length === 0 || docs.includes("")) throw new Error(`${name} has no doc comment, which the documents need.`);
  // What another comment says, too, is not said again.
  const distinct = [...new Set(docs)].filter(
    (doc, _, all) => !all.some((other) => other !== doc && other.startsWith(doc.replace(/\.$/, ""))),
  );
  const examples = [...new Set(tagsOf(symbol, "example"))].map((text) => `Example: \`${text}\`.`);
  return [...distinct.map(withLinks), ...examples].join(" ");
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, " ").trim();

/** A rule's address as a link at the end of its sentence, because a bare one would fill the column. */
function withLinks(text: string): string {
  return text.replace(/[:.]? (https?:\/\/\S+?)([.,;)]?)(?= |$)/g, (_, url: string, sign: string) => {
    return ` ([source](${url}))${sign === "" ? "." : sign}`;
  });
}
