// The wildcards of IAM's policies: `*` is any text, `?` any character.

/** The source of a regular expression for a text whose wildcards are wildcards. */
export const wildcards = (text: string) => literal(text).replaceAll("\\*", ".*").replaceAll("\\?", ".");

/** The source of a regular expression for the text itself. */
export const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Matches the whole text; in any case where that is asked for, as of actions, of whose case IAM takes no notice. */
export const patternOf = (text: string, inAnyCase = false) =>
  new RegExp(`^${wildcards(text)}$`, inAnyCase ? "si" : "s");
