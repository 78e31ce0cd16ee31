// The texts in the sources of the packages: what they say to users, with "…" for each value that is put in.
import { globSync, readFileSync } from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { root } from "./docs-tables";

/** A text as it is written in pieces: "a" + `b ${c}` is "ab …". Undefined for what is no text. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const parts = [textOf(node.left), textOf(node.right)];
    return parts.every((part) => part === undefined) ? undefined : parts.map((part) => part ?? "…").join("");
  }
  return undefined;
}

/** All of them, and the names of classes, which are the types of errors. */
export function sourceTexts(): readonly string[] {
  const files = globSync(["components/**/*.{ts,cjs}", "packages/**/*.{ts,cjs}"], {
    cwd: root,
    exclude: (file) => /(^|\/)(node_modules|test|dist)$/.test(file),
  });
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined) found.push(text);
    if (ts.isClassDeclaration(node) && node.name !== undefined) found.push(node.name.text);
    // The pieces of a text are part of it, and what is put in may hold others.
    if (text === undefined || ts.isTemplateExpression(node)) ts.forEachChild(node, visit);
  };
  for (const file of files) {
    visit(ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest));
  }
  return found;
}
