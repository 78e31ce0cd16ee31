// The comparisons that event patterns, filter patterns and filter policies have in common, compiled to predicates.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { compileCidr } from "./cidr";
import { InvalidPattern } from "./invalid-pattern";
import { isList, isObject, type Json, type Leaf, WrittenNumber } from "./json";

/** Whether a value at the end of a path fits. */
export type LeafTest = (value: Leaf) => boolean;

/** `path`: where the rule stands, for the error. Throws an InvalidPattern. */
export type Operator = (operand: Json, path: string) => LeafTest;

const text = (name: string, operand: Json, path: string): string => {
  if (typeof operand !== "string") throw new InvalidPattern(`${name} match pattern must be a string`, path);
  return operand;
};

const ofText =
  (test: (value: string) => boolean): LeafTest =>
  (value) =>
    typeof value === "string" && test(value);

/** The text, or `{ "equals-ignore-case": text }`. */
function affix(name: "prefix" | "suffix"): Operator {
  const fits = (value: string, part: string) => (name === "prefix" ? value.startsWith(part) : value.endsWith(part));
  return (operand, path) => {
    if (!isObject(operand)) {
      const part = text(name, operand, path);
      return ofText((value) => fits(value, part));
    }
    const [operator, inner] = onlyEntry(operand, path);
    if (operator !== "equals-ignore-case") throw new InvalidPattern(`Unsupported ${name} pattern: ${operator}`, path);
    const part = text(operator, inner, path).toLowerCase();
    return ofText((value) => fits(value.toLowerCase(), part));
  };
}

/** The operators that compare texts. */
export const textOperators = {
  prefix: affix("prefix"),
  suffix: affix("suffix"),
  "equals-ignore-case": (operand, path) => {
    const expected = text("equals-ignore-case", operand, path).toLowerCase();
    return ofText((value) => value.toLowerCase() === expected);
  },
  wildcard: (operand, path) => {
    const expression = wildcardOf(text("wildcard", operand, path), path);
    return ofText((value) => expression.test(value));
  },
  cidr: (operand, path) => ofText(compileCidr(text("cidr", operand, path), path)),
} as const satisfies Readonly<Record<string, Operator>>;

export const isTextOperator = (name: string): name is keyof typeof textOperators => Object.hasOwn(textOperators, name);

/** A rule and the operand of `anything-but` have one operator. */
export function onlyEntry(rule: { readonly [key: string]: Json }, path: string): readonly [string, Json] {
  const [entry, other] = Object.entries(rule);
  if (entry === undefined) throw new InvalidPattern("Empty objects are not allowed", path);
  if (other !== undefined) throw new InvalidPattern("Only one key allowed in match expression", path);
  return entry;
}

/** `*` is any text; `\*` and `\\` are the characters themselves. */
function wildcardOf(wildcard: string, path: string): RegExp {
  const source = wildcard.replace(/\\([\s\S])|\*+|[^*\\]+|\\/g, (part, escaped: string | undefined, at: number) => {
    // AWS counts the quotation mark before the text.
    if (part.startsWith("**")) throw new InvalidPattern(`Consecutive wildcard characters at pos ${at + 1}`, path);
    if (part === "*") return "[^]*";
    if (part.startsWith("\\") && escaped !== "*" && escaped !== "\\") {
      throw new InvalidPattern(`Invalid escape character at pos ${at + 1}`, path);
    }
    return (escaped ?? part).replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  });
  return new RegExp(`^${source}$`);
}

const lower = { ">": (a: number, b: number) => a > b, ">=": (a: number, b: number) => a >= b };
const upper = { "<": (a: number, b: number) => a < b, "<=": (a: number, b: number) => a <= b };
const isKey = <T extends object>(record: T, key: Json | undefined): key is Extract<keyof T, string> =>
  typeof key === "string" && Object.hasOwn(record, key);

/**
 * `["=", n]`, one bound, or a lower bound and then an upper one. `largest`: the magnitude up to which numbers are
 * compared.
 */
export const numeric =
  (largest: number): Operator =>
  (operand, path) => {
    const invalid = (reason: string) => new InvalidPattern(reason, path);
    const ofNumber =
      (test: (value: number) => boolean): LeafTest =>
      (value) =>
        isComparable(value, largest) && test(value.value);
    const numberOf = (value: Json | undefined, operator: string): number => {
      if (!(value instanceof WrittenNumber)) throw invalid(`Value of ${operator} must be numeric`);
      return inRange(value, largest, path).value;
    };
    if (!isList(operand)) throw invalid("Value of numeric must be an array.");
    const [sign, bound, upperSign, upperBound, ...others] = operand;
    if (typeof sign !== "string") throw invalid(`Invalid member in numeric match: ${shown(sign)}`);
    if (sign === "=") {
      const wanted = numberOf(bound, "equals");
      if (operand.length > 2) throw invalid("Too many elements in numeric expression");
      return ofNumber((value) => value === wanted);
    }
    if (isKey(upper, sign)) {
      const top = numberOf(bound, sign);
      if (operand.length > 2) throw invalid("Too many elements in numeric expression");
      return ofNumber((value) => upper[sign](value, top));
    }
    if (!isKey(lower, sign)) throw invalid(`Unrecognized numeric range operator: ${sign}`);
    const bottom = numberOf(bound, sign);
    if (operand.length === 2) return ofNumber((value) => lower[sign](value, bottom));
    if (typeof upperSign !== "string") throw invalid(`Bad value in numeric range: ${shown(upperSign)}`);
    if (!isKey(upper, upperSign)) throw invalid(`Bad numeric range operator: ${upperSign}`);
    const top = numberOf(upperBound, upperSign);
    if (others.length > 0) throw invalid("Too many terms in numeric range expression");
    if (bottom >= top) throw invalid("Bottom must be less than top");
    return ofNumber((value) => lower[sign](value, bottom) && upper[upperSign](value, top));
  };

export const isComparable = (value: Leaf, largest: number): value is WrittenNumber =>
  value instanceof WrittenNumber && Math.abs(value.value) <= largest;

/** Throws an InvalidPattern for a number that is not compared by its value. */
export function inRange(number: WrittenNumber, largest: number, path: string): WrittenNumber {
  if (isComparable(number, largest)) return number;
  const bound = `${largest / 1e9}.0E9`;
  throw new InvalidPattern(`Value must be between -${bound} and ${bound}, inclusive`, path);
}

/** As AWS's parser names what it found; nothing more is the list's end. */
const shown = (value: Json | undefined) =>
  value === undefined ? "]" : value instanceof WrittenNumber ? value.text : String(value);
