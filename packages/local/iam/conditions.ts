// The conditions of a statement. An operator or a key that the run does not know is refused, never ignored.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import type { Condition } from "@spillway/graph/read/policy-document";
import { patternOf } from "@spillway/graph/read/wildcard";
import { knownKeys } from "./context";
import { type Context, type Template, templateOf } from "./template";

type Test = (given: string | undefined, wanted: readonly Template[], context: Context) => boolean;

const equals: Test = (given, wanted, context) =>
  given !== undefined && wanted.some((each) => each.value(context) === given);
const like: Test = (given, wanted, context) =>
  given !== undefined && wanted.some((each) => each.matches(given, context));
const equalsInAnyCase: Test = (given, wanted, context) =>
  given !== undefined && wanted.some((each) => each.value(context)?.toLowerCase() === given.toLowerCase());
/** Each of the six parts of an ARN is compared separately. */
const arnLike: Test = (given, wanted, context) =>
  given !== undefined &&
  wanted.some((each) => {
    const pattern = each.value(context);
    if (pattern === undefined) return false;
    const [parts, givenParts] = [partsOf(pattern), partsOf(given)];
    return (
      pattern === "*" ||
      (parts.length === givenParts.length && parts.every((part, index) => matches(part, givenParts[index] ?? "")))
    );
  });
/** Most parts have no wildcards. */
const matches = (part: string, given: string) => part === given || (/[*?]/.test(part) && patternOf(part).test(given));
/** A negated operator matches where the key is missing. */
const not =
  (test: Test): Test =>
  (given, wanted, context) =>
    given === undefined || !test(given, wanted, context);

const operators: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringNotEquals: not(equals),
  StringEqualsIgnoreCase: equalsInAnyCase,
  StringNotEqualsIgnoreCase: not(equalsInAnyCase),
  StringLike: like,
  StringNotLike: not(like),
  ArnEquals: arnLike,
  ArnNotEquals: not(arnLike),
  ArnLike: arnLike,
  ArnNotLike: not(arnLike),
  Bool: equalsInAnyCase,
  Null: (given, [wanted], context) => (given === undefined) === (wanted?.value(context) === "true"),
};

/** Throws an Error that begins with `where` for a condition that the run cannot judge. All conditions must hold. */
export function compileConditions(
  conditions: readonly Condition[],
  hasVariables: boolean,
  where: string,
): (context: Context) => boolean {
  const tests = conditions.map(({ operator, key, values }) => {
    const ifExists = operator.endsWith("IfExists");
    const test = operators[ifExists ? operator.slice(0, -"IfExists".length) : operator];
    if (test === undefined) throw unknown(where, "operator", operator, Object.keys(operators));
    const known = key.toLowerCase();
    if (!knownKeys.has(known)) throw unknown(where, "key", key, [...knownKeys]);
    const wanted = values.map((value) => templateOf(value, hasVariables));
    return (context: Context) =>
      (ifExists && context.get(known) === undefined) || test(context.get(known), wanted, context);
  });
  return (context) => tests.every((test) => test(context));
}

const unknown = (where: string, what: string, name: string, known: readonly string[]) =>
  new Error(`${where}: the local run cannot judge the condition ${what} ${name}; it knows ${known.join(", ")}.`);

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}
