// Which messages a subscription gets: its filter policy, checked when it is set and compiled once.
// https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
import { compileRules, type Rule, starsIn } from "./filter-policy-rules";
import { InvalidPattern } from "./invalid-pattern";
import { isList, isObject, type Json, type JsonObject, parseJson } from "./json";

export const filterScopes = ["MessageAttributes", "MessageBody"] as const;
export type FilterScope = (typeof filterScopes)[number];

/** What filters see of a message. */
export interface Filterable {
  readonly attributes: JsonObject;
  /** The message as it is delivered; undefined where that is no JSON object. */
  readonly body: JsonObject | undefined;
}

export type Filter = (message: Filterable) => boolean;

const limits = { keys: 5, combinations: 150, wildcardPoints: 100, bytes: 256 * 1024 };

/** Thrown for a policy that is right by itself and does not fit its scope; SNS words that otherwise. */
export class NestedPolicy extends InvalidPattern {}

/** Throws an InvalidPattern. */
export function compileFilter(text: string, scope: FilterScope): Filter {
  const parsed = parsePolicy(text);
  const policy = scope === "MessageBody" ? withoutDots(parsed) : parsed;
  const test = compileObject(policy, "");
  if (scope === "MessageAttributes" && isNested(policy)) {
    throw new NestedPolicy("Filter policy scope MessageAttributes does not support nested filter policy");
  }
  checkComplexity(policy);
  // A message without any attribute, or an empty body, matches no filter, not even one with only `"exists": false`.
  return scope === "MessageAttributes"
    ? ({ attributes }) => Object.keys(attributes).length > 0 && test(attributes)
    : ({ body }) => body !== undefined && hasLeaf(body) && test(body);
}

function parsePolicy(text: string): JsonObject {
  if (Buffer.byteLength(text) > limits.bytes) throw new InvalidPattern("Filter policy is too large");
  let policy: Json;
  try {
    policy = parseJson(text);
  } catch (error) {
    throw new InvalidPattern(`failed to parse JSON. ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(policy)) throw new InvalidPattern("Filter is not an object");
  return policy;
}

/** `$or` with a list of objects is the operator; anything else under that name is a key like any other. */
const alternativesOf = (key: string, value: Json): readonly JsonObject[] | undefined =>
  key === "$or" && isList(value) && value.length > 1 && value.every(isAlternative) ? value : undefined;

const isAlternative = (value: Json): value is JsonObject =>
  isObject(value) && Object.values(value).every((rules) => isList(rules) || isObject(rules));

/** Every key must match; keys that the policy does not name are free. */
function compileObject(policy: JsonObject, path: string): Rule {
  const tests = Object.entries(policy).map(([key, value]): Rule => {
    const alternatives = alternativesOf(key, value)?.map((each) => compileObject(each, path));
    if (alternatives !== undefined) return (object) => alternatives.some((test) => test(object));
    const here = path === "" ? key : `${path}.${key}`;
    if (!isList(value) && !isObject(value)) throw new InvalidPattern(`"${key}" must be an object or an array`, here);
    if (isObject(value) && Object.keys(value).length === 0) {
      throw new InvalidPattern("Empty objects are not allowed", here);
    }
    const test = isList(value) ? compileRules(value, here) : compileObject(value, here);
    return (object) => test(isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined);
  });
  // Of objects in a list, however deep, one must satisfy all of it.
  const matches: Rule = (value) =>
    isList(value) ? value.some((element) => matches(element)) : tests.every((test) => test(value));
  return matches;
}

const isNested = (policy: JsonObject): boolean =>
  Object.entries(policy).some(([key, value]) => alternativesOf(key, value)?.some(isNested) ?? isObject(value));

function checkComplexity(policy: JsonObject): void {
  if (keysOf(policy) > limits.keys) throw new InvalidPattern("Filter policy can not have more than 5 keys");
  if (combinations(policy, 1) > limits.combinations || wildcardPoints(policy) > limits.wildcardPoints) {
    throw new InvalidPattern("Filter policy is too complex");
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** Keys at the top; those nested in them do not count. */
const keysOf = (policy: JsonObject): number =>
  sum(Object.entries(policy).map(([key, value]) => sum(alternativesOf(key, value)?.map(keysOf) ?? [1])));

/** The values of each list times its depth, multiplied; alternatives are added. */
const combinations = (policy: JsonObject, depth: number): number =>
  Object.entries(policy).reduce((product, [key, value]) => {
    const alternatives = alternativesOf(key, value);
    if (alternatives !== undefined) return product * sum(alternatives.map((each) => combinations(each, depth)));
    if (isList(value)) return product * value.length * depth;
    return isObject(value) ? product * combinations(value, depth + 1) : product;
  }, 1);

/** For each key the points of its wildcards (1 for a single star, 3 a star for more) times their number. */
function wildcardPoints(policy: JsonObject): number {
  return sum(
    Object.entries(policy).map(([key, value]) => {
      const alternatives = alternativesOf(key, value);
      if (alternatives !== undefined) return sum(alternatives.map(wildcardPoints));
      if (isObject(value)) return wildcardPoints(value);
      const stars = (isList(value) ? value : []).flatMap(wildcardOf).map(starsIn);
      return sum(stars.map((count) => (count > 1 ? 3 * count : count))) * stars.length;
    }),
  );
}

function wildcardOf(rule: Json): readonly string[] {
  if (!isObject(rule)) return [];
  const denied = rule["anything-but"];
  const wildcard = isObject(denied) ? denied.wildcard : rule.wildcard;
  return typeof wildcard === "string" ? [wildcard] : [];
}

const hasLeaf = (value: Json): boolean =>
  isList(value) ? value.some(hasLeaf) : isObject(value) ? Object.values(value).some(hasLeaf) : true;

/** The JSON object in a text, as filters see it. */
export function bodyOf(text: string): JsonObject | undefined {
  try {
    const body = parseJson(text);
    return isObject(body) ? withoutDots(body) : undefined;
  } catch {
    return undefined;
  }
}

/** To SNS `{ "a.b": 1 }` and `{ "a": { "b": 1 } }` are the same, in filters and in messages. */
function withoutDots(object: JsonObject): JsonObject {
  // Without a prototype, so that `__proto__` is a name like any other.
  const result: Record<string, Json> = Object.create(null);
  for (const [name, value] of Object.entries(object)) {
    const inner = deep(value);
    const [first = "", ...rest] = isPlain(name) ? [name] : name.split(".");
    const nested = rest.reduceRight<Json>((within, each) => ({ [each]: within }), inner);
    result[first] = Object.hasOwn(result, first) ? joined(result[first] ?? null, nested) : nested;
  }
  return result;
}

/** Names with nothing between two dots are left as they are, too. */
const isPlain = (name: string) => !name.includes(".") || name.split(".").includes("");

const deep = (value: Json): Json => (isList(value) ? value.map(deep) : isObject(value) ? withoutDots(value) : value);

/** What two spellings of one path hold. */
function joined(one: Json, other: Json): Json {
  if (!isObject(one) || !isObject(other)) return [one, other].flat();
  const result: Record<string, Json> = Object.assign(Object.create(null), one);
  for (const [name, value] of Object.entries(other)) {
    result[name] = Object.hasOwn(result, name) ? joined(result[name] ?? null, value) : value;
  }
  return result;
}
