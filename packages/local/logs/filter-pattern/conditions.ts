// The conditions of JSON patterns on one value, which is undefined if the event does not have it.
import { invalid } from "../errors";
import type { Operator } from "./tokens";

type Condition = (value: unknown) => boolean;

const states: Readonly<Record<string, Condition>> = {
  "IS NULL": (value) => value === null,
  "IS TRUE": (value) => value === true,
  "IS FALSE": (value) => value === false,
  "NOT EXISTS": (value) => value === undefined,
};

/** For example `IS NULL`; undefined for what CloudWatch Logs does not have. */
export const stateOf = (words: string): Condition | undefined =>
  Object.hasOwn(states, words) ? states[words] : undefined;

/** An integer or a decimal, with an optional sign and exponent. */
const number = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

const comparisons: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

interface Given {
  /** A `word` is not quoted, and may be a number. */
  readonly kind: "text" | "word";
  readonly text: string;
}

/** Texts compare with texts, numbers with numbers. Other values, as objects and missing ones, match no comparison. */
export function conditionOf(operator: Operator, { kind, text }: Given): Condition {
  if (kind === "word" && number.test(text)) {
    const compare = comparisons[operator];
    const wanted = Number(text);
    return (value) => typeof value === "number" && compare(value, wanted);
  }
  if (operator !== "=" && operator !== "!=") {
    throw invalid(`The filter pattern compares by ${operator} with ${text}. Only numbers compare by ${operator}.`);
  }
  if (kind === "word" && (text === "true" || text === "false" || text === "null")) {
    throw invalid(`The filter pattern compares with ${text}. Write IS ${text.toUpperCase()}, or "${text}" for a text.`);
  }
  const isLike = wildcardsOf(text);
  return (value) => {
    const given = typeof value === "number" && text.includes("*") ? String(value) : value;
    return typeof given === "string" && isLike(given) === (operator === "=");
  };
}

/** `*` is any text at the beginning and at the end. Elsewhere it is itself. */
function wildcardsOf(text: string): (value: string) => boolean {
  const [begins, ends] = [text.startsWith("*"), text.length > 1 && text.endsWith("*")];
  const plain = text.slice(begins ? 1 : 0, ends ? -1 : undefined);
  if (begins && ends) return (value) => value.includes(plain);
  if (begins) return (value) => value.endsWith(plain);
  return ends ? (value) => value.startsWith(plain) : (value) => value === plain;
}
