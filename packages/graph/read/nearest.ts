// The name that somebody may have meant.
import { closest, distance } from "fastest-levenshtein";

/** The most similar of the names. Undefined where none is so similar that it may have been meant. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const near = closest(name, names);
  const tolerance = Math.min(name.length - 1, Math.max(2, Math.floor(name.length / 3)));
  // An abbreviation leaves out many letters, and none of those that it has is another one.
  return distance(name, near) <= tolerance ? near : names.find((each) => isShortFor(name, each));
}

const leastLetters = 3;

/** Whether the letters of the word are in the name in this order, beginning with the first: `qty` of `quantity`. */
function isShortFor(word: string, name: string): boolean {
  if (word.length < leastLetters || word[0]?.toLowerCase() !== name[0]?.toLowerCase()) return false;
  let at = 0;
  for (const letter of name.toLowerCase()) if (letter === word[at]?.toLowerCase()) at += 1;
  return at === word.length;
}
