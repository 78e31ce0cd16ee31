// A text in a policy with wildcards, and with variables whose values come from the request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
import { literal, patternOf, wildcards } from "@spillway/graph/read/wildcard";

/** The values of a request. */
export interface Context {
  /** `key`: a condition key in lower case. Undefined where the request lacks it. */
  get(key: string): string | undefined;
}

export interface Template {
  /**
   * The text with the values of its variables and with its wildcards unchanged; undefined where the request lacks a
   * value.
   */
  value(context: Context): string | undefined;
  /** Whether the whole text matches: `*` is any text, `?` any character. */
  matches(text: string, context: Context): boolean;
}

/** A variable, which may have a default, as `${aws:PrincipalAccount, 'none'}`. */
const variable = /\$\{\s*([^},\s]+)\s*(?:,\s*'([^']*)'\s*)?\}/g;
/** `${*}`, `${?}` and `${$}` stand for the characters themselves. */
const escaped = new Set(["*", "?", "$"]);

/** The condition keys of the variables in a text. */
export const variablesIn = (text: string): readonly string[] =>
  [...text.matchAll(variable)].flatMap(([, key = ""]) => (escaped.has(key) ? [] : [key]));

/** `hasVariables` says whether the version of the policy has variables, as 2012-10-17 does. */
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
