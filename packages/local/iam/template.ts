// A text of a policy: with wildcards, and with variables that each request fills.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
import { literal, patternOf, wildcards } from "@spillway/graph/read/wildcard";

/** What is known of a request, by condition key in lower case. */
export type Context = ReadonlyMap<string, string>;

export interface Template {
  /** The text with its variables filled, and its wildcards as they are; undefined where the request has no value for one of them. */
  value(context: Context): string | undefined;
  /** Whether the whole text is matched: `*` is any text, `?` any character. */
  matches(text: string, context: Context): boolean;
}

/** A variable with its default, as in `${aws:PrincipalAccount, 'none'}`. */
const variable = /\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}/g;
/** `${*}`, `${?}` and `${$}` are the characters themselves. */
const escaped = new Set(["*", "?", "$"]);

/** The condition keys that a text asks for. */
export const variablesIn = (text: string): readonly string[] =>
  [...text.matchAll(variable)].flatMap(([, key = ""]) => (escaped.has(key) ? [] : [key]));

/** `hasVariables`: whether the policy is of the version that has them, 2012-10-17. */
export function templateOf(text: string, hasVariables: boolean): Template {
  if (!hasVariables || !text.includes("${")) {
    const pattern = patternOf(text);
    return { value: () => text, matches: (given) => pattern.test(given) };
  }
  /** Undefined where a variable has no value. */
  const filled = (context: Context, make: (value: string) => string, between: (text: string) => string) => {
    let result = "";
    let end = 0;
    for (const match of text.matchAll(variable)) {
      const [whole, key = "", otherwise] = match;
      const value = escaped.has(key) ? key : (context.get(key.toLowerCase()) ?? otherwise);
      if (value === undefined) return undefined;
      result += between(text.slice(end, match.index)) + make(value);
      end = match.index + whole.length;
    }
    return result + between(text.slice(end));
  };
  const same = (each: string) => each;
  return {
    value: (context) => filled(context, same, same),
    matches: (given, context) => {
      const source = filled(context, literal, wildcards);
      return source !== undefined && new RegExp(`^${source}$`, "s").test(given);
    },
  };
}
