// What a producer must send for a zod schema: zod's converter also tells what is checked only after the schema has
// changed or replaced the value.

/** The part of zod's schemas and checks that is looked at. */
interface Node {
  readonly _zod: {
    readonly def: {
      readonly type?: string;
      readonly check?: string;
      readonly coerce?: boolean;
      readonly checks?: readonly Node[];
      readonly shape?: Readonly<Record<string, Node>>;
      readonly options?: readonly Node[];
      readonly in?: Node;
      readonly left?: Node;
      readonly innerType?: Node;
      readonly valueType?: Node;
      getter?(): Node;
    };
  };
}

interface Conversion {
  readonly zodSchema: Node;
  /** What zod has made of it so far, to be changed. */
  readonly jsonSchema: Record<string, unknown>;
}

/** What a check says, which counts for the changed value where another check has changed it before. */
const rules = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"];

/** What neither JSON nor an item of a table has. Zod's converter has no words for it. */
const neverSent: ReadonlySet<unknown> = new Set(["date", "function", "map", "nan", "symbol"]);

/** Options of zod's converter, which the consumer's own checks complete. */
export const zodOptions = { unrepresentable: "any", override: loosen } as const;

function loosen({ zodSchema, jsonSchema }: Conversion): void {
  const { type, shape, valueType, checks = [] } = zodSchema._zod.def;
  if (takesAnything(zodSchema)) leaveOut(jsonSchema, Object.keys(jsonSchema));
  else if (neverSent.has(type)) jsonSchema.not = {};
  // Its last members may be missing.
  if (type === "tuple") leaveOut(jsonSchema, ["minItems"]);
  if (checks.some(({ _zod: { def } }) => def.check === "overwrite")) {
    leaveOut(jsonSchema, rules);
    if (jsonSchema.type === "integer") jsonSchema.type = "number";
  }
  if (Array.isArray(jsonSchema.required)) {
    jsonSchema.required = jsonSchema.required.filter((name: string) => {
      const member = shape?.[name] ?? valueType;
      return member === undefined || !mayBeMissing(member, new Set());
    });
  }
}

/** Coercion and a preprocessing function see what is sent before any check, and a fallback replaces what fails. */
function takesAnything({ _zod: { def } }: Node): boolean {
  return def.coerce === true || def.type === "catch" || (def.type === "pipe" && def.in?._zod.def.type === "transform");
}

/** Whether a schema that takes anything sees a missing member first. */
function mayBeMissing(node: Node, seen: Set<Node>): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  const { type, in: first, left, innerType, options = [], getter } = node._zod.def;
  if (takesAnything(node) || type === "transform") return true;
  const inner = [first, left, innerType, getter?.(), ...options];
  return inner.some((each) => each !== undefined && mayBeMissing(each, seen));
}

function leaveOut(schema: Record<string, unknown>, keywords: readonly string[]): void {
  for (const keyword of keywords) delete schema[keyword];
}
