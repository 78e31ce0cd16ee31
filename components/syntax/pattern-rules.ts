// The rules of one member of an event pattern or a filter pattern, checked and compiled. The texts of the errors are
// EventBridge's. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { InvalidPattern } from "./invalid-pattern";
import { isList, isObject, type Json, type Leaf, WrittenNumber } from "./json";
import {
  inRange,
  isComparable,
  isTextOperator,
  type LeafTest,
  numeric,
  type Operator,
  onlyEntry,
  textOperators,
} from "./operators";

export interface Rules {
  /** Whether one of the rules takes the value. */
  readonly test: LeafTest;
  /** Whether one of them takes a member that is not there. */
  readonly absent: boolean;
}

/** The magnitude up to which EventBridge compares numbers by value. */
const largest = 5e9;

/** Any of them may hold. Throws an InvalidPattern. */
export function compileRules(rules: readonly Json[], path: string): Rules {
  if (rules.length === 0) throw new InvalidPattern("Empty arrays are not allowed", path);
  const compiled = rules.map((rule) => compileRule(rule, path));
  const tests = compiled.filter((rule) => rule !== absence);
  return { test: (value) => tests.some((test) => test(value)), absent: compiled.includes(absence) };
}

/** Takes no value: only a member that is not there. */
const absence: LeafTest = () => false;

function compileRule(rule: Json, path: string): LeafTest {
  if (isList(rule)) throw new InvalidPattern("Match value must be String, number, true, false, or null", path);
  if (!isObject(rule)) return equal(rule);
  const [name, operand] = onlyEntry(rule, path);
  if (isTextOperator(name)) return textOperators[name](operand, path);
  switch (name) {
    case "exists":
      if (typeof operand !== "boolean") {
        throw new InvalidPattern("exists match pattern must be either true or false.", path);
      }
      return operand ? () => true : absence;
    case "numeric":
      return numeric(largest)(operand, path);
    case "anything-but":
      return anythingBut(operand, path);
    default:
      throw new InvalidPattern(`Unrecognized match type ${name}`, path);
  }
}

/**
 * Numbers by their value, those beyond the range by their digits. The documentation says that 300 is not 300.0;
 * recorded answers of EventBridge, and the source of its matcher (github.com/aws/event-ruler), say that it is. Lambda's
 * documentation has the same sentence; its filters are taken to be the same matcher.
 */
function equal(expected: Leaf): LeafTest {
  if (!(expected instanceof WrittenNumber)) return (value) => value === expected;
  const isByValue = isComparable(expected, largest);
  return (value) =>
    value instanceof WrittenNumber && (value.text === expected.text || (isByValue && value.value === expected.value));
}

/** What may stand within it, each with one text or a list of texts. */
const deniable: ReadonlySet<string> = new Set(["prefix", "suffix", "equals-ignore-case", "wildcard"]);

const anythingBut: Operator = (operand, path) => {
  const denied = isObject(operand) ? deniedTexts(operand, path) : deniedValues(operand, path);
  return (value) => !denied.some((test) => test(value));
};

function deniedTexts(operand: { readonly [key: string]: Json }, path: string): readonly LeafTest[] {
  const [name, inner] = onlyEntry(operand, path);
  if (!deniable.has(name) || !isTextOperator(name)) {
    throw new InvalidPattern(`Unsupported anything-but pattern: ${name}`, path);
  }
  const values = listOf(inner, path);
  if ((name === "prefix" || name === "suffix") && values.includes("")) {
    throw new InvalidPattern("Null prefix/suffix not allowed", path);
  }
  if (!values.every((value) => typeof value === "string")) {
    throw new InvalidPattern(
      name === "equals-ignore-case"
        ? "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
        : `${name === "wildcard" ? name : "prefix/suffix"} match pattern must be a string`,
      path,
    );
  }
  return values.map((value) => textOperators[name](value, path));
}

function deniedValues(operand: Json, path: string): readonly LeafTest[] {
  const values = listOf(operand, path);
  const numbers = values.filter((value) => value instanceof WrittenNumber);
  if (values.some((value) => typeof value !== "string" && !(value instanceof WrittenNumber))) {
    throw new InvalidPattern("Inside anything but list, start|null|boolean is not supported.", path);
  }
  if (values.length === 0 || (numbers.length > 0 && numbers.length < values.length)) {
    throw new InvalidPattern(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
      path,
    );
  }
  for (const number of numbers) inRange(number, largest, path);
  return values.map((value) => (isList(value) || isObject(value) ? () => false : equal(value)));
}

function listOf(operand: Json, path: string): readonly Json[] {
  if (isList(operand)) return operand;
  if (typeof operand === "string" || operand instanceof WrittenNumber) return [operand];
  throw new InvalidPattern("Value of anything-but must be an array or single string/number value.", path);
}
