// The operators of subscription filter policies, checked as SNS checks them and compiled to predicates.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
import { InvalidPattern } from "./invalid-pattern";
import { isList, isObject, type Json, type Leaf, WrittenNumber } from "./json";
import { inRange, isTextOperator, type LeafTest, numeric, onlyEntry, textOperators } from "./operators";

/** Whether a member has it; `undefined` is a member that is not there. */
export type Rule = (value: Json | undefined) => boolean;

/**
 * The magnitude of numbers in a policy:
 * https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
const largest = 1e9;

/** The rules of one key: any of them may hold. `path`: of the key, for errors. Throws an InvalidPattern. */
export function compileRules(rules: readonly Json[], path: string): Rule {
  if (rules.length === 0) throw new InvalidPattern("Empty arrays are not allowed", path);
  const tests = rules.map((rule) => compileRule(rule, path));
  return (value) => tests.some((test) => test(value));
}

function compileRule(rule: Json, path: string): Rule {
  if (isList(rule)) throw new InvalidPattern("Match value must be String, number, true, false, or null", path);
  if (!isObject(rule)) return some(equal(rule, path));
  const [operator, operand] = onlyEntry(rule, path);
  if (isTextOperator(operator)) return some(textRule(operator, operand, path));
  switch (operator) {
    case "exists":
      return exists(operand, path);
    case "numeric":
      return some(numeric(largest)(operand, path));
    case "anything-but":
      return anythingBut(operand, path);
    default:
      throw new InvalidPattern(`Unrecognized match type ${operator}`, path);
  }
}

/** A list matches when one of its elements does, however deep the list. */
function some(test: LeafTest): Rule {
  return (value) => {
    if (value === undefined || isObject(value)) return false;
    return isList(value) ? value.some((each) => some(test)(each)) : test(value);
  };
}

/** Numbers are equal by their value (301.5 and 3.015e2), everything else literally. */
function equal(expected: Leaf, path: string): LeafTest {
  if (!(expected instanceof WrittenNumber)) return (value) => value === expected;
  const { value: wanted } = inRange(expected, largest, path);
  return (value) => value instanceof WrittenNumber && value.value === wanted;
}

/** Of leaves only. A key that is there with null or nothing as its value neither exists nor is missing. */
function exists(operand: Json, path: string): Rule {
  if (typeof operand !== "boolean") {
    throw new InvalidPattern("exists match pattern must be either true or false.", path);
  }
  return operand
    ? some((value) => value !== null && value !== "")
    : (value) => value === undefined || isObject(value) || (isList(value) && value.length === 0);
}

function textRule(operator: keyof typeof textOperators, operand: Json, path: string): LeafTest {
  // SNS takes no { "equals-ignore-case": … } within.
  if (isObject(operand)) throw new InvalidPattern(`${operator} match pattern must be a string`, path);
  if (operator === "wildcard" && typeof operand === "string") checkWildcard(operand, path);
  if (operator !== "cidr" || typeof operand !== "string") return textOperators[operator](operand, path);
  try {
    return textOperators.cidr(operand, path);
  } catch {
    throw new InvalidPattern(`Malformed CIDR: ${operand}`, path);
  }
}

/** SNS words it otherwise than EventBridge, and allows fewer stars. */
function checkWildcard(wildcard: string, path: string): void {
  if (/\*\*/.test(wildcard.replace(/\\[*\\]/g, "-"))) {
    throw new InvalidPattern("Consecutive wildcard characters are not allowed", path);
  }
  if (starsIn(wildcard) > mostStars) throw new InvalidPattern("Filter policy is too complex", path);
}

const mostStars = 3;

/** Stars that stand for any text; `\\*` is the character itself. */
export const starsIn = (wildcard: string) => wildcard.replace(/\\[*\\]/g, "").split("*").length - 1;

/**
 * Of a list it holds where one element is none of the excluded. Unlike EventBridge, SNS refuses suffix and
 * equals-ignore-case here.
 */
function anythingBut(operand: Json, path: string): Rule {
  if (isObject(operand)) {
    const [name, inner] = onlyEntry(operand, path);
    if (name !== "prefix" && name !== "wildcard") {
      throw new InvalidPattern(`Unsupported anything-but pattern: ${name}`, path);
    }
    const denied = textRule(name, inner, path);
    return some((value) => !denied(value));
  }
  const excluded = isList(operand) ? operand : [operand];
  if (excluded.length === 0) throw new InvalidPattern("Empty arrays are not allowed", path);
  const texts = excluded.filter((each) => typeof each === "string");
  const numbers = excluded.filter((each) => each instanceof WrittenNumber);
  if (texts.length + numbers.length < excluded.length) {
    throw new InvalidPattern("Value of anything-but must be an array or single string/number value.", path);
  }
  if (texts.length > 0 && numbers.length > 0) {
    throw new InvalidPattern(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
      path,
    );
  }
  const denied = [...texts, ...numbers].map((each) => equal(each, path));
  return some((value) => !denied.some((test) => test(value)));
}
