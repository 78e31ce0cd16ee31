// JSON patterns: `{ $.level = "ERROR" && ($.duration > 500 || $.retry IS TRUE) }`.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
import { jsonObject } from "spillway/syntax/json";
import { invalid } from "../errors";
import { conditionOf, stateOf } from "./conditions";
import { type Token, tokensOf } from "./tokens";

/** Whether a JSON object fulfils it. */
type Test = (event: Readonly<Record<string, unknown>>) => boolean;

export function compileJsonPattern(pattern: string): (message: string) => boolean {
  const inner = /^\{(.*)\}$/s.exec(pattern)?.[1];
  if (inner === undefined) throw invalid(`The filter pattern ${pattern} does not end with }.`);
  const test = new Parser(pattern, tokensOf(inner)).parse();
  return (message) => {
    if (!/^\s*\{/.test(message)) return false;
    const event = jsonObject(message);
    return event !== undefined && test(event);
  };
}

/** Parentheses bind most, then &&, then ||. */
class Parser {
  #at = 0;

  constructor(
    private readonly pattern: string,
    private readonly tokens: readonly Token[],
  ) {}

  parse(): Test {
    const test = this.#any();
    if (this.#at < this.tokens.length) throw this.#refusal("&&, || or the end");
    return test;
  }

  #any(): Test {
    const tests = [this.#all()];
    while (this.#take("||")) tests.push(this.#all());
    return (event) => tests.some((test) => test(event));
  }

  #all(): Test {
    const tests = [this.#one()];
    while (this.#take("&&")) tests.push(this.#one());
    return (event) => tests.every((test) => test(event));
  }

  #one(): Test {
    if (this.#take("(")) {
      const test = this.#any();
      if (!this.#take(")")) throw this.#refusal(")");
      return test;
    }
    const selector = this.#next();
    if (selector?.kind !== "selector") throw this.#refusal("a selector, as $.level", 1);
    const test = this.#condition();
    return (event) => test(valueAt(event, selector.path));
  }

  #condition(): (value: unknown) => boolean {
    const token = this.#next();
    if (token?.kind === "operator") {
      const value = this.#next();
      if (value?.kind !== "text" && value?.kind !== "word") throw this.#refusal("a value", 1);
      return conditionOf(token.operator, value);
    }
    const second = token?.kind === "word" ? this.#next() : undefined;
    const test = token?.kind === "word" && second?.kind === "word" && stateOf(`${token.text} ${second.text}`);
    if (!test) {
      throw this.#refusal(
        "=, !=, <, >, <=, >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS",
        second === undefined ? 1 : 2,
      );
    }
    return test;
  }

  #next(): Token | undefined {
    return this.tokens[this.#at++];
  }

  #take(wanted: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== "mark" || token.mark !== wanted) return false;
    this.#at += 1;
    return true;
  }

  /** `back` tokens before the next one. */
  #refusal(expected: string, back = 0): Error {
    const token = this.tokens[this.#at - back];
    const found = token === undefined ? "its end" : `"${shown(token)}"`;
    return invalid(`The filter pattern ${this.pattern} has ${found} where the local run reads ${expected}.`);
  }
}

function valueAt(event: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined;
    if (typeof key === "number") return Array.isArray(value) ? value[key] : undefined;
    return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  }, event);
}

function shown(token: Token): string {
  switch (token.kind) {
    case "selector":
      return `$${token.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("")}`;
    case "operator":
      return token.operator;
    case "mark":
      return token.mark;
    default:
      return token.text;
  }
}
