// The JSON Schema of an event, as API Gateway's models take it: what draft 4 and OpenAPI 3.0 both have, derived from
// the event's own schema.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { producerSchema } from "./producer-schema";
import { zodOptions } from "./producer-zod";

/** A JSON Schema in the words that draft 4 and OpenAPI 3.0 share, without references. */
export type Model = { readonly [keyword: string]: unknown };

type Schema = Readonly<Record<string, unknown>>;

/** Standard JSON Schema, where the schema's library has it: https://standardschema.dev/json-schema */
interface JsonSchemaConverter {
  input(options: { readonly target: string; readonly libraryOptions?: object }): Schema;
}

/**
 * What a producer must send for the schema to take it. It is never tighter than the schema: what it cannot say exactly
 * is left out, and the consumer checks it. Throws an Error for a schema from which no JSON Schema can be derived.
 *
 * `tellsOthers`: objects that expressly take members which they do not list have `additionalProperties`, also where a
 * model means the same without.
 */
export function modelOf(schema: StandardSchemaV1, { tellsOthers = false } = {}): Model {
  const standard = schema["~standard"] as StandardSchemaV1["~standard"] & { readonly jsonSchema?: JsonSchemaConverter };
  if (standard.vendor === "valibot" && "kind" in schema) {
    // Loaded only where it is needed: programs with another schema library do not have it.
    const { toJsonSchema } = require("@valibot/to-json-schema") as typeof import("@valibot/to-json-schema");
    const converted = toJsonSchema(producerSchema(schema) as never, {
      target: "draft-07",
      typeMode: "input",
      errorMode: "ignore",
      overrideSchema: ({ valibotSchema, jsonSchema }) =>
        tellsOthers && valibotSchema.type === "loose_object"
          ? { ...jsonSchema, additionalProperties: true }
          : undefined,
    });
    return new Converter(converted as Schema, { knowsTexts: true, tellsOthers }).convert();
  }
  if (standard.jsonSchema !== undefined) {
    const options = standard.vendor === "zod" ? { libraryOptions: zodOptions } : {};
    const converted = standard.jsonSchema.input({ target: "draft-07", ...options });
    return new Converter(converted, { knowsTexts: false, tellsOthers }).convert();
  }
  throw new Error(
    `No JSON Schema can be derived from a schema of ${standard.vendor}; use valibot, or a library whose schemas ` +
      `have "~standard".jsonSchema.`,
  );
}

/**
 * They are the same in every draft. A bound on the number of properties is not here: objects drop and add properties
 * before it is checked.
 */
const kept: ReadonlySet<string> = new Set(["required", "multipleOf", "minItems", "maxItems", "uniqueItems"]);
/**
 * Other libraries' converters tell neither the flags of a pattern nor what a text goes through (trimming) before it is
 * checked.
 */
const keptOfTexts: ReadonlySet<string> = new Set(["maxLength", "minLength", "pattern"]);
const words: ReadonlySet<string> = new Set(["title", "description"]);
const types: ReadonlySet<unknown> = new Set(["object", "array", "string", "number", "boolean"]);

class Converter {
  constructor(
    private readonly root: Schema,
    private readonly settings: { readonly knowsTexts: boolean; readonly tellsOthers: boolean },
  ) {}

  convert(): Model {
    return this.model(this.root, []);
  }

  /**
   * `open`: the references that lead here. A schema that contains itself ends where it begins again, because models
   * cannot be circular.
   */
  private model(schema: unknown, open: readonly string[]): Model {
    if (schema === false) return { not: {} };
    if (typeof schema !== "object" || schema === null) return {};
    const { $ref } = schema as Schema;
    if (typeof $ref === "string") {
      const target = open.includes($ref) ? undefined : this.at($ref);
      return target === undefined ? {} : this.model(target, [...open, $ref]);
    }
    return Object.assign(
      {},
      ...Object.entries(schema).map(([keyword, value]) => this.say(keyword, value, schema as Schema, open)),
    ) as Model;
  }

