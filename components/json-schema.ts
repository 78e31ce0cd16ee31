// The JSON Schema of an event, as API Gateway's models take it: draft 4, derived from the event's own schema.
import type { StandardSchemaV1 } from "@standard-schema/spec";

/** A JSON Schema of draft 4. */
export type Model = { readonly [keyword: string]: unknown };

type Schema = Readonly<Record<string, unknown>>;

/** Standard JSON Schema, where the schema's library has it: https://standardschema.dev/json-schema */
interface JsonSchemaConverter {
  input(options: { readonly target: string }): Schema;
}

/**
 * What a producer must send for the schema to take it. Looser than the schema where JSON Schema cannot say it (the consumer checks
 * again), never tighter. Throws an Error for a schema without a converter, and for keywords that draft 4 does not have.
 */
export function modelOf(schema: StandardSchemaV1): Model {
  return { $schema: "http://json-schema.org/draft-04/schema#", ...draft4(convert(schema), "#") };
}

function convert(schema: StandardSchemaV1): Schema {
  const standard = schema["~standard"] as StandardSchemaV1["~standard"] & { readonly jsonSchema?: JsonSchemaConverter };
  if (standard.jsonSchema !== undefined) return standard.jsonSchema.input({ target: "draft-07" });
  if (standard.vendor === "valibot") {
    // Loaded only where it is needed: programs with another schema library do not have it.
    const { toJsonSchema } = require("@valibot/to-json-schema") as typeof import("@valibot/to-json-schema");
    return toJsonSchema(schema as never, { target: "draft-07", typeMode: "input", errorMode: "ignore" }) as Schema;
  }
  throw new Error(
    `No JSON Schema can be derived from a schema of ${standard.vendor}; use valibot, or a library whose schemas have "~standard".jsonSchema.`,
  );
}

const kept = new Set([
  "type",
  "required",
  "enum",
  "multipleOf",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minLength",
  "maxLength",
  "minProperties",
  "maxProperties",
  "title",
  "description",
]);
/** They say nothing that the consumer does not check, or nothing at all. API Gateway's own formats are stricter than most libraries'. */
const dropped = new Set([
  "$schema",
  "$id",
  "$comment",
  "default",
  "examples",
  "format",
  "readOnly",
  "writeOnly",
  "deprecated",
  "contentEncoding",
  "contentMediaType",
  "propertyNames",
]);

function draft4(schema: unknown, path: string): Model {
  if (schema === true) return {};
  if (schema === false) return { not: {} };
  const model: Record<string, unknown> = {};
  const each = (value: unknown, keyword: string) =>
    Object.fromEntries(
      Object.entries(value as Schema).map(([key, member]) => [key, draft4(member, `${path}/${keyword}/${key}`)]),
    );
  for (const [keyword, value] of Object.entries(schema as Schema)) {
    if (kept.has(keyword)) {
      // Draft 4 has no empty list of required properties.
      if (keyword !== "required" || (value as unknown[]).length > 0) model[keyword] = value;
      continue;
    }
    if (dropped.has(keyword)) continue;
    switch (keyword) {
      case "const":
        model.enum = [value];
        break;
      case "minimum":
      case "maximum":
      case "exclusiveMinimum":
      case "exclusiveMaximum":
        break;
      case "pattern":
        if (isPlainPattern(String(value))) model.pattern = value;
        break;
      case "properties":
      case "patternProperties":
        model[keyword] = each(value, keyword);
        break;
      case "$defs":
      case "definitions":
        model.definitions = { ...(model.definitions as Schema), ...each(value, keyword) };
        break;
      case "$ref":
        model.$ref = String(value).replace("#/$defs/", "#/definitions/");
        break;
      case "additionalProperties":
      case "additionalItems":
        model[keyword] = typeof value === "boolean" ? value : draft4(value, `${path}/${keyword}`);
        break;
      case "items":
        model.items = Array.isArray(value)
          ? value.map((item, index) => draft4(item, `${path}/items/${index}`))
          : draft4(value, `${path}/items`);
        break;
      case "not":
        model.not = draft4(value, `${path}/not`);
        break;
      case "anyOf":
      case "oneOf":
      case "allOf":
        model[keyword] = (value as unknown[]).map((member, index) => draft4(member, `${path}/${keyword}/${index}`));
        break;
      default:
        throw new Error(
          `The event's JSON Schema has "${keyword}" at ${path}, which draft 4, and so API Gateway, does not have; say it in another way.`,
        );
    }
  }
  return {
    ...model,
    ...bound(schema as Schema, "minimum", "exclusiveMinimum"),
    ...bound(schema as Schema, "maximum", "exclusiveMaximum"),
  };
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

/** API Gateway knows the regular expressions of ECMA 262 as they were before 2018. */
function isPlainPattern(pattern: string): boolean {
  return !/\\p\{|\\P\{|\(\?<|\\u\{|\\k</.test(pattern);
}
