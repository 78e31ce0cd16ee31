// The comparison rules of Lambda's filter patterns and EventBridge's event patterns, compiled to predicates:
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { compileCidr } from "./cidr";

/** A number together with how it was written: exact rules compare that, so that 300 is not 3.0e2, as AWS documents. */
export class WrittenNumber {
  constructor(
    readonly value: number,
    readonly text: string,
  ) {}
}

export type Json = null | boolean | string | WrittenNumber | readonly Json[] | { readonly [key: string]: Json };

/** Throws a SyntaxError where it is no JSON. */
export function parseJson(text: string): Json {
  return JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" ? new WrittenNumber(value, context?.source ?? String(value)) : value,
  );
}

export const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !isList(value) && !(value instanceof WrittenNumber);

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Thrown for a pattern that Lambda would refuse, with the place and the reason. */
export class InvalidPattern extends Error {
  override readonly name = "InvalidPattern";
}

/** `undefined` is a member that is not there. */
export type Test = (value: Json | undefined) => boolean;

/** The rules of one member: any of them may hold. */
export function rulesOf(rules: readonly Json[], path: string): Test {
  if (rules.length === 0) throw new InvalidPattern(`${path}: an empty list matches nothing`);
  const tests = rules.map((rule) => ruleOf(rule, path));
  return (value) => tests.some((test) => test(value));
}

function ruleOf(rule: Json, path: string): Test {
  if (isList(rule)) throw new InvalidPattern(`${path}: a list within a list of rules`);
  if (!isObject(rule)) return present((value) => same(value, rule));
  const [[name, operand] = ["", null], ...others] = Object.entries(rule);
  if (others.length > 0)
    throw new InvalidPattern(`${path}: a rule has one operator, ${Object.keys(rule).join(" and ")} given`);
  switch (name) {
    case "exists":
      if (typeof operand !== "boolean") throw new InvalidPattern(`${path}: exists takes true or false`);
      // Of leaves only: an object that is there does not count.
      return (value) => (value !== undefined && !isObject(value)) === operand;
    case "numeric":
      return present(numeric(operand, path));
    case "anything-but":
      return present(anythingBut(operand, path));
    default:
      return present(textRule(name, operand, path));
  }
}

/** A list in the event matches when one of its elements does. */
function present(test: (value: Json) => boolean): Test {
  return (value) => value !== undefined && (isList(value) ? value.some(test) : test(value));
}

function same(value: Json, rule: Json): boolean {
  if (rule instanceof WrittenNumber) return value instanceof WrittenNumber && value.text === rule.text;
  return value === rule;
}

function textRule(name: string, operand: Json, path: string): (value: Json) => boolean {
  const isText = (value: Json): value is string => typeof value === "string";
  if ((name === "prefix" || name === "suffix") && isObject(operand)) {
    const inner = operand["equals-ignore-case"];
    if (!isText(inner ?? null) || Object.keys(operand).length !== 1) {
      throw new InvalidPattern(`${path}: ${name} takes a text or { "equals-ignore-case": text }`);
    }
    const expected = String(inner).toLowerCase();
    return (value) => {
      if (!isText(value)) return false;
      const text = value.toLowerCase();
      return name === "prefix" ? text.startsWith(expected) : text.endsWith(expected);
    };
  }
  if (!isText(operand)) throw new InvalidPattern(`${path}: ${name} takes a text`);
  switch (name) {
    case "prefix":
      return (value) => isText(value) && value.startsWith(operand);
    case "suffix":
      return (value) => isText(value) && value.endsWith(operand);
    case "equals-ignore-case": {
      const expected = operand.toLowerCase();
      return (value) => isText(value) && value.toLowerCase() === expected;
    }
    case "wildcard": {
      const expression = wildcard(operand, path);
      return (value) => isText(value) && expression.test(value);
    }
    case "cidr": {
      const contains = compileCidr(operand);
      if (contains === undefined)
        throw new InvalidPattern(`${path}: cidr takes a range as 10.0.0.0/24, "${operand}" given`);
      return (value) => isText(value) && contains(value);
    }
    default:
      throw new InvalidPattern(`${path}: unknown operator "${name}"`);
  }
}

/** `*` is any text; `\*` and `\\` are the characters themselves. */
function wildcard(text: string, path: string): RegExp {
  if (/(?<!\\)(\\\\)*\*\*/.test(text)) throw new InvalidPattern(`${path}: two * after each other in a wildcard`);
  const source = text.replace(/\\([*\\])|\*|[^*\\]+|\\/g, (part, escaped?: string) =>
    part === "*" ? "[^]*" : (escaped ?? part).replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"),
  );
  return new RegExp(`^${source}$`);
}

function anythingBut(operand: Json, path: string): (value: Json) => boolean {
  if (isObject(operand)) {
    const [[name, inner] = ["", null], ...others] = Object.entries(operand);
    if (others.length > 0) throw new InvalidPattern(`${path}: anything-but takes one operator`);
    const tests = (isList(inner) ? inner : [inner]).map((each) => textRule(name, each, path));
    return (value) => !tests.some((test) => test(value));
  }
  const excluded = isList(operand) ? operand : [operand];
  if (excluded.length === 0 || excluded.some((each) => isObject(each) || isList(each) || each === null)) {
    throw new InvalidPattern(`${path}: anything-but takes texts or numbers`);
  }
  return (value) => !excluded.some((each) => same(value, each));
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function numeric(operand: Json, path: string): (value: Json) => boolean {
  if (!isList(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw new InvalidPattern(`${path}: numeric takes a list of one or two comparisons, as [">", 0, "<=", 5]`);
  }
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const [sign, bound] = [operand[at], operand[at + 1]];
    const compare = typeof sign === "string" && Object.hasOwn(comparisons, sign) ? comparisons[sign] : undefined;
    if (compare === undefined || !(bound instanceof WrittenNumber)) {
      throw new InvalidPattern(`${path}: numeric takes =, <, <=, > or >= with a number each`);
    }
    tests.push((value) => compare(value, bound.value));
  }
  return (value) => value instanceof WrittenNumber && tests.every((test) => test(value.value));
}
