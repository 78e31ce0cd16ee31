// The operators of subscription filter policies, checked as SNS checks them and compiled to predicates.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
import { compileCidr } from "../mapping/cidr";
import { isList, isObject, type Json, rulesOf, WrittenNumber } from "../mapping/pattern";

/** Thrown with SNS's text for a filter policy that it refuses. */
export class InvalidFilter extends Error {
  override readonly name = "InvalidFilter";
}

/** Whether a member has it; `undefined` is a member that is not there. */
export type Rule = (value: Json | undefined) => boolean;
type ValueRule = (value: Json) => boolean;

/** The rules of one key: any of them may hold. */
export function compileRules(rules: readonly Json[]): Rule {
  if (rules.length === 0) throw new InvalidFilter("Empty arrays are not allowed");
  const tests = rules.map(compileRule);
  return (value) => tests.some((test) => test(value));
}

function compileRule(rule: Json): Rule {
  if (isList(rule)) throw new InvalidFilter("Match value must be String, number, true, false, or null");
  if (!isObject(rule)) return some(equal(rule));
  const [entry, other] = Object.entries(rule);
  if (entry === undefined) throw new InvalidFilter("Empty objects are not allowed");
  if (other !== undefined) throw new InvalidFilter("Only one key allowed in match expression");
  const [operator, operand] = entry;
  switch (operator) {
    case "exists":
      return exists(operand);
    case "numeric":
      return some(numeric(operand));
    case "anything-but":
      return anythingBut(operand);
    case "cidr":
      return some(cidr(operand));
    case "prefix":
    case "suffix":
    case "equals-ignore-case":
    case "wildcard":
      return some(textRule(operator, operand));
    default:
      throw new InvalidFilter(`Unrecognized match type ${operator}`);
  }
}

/** A list matches when one of its elements does, however deep the list. */
function some(test: ValueRule): Rule {
  return (value) => value !== undefined && (isList(value) ? value.some((each) => some(test)(each)) : test(value));
}

/** Numbers are equal by their value (301.5 and 3.015e2), everything else literally. */
function equal(expected: Json): ValueRule {
  if (!(expected instanceof WrittenNumber)) return (value) => value === expected;
  const { value: wanted } = inRange(expected);
  return (value) => value instanceof WrittenNumber && value.value === wanted;
}

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
function inRange(number: WrittenNumber): WrittenNumber {
  if (Math.abs(number.value) > 1e9) throw new InvalidFilter("Value must be between -1.0E9 and 1.0E9, inclusive");
  return number;
}

/** Of leaves only. A key that is there with null or nothing as its value neither exists nor is missing. */
function exists(operand: Json): Rule {
  if (typeof operand !== "boolean") throw new InvalidFilter("exists match pattern must be either true or false.");
  return operand
    ? some((value) => !isObject(value) && value !== null && value !== "")
    : (value) => value === undefined || isObject(value) || (isList(value) && value.length === 0);
}

function textRule(operator: string, operand: Json): ValueRule {
  if (typeof operand !== "string") throw new InvalidFilter(`${operator} match pattern must be a string`);
  if (operator === "wildcard") checkWildcard(operand);
  return rulesOf([{ [operator]: operand }], operator);
}

/** Stars that stand for any text; `\*` is the character itself. */
export const starsIn = (wildcard: string) => wildcard.replace(/\\[*\\]/g, "").split("*").length - 1;

function checkWildcard(wildcard: string): void {
  if (/\*\*/.test(wildcard.replace(/\\[*\\]/g, "-"))) {
    throw new InvalidFilter("Consecutive wildcard characters are not allowed");
  }
  if (starsIn(wildcard) > 3) throw new InvalidFilter("Filter policy is too complex");
}

/** Of these only: SNS refuses suffix and equals-ignore-case here, unlike EventBridge. */
const deniable = new Set(["prefix", "wildcard"]);

