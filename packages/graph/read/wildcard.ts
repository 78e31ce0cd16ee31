// The wildcards in policies of IAM: `*` stands for any text, `?` for any character.

/** The source of a regular expression for a text with wildcards. */
export const wildcards = (text: string) => literal(text).replaceAll("\\*", ".*").replaceAll("\\?", ".");

/** The source of a regular expression for the text itself. */
export const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** A regular expression for the whole text. `inAnyCase` ignores case, as IAM does for actions. */
export const patternOf = (text: string, inAnyCase = false) =>
  new RegExp(`^${wildcards(text)}$`, inAnyCase ? "si" : "s");