  private say(keyword: string, value: unknown, schema: Schema, open: readonly string[]): Model {
    if (kept.has(keyword)) {
      // Draft 4 has no empty list of required properties, and 0.1 is no number of which multiples can be told exactly.
      if (keyword === "required" && (value as unknown[]).length === 0) return {};
      return keyword === "multipleOf" && !Number.isInteger(value) ? {} : { [keyword]: value };
    }
    // What API Gateway makes of formats is not known, so that it is a word for those who read the model.
    if (keyword === "format") return "description" in schema ? {} : { description: `format: ${String(value)}` };
    if (words.has(keyword)) return typeof value === "string" ? { [keyword]: value } : {};
    if (keptOfTexts.has(keyword)) return this.settings.knowsTexts ? textRule(keyword, value) : {};
    switch (keyword) {
      case "type":
        return typeRule(value);
      case "const":
        return enumRule([value]);
      case "enum":
        return enumRule(value as unknown[]);
      case "minimum":
      case "exclusiveMinimum":
        return bound(schema, "minimum", "exclusiveMinimum");
      case "maximum":
      case "exclusiveMaximum":
        return bound(schema, "maximum", "exclusiveMaximum");
      case "properties":
        return {
          properties: Object.fromEntries(
            Object.entries(value as Schema).map(([name, member]) => [name, this.model(member, open)]),
          ),
        };
      case "additionalProperties":
        // Properties by pattern are not said, and must not count as additional ones.
        if ("patternProperties" in schema) return {};
        return { additionalProperties: typeof value === "boolean" ? value : this.model(value, open) };
      case "patternProperties":
        return this.settings.tellsOthers ? { additionalProperties: true } : {};
      case "items":
        return Array.isArray(value) ? {} : { items: this.model(value, open) };
      case "not":
        return notRule(value);
      case "anyOf":
      // One of several may be told apart by what is left out, so that more than one may fit.
      case "oneOf":
        return this.choice(value as readonly unknown[], open);
      case "allOf":
        return { allOf: (value as readonly unknown[]).map((member) => this.model(member, open)) };
      default:
        return {};
    }
  }

  /** OpenAPI 3.0 has no type of null, so that a choice with it cannot be said. */
  private choice(members: readonly unknown[], open: readonly string[]): Model {
    const models = members.map((member) => this.model(member, open));
    return models.some((model) => Object.keys(model).length === 0) ? {} : { anyOf: models };
  }

  private at(pointer: string): unknown {
    const parts = pointer.replace(/^#\/?/, "").split("/").filter(Boolean);
    return parts.reduce<unknown>(
      (value, part) => (value as Schema | undefined)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")],
      this.root,
    );
  }
}

function typeRule(type: unknown): Model {
  // API Gateway takes 2.0 for no integer, where JavaScript reads it as 2.
  if (type === "integer") return { type: "number", multipleOf: 1 };
  return types.has(type) ? { type } : {};
}

function enumRule(values: readonly unknown[]): Model {
  const kinds = [...new Set(values.map((value) => typeof value))];
  const [type] = kinds;
  return kinds.length === 1 && types.has(type) && type !== "object" ? { type, enum: values } : {};
}

/** Whatever was left out of what must not be would make it tighter, so that only exact values are kept. */
function notRule(schema: unknown): Model {
  const { const: value, enum: values, ...more } = schema as Schema;
  if (Object.keys(more).length > 0) return {};
  if (Object.keys(schema as Schema).length === 0) return { not: {} };
  const model = enumRule((values as unknown[] | undefined) ?? [value]);
  return "enum" in model ? { not: model } : {};
}

/**
 * Libraries count a text's length in UTF-16 code units, API Gateway in code points, of which there are at least half as
 * many.
 */
function textRule(keyword: string, value: unknown): Model {
  if (keyword === "minLength") return { minLength: Math.ceil(Number(value) / 2) };
  if (keyword === "pattern" && !isPlainPattern(String(value))) return {};
  return { [keyword]: value };
}

/**
 * API Gateway knows the regular expressions of ECMA 262 as they were before 2018: groups have neither names nor flags.
 */
function isPlainPattern(pattern: string): boolean {
  return !/\\p\{|\\P\{|\(\?[<ims-]|\\u\{|\\k</.test(pattern);
}

/** Since draft 6 an exclusive bound is a number of its own; in draft 4 it is a property of the other bound. */
function bound(
  schema: Schema,
  inclusive: "minimum" | "maximum",
  exclusive: "exclusiveMinimum" | "exclusiveMaximum",
): Model {
  const [including, excluding] = [schema[inclusive], schema[exclusive]];
  if (typeof excluding !== "number") return including === undefined ? {} : { [inclusive]: including };
  const tighter = inclusive === "minimum" ? Math.max : Math.min;
  if (typeof including === "number" && including !== excluding && tighter(including, excluding) === including) {
    return { [inclusive]: including };
  }
  return { [inclusive]: excluding, [exclusive]: true };
}