/** Of a list it holds where one element is none of the excluded. */
function anythingBut(operand: Json): Rule {
  if (isObject(operand)) {
    const [entry, other] = Object.entries(operand);
    if (entry === undefined) throw new InvalidFilter("Empty objects are not allowed");
    if (!deniable.has(entry[0])) throw new InvalidFilter(`Unsupported anything-but pattern: ${entry[0]}`);
    if (other !== undefined) throw new InvalidFilter("Only one key allowed in match expression");
    const denied = textRule(...entry);
    return some((value) => !denied(value));
  }
  const excluded = isList(operand) ? operand : [operand];
  if (excluded.length === 0) throw new InvalidFilter("Empty arrays are not allowed");
  const isText = (value: Json) => typeof value === "string";
  const isNumber = (value: Json) => value instanceof WrittenNumber;
  if (!excluded.every((each) => isText(each) || isNumber(each))) {
    throw new InvalidFilter("Value of anything-but must be an array or single string/number value.");
  }
  if (!excluded.every(isText) && !excluded.every(isNumber)) {
    throw new InvalidFilter(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  }
  const denied = excluded.map(equal);
  return some((value) => !denied.some((test) => test(value)));
}

function cidr(operand: Json): ValueRule {
  if (typeof operand !== "string") throw new InvalidFilter("cidr match pattern must be a string");
  const contains = compileCidr(operand);
  if (contains === undefined) throw new InvalidFilter(`Malformed CIDR: ${operand}`);
  return (value) => typeof value === "string" && contains(value);
}

const lower = { ">": (a: number, b: number) => a > b, ">=": (a: number, b: number) => a >= b };
const upper = { "<": (a: number, b: number) => a < b, "<=": (a: number, b: number) => a <= b };
const isKey = <T extends object>(record: T, key: Json | undefined): key is Extract<keyof T, string> =>
  typeof key === "string" && Object.hasOwn(record, key);

/** `["=", n]`, one bound, or a lower bound and then an upper one. */
function numeric(operand: Json): ValueRule {
  if (!isList(operand)) throw new InvalidFilter("Value of numeric must be an array.");
  const [sign, bound, upperSign, upperBound, ...others] = operand;
  if (typeof sign !== "string") throw new InvalidFilter(`Invalid member in numeric match: ${shown(sign)}`);
  if (sign === "=") {
    const { value: wanted } = numberOf(bound, "equals");
    if (operand.length > 2) throw new InvalidFilter("Too many elements in numeric expression");
    return (value) => value instanceof WrittenNumber && value.value === wanted;
  }
  if (isKey(upper, sign)) {
    const { value: top } = numberOf(bound, sign);
    if (operand.length > 2) throw new InvalidFilter("Too many elements in numeric expression");
    return (value) => value instanceof WrittenNumber && upper[sign](value.value, top);
  }
  if (!isKey(lower, sign)) throw new InvalidFilter(`Unrecognized numeric range operator: ${sign}`);
  const { value: bottom } = numberOf(bound, sign);
  if (operand.length === 2) return (value) => value instanceof WrittenNumber && lower[sign](value.value, bottom);
  if (typeof upperSign !== "string") throw new InvalidFilter(`Bad value in numeric range: ${shown(upperSign)}`);
  if (!isKey(upper, upperSign)) throw new InvalidFilter(`Bad numeric range operator: ${upperSign}`);
  const { value: top } = numberOf(upperBound, upperSign);
  if (others.length > 0) throw new InvalidFilter("Too many terms in numeric range expression");
  if (bottom >= top) throw new InvalidFilter("Bottom must be less than top");
  return (value) =>
    value instanceof WrittenNumber && lower[sign](value.value, bottom) && upper[upperSign](value.value, top);
}

function numberOf(value: Json | undefined, operator: string): WrittenNumber {
  if (!(value instanceof WrittenNumber)) throw new InvalidFilter(`Value of ${operator} must be numeric`);
  return inRange(value);
}

/** As its parser names what it found; nothing more is the list's end. */
const shown = (value: Json | undefined) =>
  value === undefined ? "]" : value instanceof WrittenNumber ? value.text : String(value);
