// The parameters of everything public that can be called, whose descriptions editors show and the reference lists.
import { strict as assert } from "node:assert";
import ts from "typescript";
import { faces, PublicTypes } from "../../tools/docs/public-types";

const types = new PublicTypes();
const { checker } = types;

interface Callable {
  /** As `TestRun.send`. */
  readonly name: string;
  /** The doc comment, with what it says of errors. */
  readonly doc: string;
  readonly parameters: readonly Parameter[];
  readonly isAsync: boolean;
}

interface Parameter {
  /** Where it is declared, as `binding.ts:90 readTable(actions)`. */
  readonly place: string;
  readonly doc: string;
  readonly isOptional: boolean;
  readonly isNumber: boolean;
}

/** `owner`: what is exported, or its member, which has the descriptions if its type is written as a function. */
function callableOf(name: string, signature: ts.Signature, owner: ts.Symbol, docs: string): readonly Callable[] {
  const { declaration } = signature;
  if (declaration === undefined || ts.isJSDocSignature(declaration) || !types.isOwn(declaration)) return [];
  const parameters = signature.getParameters().map((parameter): Parameter => {
    const { valueDeclaration } = parameter;
    assert.ok(valueDeclaration !== undefined && ts.isParameter(valueDeclaration));
    const { questionToken, initializer, dotDotDotToken } = valueDeclaration;
    return {
      place: `${types.placeOf(declaration)} ${name}(${parameter.name})`,
      doc: (types.docOf(parameter) || describedBy(owner, parameter.name)).replace(/^- /, ""),
      isOptional: (questionToken ?? initializer ?? dotDotDotToken) !== undefined,
      isNumber: (checker.getTypeOfSymbol(parameter).flags & ts.TypeFlags.NumberLike) !== 0,
    };
  });
  const returned = declaration.type?.getText() ?? "";
  const doc = `${docs} ${ts.displayPartsToString(signature.getDocumentationComment(checker))}`;
  return [{ name, doc, parameters, isAsync: returned.startsWith("Promise<") }];
}

function describedBy(owner: ts.Symbol, parameter: string): string {
  const tags = owner.getJsDocTags(checker).filter(({ name }) => name === "param");
  const texts = tags.map(({ text }) => ts.displayPartsToString(text));
  return texts.find((text) => text.startsWith(`${parameter} `))?.slice(parameter.length + 1) ?? "";
}

const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
const isHidden = (declaration: ts.Declaration) => (ts.getCombinedModifierFlags(declaration) & hidden) !== 0;

/** A name itself, if it can be called or constructed, and its members that can. */
function callablesOf(symbol: ts.Symbol): readonly Callable[] {
  const isType = (symbol.flags & ts.SymbolFlags.Type) !== 0;
  const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
  const value = isValue ? [checker.getTypeOfSymbol(symbol)] : [];
  const declared = isType ? [checker.getDeclaredTypeOfSymbol(symbol)] : [];
  const members = declared
    .flatMap((type) => (type.isUnion() ? type.types : [type]))
    .flatMap((type) => type.getProperties());
  const ofOwner = types.docOf(symbol);
  return [
    ...[...value, ...declared]
      .flatMap((type) => [...type.getCallSignatures(), ...type.getConstructSignatures()])
      .filter(({ declaration }) => declaration === undefined || !isHidden(declaration))
      .flatMap((signature) => callableOf(symbol.name, signature, symbol, ofOwner)),
    ...members.flatMap((member) => {
      const [declaration] = member.declarations ?? [];
      if (declaration === undefined || !types.isOwn(declaration) || isHidden(declaration)) return [];
      // Marks by which only the compiler tells types apart.
      const { name = declaration } = declaration as ts.NamedDeclaration;
      if (ts.isComputedPropertyName(name) || types.docOf(member).startsWith("Only a type")) return [];
      return checker
        .getNonNullableType(checker.getTypeOfSymbol(member))
        .getCallSignatures()
        .flatMap((signature) => callableOf(`${symbol.name}.${member.name}`, signature, member, ofOwner));
    }),
  ];
}

const callables = faces.flatMap((face) => types.exportsOf(face).flatMap(callablesOf));
const parameters = callables.flatMap((callable) => callable.parameters);

/** Where the parameters stand that do not do what is asked of them. */
const failing = (among: readonly Parameter[], asked: (parameter: Parameter) => boolean) =>
  [...new Set(among.filter((parameter) => !asked(parameter)).map(({ place }) => place))].sort();

describe("the parameters of what is public", () => {
  it("are all described", () => {
    assert.ok(parameters.length > 130, `${parameters.length} parameters`);
    assert.deepEqual(
      failing(parameters, ({ doc }) => doc.length > 8 && doc.endsWith(".")),
      [],
    );
  });

  it("have their default in the description, if they may be left out", () => {
    const optional = parameters.filter(({ isOptional }) => isOptional);
    assert.ok(optional.length > 30, `${optional.length} optional parameters`);
    assert.deepEqual(
      failing(optional, ({ doc }) => /\bDefault: /.test(doc)),
      [],
    );
  });

  it("begin with their unit, if they are numbers", () => {
    const numbers = parameters.filter(({ isNumber }) => isNumber);
    assert.deepEqual(
      failing(numbers, ({ doc }) => /^(Milliseconds|Seconds|Number of \w+)\b/.test(doc)),
      [],
    );
  });
});

describe("what is public and answers later", () => {
  it("says when it rejects, itself or in the description of its interface", () => {
    const asynchronous = callables.filter(({ isAsync }) => isAsync);
    assert.ok(asynchronous.length > 15, `${asynchronous.length} asynchronous functions`);
    assert.deepEqual(
      asynchronous.filter(({ doc }) => !/\b(rejects|throws|throwing)\b/i.test(doc)).map(({ name }) => name),
      [],
    );
  });
});
