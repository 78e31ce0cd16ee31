// Checks a body against a model, and words what is wrong as API Gateway does.
import Ajv, { type ErrorObject } from "ajv-draft-04";

type Schema = Readonly<Record<string, unknown>>;

/** Returns what is wrong with a body, as in `$context.error.validationErrorString`. Undefined if nothing is. */
export type Validator = (body: unknown) => string | undefined;

/**
 * API Gateway's texts are those of the Java library java-json-tools/json-schema-validator, and so is their order: a
 * value's own errors by keyword, then its members by name; but nothing below a value is looked at once anything was
 * wrong.
 */
export function compileModel(model: Schema): Validator {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, verbose: true });
  // allOf has one text for all its parts, so it must not report each part's own errors.
  ajv.addKeyword({
    keyword: "wholeAllOf",
    compile: (parts: readonly Schema[]) => {
      const checks = parts.map((part) => ajv.compile({ ...part, definitions: model.definitions ?? {} }));
      return (data: unknown) => checks.every((part) => part(data));
    },
  });
  const check = ajv.compile(withWholeAllOf(model) as Schema);
  return (body) => {
    if (check(body)) return undefined;
    const errors = group(check.errors ?? []);
    const texts: string[] = [];
    const visit = (value: unknown, pointer: string) => {
      texts.push(...(errors.get(pointer) ?? []));
      if (texts.length > 0 || typeof value !== "object" || value === null) return;
      const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value).sort();
      for (const key of keys) visitMember(value, key, pointer);
    };
    const visitMember = (value: object, key: string | number, pointer: string) => {
      const member = (value as Record<string | number, unknown>)[key];
      const at = `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (texts.length > 0) texts.push(...(errors.get(at) ?? []));
      else visit(member, at);
    };
    visit(body, "");
    return `[${texts.join(", ")}]`;
  };
}

function withWholeAllOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withWholeAllOf);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key === "allOf" ? "wholeAllOf" : key,
      key === "enum" ? value : withWholeAllOf(value),
    ]),
  );
}

/** The messages for each place in the body, in the order of their keywords. */
function group(errors: readonly ErrorObject[]): Map<string, readonly string[]> {
  const places = new Map<string, Map<string, { readonly keyword: string; readonly errors: ErrorObject[] }>>();
  for (const error of errors) {
    // A failure inside a choice is reported by the choice.
    if (/\/(anyOf|oneOf)\/\d+\/|\/not\//.test(error.schemaPath)) continue;
    const [keyword, path] = [error.keyword, error.instancePath];
    const place = places.get(path) ?? new Map<string, { readonly keyword: string; readonly errors: ErrorObject[] }>();
    places.set(path, place);
    const key = keyword === "wholeAllOf" ? "allOf" : keyword;
    const same = place.get(key);
    if (same === undefined) place.set(key, { keyword, errors: [error] });
    else same.errors.push(error);
  }
  return new Map(
    [...places].map(([path, place]) => {
      const sorted = [...place].sort(([a], [b]) => (a < b ? -1 : 1));
      return [path, sorted.map(([, { keyword, errors: same }]) => textOf(keyword, same))];
    }),
  );
}

function textOf(keyword: string, errors: readonly ErrorObject[]): string {
  const [{ params, data, schema, parentSchema } = fail(keyword)] = errors as readonly (ErrorObject & {
    parentSchema?: Schema;
  })[];
  const size = () =>
    Array.isArray(data)
      ? data.length
      : typeof data === "string"
        ? [...data].length
        : Object.keys(data as object).length;
  const names = (member: string) =>
    list(errors.map((error) => (error.params as Record<string, string>)[member] ?? "").sort());
  switch (keyword) {
    case "type":
      return `instance type (${typeOf(data)}) does not match any allowed primitive type (allowed: ${list(allowedTypes(schema))})`;
    case "required":
      return `object has missing required properties (${names("missingProperty")})`;
    case "additionalProperties":
      return `object instance has properties which are not allowed by the schema: ${names("additionalProperty")}`;
    case "additionalItems":
      return `schema only allows ${params.limit} elements in array but instance has ${size()} elements`;
    case "enum":
      return `instance value (${JSON.stringify(data)}) not found in enum (possible values: ${list(schema as readonly unknown[])})`;
    case "minimum":
      return parentSchema?.exclusiveMinimum === true && data === schema
        ? `numeric instance is not strictly greater than the required minimum ${schema}`
        : `numeric instance is lower than the required minimum (minimum: ${schema}, found: ${data})`;
    case "maximum":
      return parentSchema?.exclusiveMaximum === true && data === schema
        ? `numeric instance is not strictly lower than the required maximum ${schema}`
        : `numeric instance is greater than the required maximum (maximum: ${schema}, found: ${data})`;
    case "multipleOf":
      return `remainder of division is not zero (${data} / ${schema})`;
    case "minLength":
      return `string "${data}" is too short (length: ${size()}, required minimum: ${schema})`;
    case "maxLength":
      return `string "${data}" is too long (length: ${size()}, maximum allowed: ${schema})`;
    case "pattern":
      return `ECMA 262 regex "${schema}" does not match input string "${data}"`;
    case "minItems":
      return `array is too short: must have at least ${schema} elements but instance has ${size()} elements`;
    case "maxItems":
      return `array is too long: must have at most ${schema} elements but instance has ${size()} elements`;
    case "uniqueItems":
      return "array must not contain duplicate elements";
    case "minProperties":
      return `object has too few properties (found ${size()} but schema requires at least ${schema})`;
    case "maxProperties":
      return `object has too many properties (found ${size()} but schema requires at most ${schema})`;
    case "anyOf":
      return `instance failed to match at least one required schema among ${(schema as unknown[]).length}`;
    case "oneOf":
      return `instance failed to match exactly one schema (matched ${matched(schema, data)} out of ${(schema as unknown[]).length})`;
    case "wholeAllOf":
      return `instance failed to match all required schemas (matched only ${matched(schema, data)} out of ${(schema as unknown[]).length})`;
    case "not":
      return "instance matched a schema which it should not have";
    default:
      return `${keyword} failed`;
  }
}

function matched(schemas: unknown, data: unknown): number {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  return (schemas as readonly Schema[]).filter((schema) => ajv.validate(schema, data)).length;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

/** The library lists both types, because every integer is a number. */
function allowedTypes(type: unknown): readonly string[] {
  const types = new Set(Array.isArray(type) ? (type as string[]) : [String(type)]);
  if (types.has("number")) types.add("integer");
  return [...types].sort();
}

function list(values: readonly unknown[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(",")}]`;
}

function fail(keyword: string): never {
  throw new RangeError(`no error for ${keyword}`);
}
