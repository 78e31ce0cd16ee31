import { strict as assert } from "node:assert";
import ts from "typescript";
import { faces, PublicTypes } from "../../tools/docs/public-types";

const types = new PublicTypes();
const { checker } = types;

interface Property {
  /** The exported type that has it. */
  readonly owner: string;
  /** Where it is declared, as `queue/consumer-args.ts:67 timeout`. */
  readonly place: string;
  readonly symbol: ts.Symbol;
  readonly type: ts.Type;
}

/** What is handed to a callback or a test: nobody gives these properties, so they have no default. */
const onlyRead: ReadonlySet<string> = new Set(["RecordContext", "CloudEvent", "TableChange", "DeadLetterReason"]);

const isOptional = ({ symbol }: Property) => (symbol.flags & ts.SymbolFlags.Optional) !== 0;
const isNumber = ({ type }: Property) =>
  (type.isUnion() ? type.types : [type]).some((each) => (each.flags & ts.TypeFlags.NumberLike) !== 0);
const tagOf = ({ symbol }: Property, name: string) =>
  symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === name)
    .map(({ text }) => ts.displayPartsToString(text));

type Member = ts.PropertySignature | ts.PropertyDeclaration | ts.MethodDeclaration | ts.GetAccessorDeclaration;

function isPublicMember(declaration: ts.Declaration): declaration is Member {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return (
    (ts.isPropertySignature(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isMethodDeclaration(declaration) ||
      ts.isGetAccessorDeclaration(declaration)) &&
    !ts.isPrivateIdentifier(declaration.name) &&
    (ts.getCombinedModifierFlags(declaration) & hidden) === 0
  );
}

/** A type's own properties, and those of the objects that are written out in them. */
function propertiesOf(type: ts.Type, owner: string): readonly Property[] {
  return (type.isUnion() ? type.types : [type]).flatMap((member) =>
    checker.getPropertiesOfType(member).flatMap((symbol): readonly Property[] => {
      const [declaration] = symbol.declarations ?? [];
      if (declaration === undefined || !types.isOwn(declaration) || !isPublicMember(declaration)) return [];
      // Marks by which only the compiler tells types apart.
      if (ts.isComputedPropertyName(declaration.name)) return [];
      const property = {
        owner,
        place: `${types.placeOf(declaration)} ${symbol.name}`,
        symbol,
        type: checker.getNonNullableType(checker.getTypeOfSymbol(symbol)),
      };
      const inside = "type" in declaration && declaration.type !== undefined && ts.isTypeLiteralNode(declaration.type);
      return [property, ...(inside ? propertiesOf(property.type, owner) : [])];
    }),
  );
}

const properties = faces.flatMap((face) =>
  types
    .exportsOf(face)
    .filter(({ flags }) => (flags & ts.SymbolFlags.Type) !== 0)
    .flatMap((symbol) => propertiesOf(checker.getDeclaredTypeOfSymbol(symbol), symbol.name)),
);

const components: ReadonlySet<string> = new Set(
  faces.flatMap((face) =>
    types
      .exportsOf(face)
      .filter(({ flags }) => (flags & ts.SymbolFlags.Class) !== 0)
      .map(({ name }) => name),
  ),
);

/** Where the properties stand that do not do what is asked of them. */
const failing = (asked: (property: Property) => boolean, among = properties) =>
  [...new Set(among.filter((property) => !asked(property)).map(({ place }) => place))].sort();

describe("the doc comments of the public types", () => {
  it("exist for every property", () => {
    assert.ok(properties.length > 300, `${properties.length} properties`);
    assert.deepEqual(
      failing(({ symbol }) => types.docOf(symbol) !== ""),
      [],
    );
  });

  it("give the default of every optional property, with @default", () => {
    const given = properties.filter(
      (property) =>
        isOptional(property) &&
        // What a component has is no argument.
        !components.has(property.owner) &&
        !onlyRead.has(property.owner) &&
        // What only the compiler reads.
        !types.docOf(property.symbol).startsWith("Only a type"),
    );
    assert.ok(given.length > 200, `${given.length} optional properties`);
    assert.deepEqual(
      failing((property) => tagOf(property, "default").some((text) => text !== ""), given),
      [],
    );
  });

  it("begin with the unit of every number", () => {
    const numbers = properties.filter(isNumber);
    assert.ok(numbers.length > 60, `${numbers.length} numbers`);
    assert.deepEqual(
      failing(
        ({ symbol }) =>
          /^(Milliseconds|Seconds|Minutes|Hours|Days|MB|Number of \w+|Requests|TCP port|HTTP status)\b/.test(
            types.docOf(symbol),
          ),
        numbers,
      ),
      [],
    );
  });

  it("give the range of every number", () => {
    const numbers = properties.filter((property) => isNumber(property) && tagOf(property, "default").length > 0);
    assert.deepEqual(
      failing(({ symbol }) => /[\d`][\w,`]* to [\d`]|or more|one of/i.test(types.docOf(symbol)), numbers),
      [],
    );
  });
});
