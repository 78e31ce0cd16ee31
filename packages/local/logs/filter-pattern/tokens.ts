// The parts of a JSON pattern: selectors, operators, values and parentheses.
import { invalid } from "../errors";

export type Operator = "=" | "!=" | "<" | ">" | "<=" | ">=";

export type Token =
  /** `$.a.b[0]` as `["a", "b", 0]`. */
  | { readonly kind: "selector"; readonly path: readonly (string | number)[] }
  | { readonly kind: "operator"; readonly operator: Operator }
  | { readonly kind: "text"; readonly text: string }
  /** A value without quotes. */
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "mark"; readonly mark: "(" | ")" | "&&" | "||" };

/** Property names also have `-` and `_`; an index follows a property. */
const selector = /\$((?:\.[\w-]+(?:\[\d+\])*)+)(?![\w.[$-])/uy;
const operator = /!=|<=|>=|[=<>]/uy;
const mark = /&&|\|\||[()]/uy;
const quoted = /"((?:[^"\\]|\\.)*)"/suy;
/** Besides letters and digits, words have what numbers, addresses and wildcards need. */
const word = /[\w*.+-]+/uy;
const space = /\s*/uy;

/** Throws a ServiceError for what is none of them. */
export function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (expression: RegExp) => {
    expression.lastIndex = at;
    const match = expression.exec(pattern);
    if (match !== null) at += match[0].length;
    return match;
  };
  const next = (): Token => {
    const path = take(selector)?.[1];
    if (path !== undefined) return { kind: "selector", path: pathOf(path) };
    const marked = take(mark)?.[0];
    if (marked !== undefined) return { kind: "mark", mark: marked as "(" };
    const compared = take(operator)?.[0];
    if (compared !== undefined) return { kind: "operator", operator: compared as Operator };
    const phrase = take(quoted)?.[1];
    if (phrase !== undefined) return { kind: "text", text: phrase.replace(/\\(.)/gsu, "$1") };
    const plain = take(word)?.[0];
    if (plain !== undefined) return { kind: "word", text: plain };
    throw refusal(pattern.slice(at));
  };
  for (take(space); at < pattern.length; take(space)) tokens.push(next());
  return tokens;
}

const pathOf = (path: string) =>
  [...path.matchAll(/\.([\w-]+)|\[(\d+)\]/gu)].map(([, name, index]) => name ?? Number(index));

function refusal(rest: string): Error {
  const [first = rest] = rest.split(/[\s=<>!&|()]/, 1);
  if (rest.startsWith("%")) {
    return invalid(`The local run does not evaluate regular expressions in filter patterns, as ${first} is.`);
  }
  if (rest.startsWith("$")) {
    return invalid(
      `The local run does not evaluate the selector ${first || rest}. A selector is $.name, with further .name and [index]; names have letters, digits, - and _.`,
    );
  }
  if (rest.startsWith('"')) return invalid(`The double quotes of ${rest} do not end.`);
  return invalid(
    `Invalid character(s) in term '${rest.charAt(0)}'. Put a value with other characters than letters, digits, - _ . and * into double quotes.`,
  );
}
