// Patterns of terms: `ERROR "not found"` (all of them), `?ERROR ?WARN` (one of them), `-DEBUG` (not that).
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
import { invalid } from "../errors";

interface Term {
  readonly sign: "" | "?" | "-";
  readonly text: string;
}

export function compileTerms(pattern: string): (message: string) => boolean {
  const terms = termsOf(pattern);
  const of = (sign: Term["sign"]) => terms.filter((term) => term.sign === sign).map(({ text }) => text);
  const [all, any, none] = [of(""), of("?"), of("-")];
  if (any.length > 0 && all.length + none.length > 0) {
    throw invalid(
      `The filter pattern ${pattern} has terms with ? beside others. CloudWatch Logs then ignores those with ?. Leave one kind out.`,
    );
  }
  return (message) =>
    all.every((term) => message.includes(term)) &&
    !none.some((term) => message.includes(term)) &&
    (any.length === 0 || any.some((term) => message.includes(term)));
}

/** A sign, then a phrase in double quotes, in which a backslash escapes, or a word. */
const term = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\w+))(?=\s|$)/suy;

function termsOf(pattern: string): readonly Term[] {
  const terms: Term[] = [];
  term.lastIndex = 0;
  while (term.lastIndex < pattern.length) {
    const start = term.lastIndex;
    const match = term.exec(pattern);
    if (match === null) throw refusal(pattern.slice(start).trimStart());
    const [, sign = "", phrase, word] = match;
    const text = phrase === undefined ? (word ?? "") : phrase.replace(/\\(.)/gsu, "$1");
    terms.push({ sign: sign as Term["sign"], text });
  }
  return terms;
}

function refusal(rest: string): Error {
  const [word = rest] = rest.split(/\s/, 1);
  if (/^[?-]?%/.test(word)) {
    return invalid(`The local run does not evaluate regular expressions in filter patterns, as ${word} is.`);
  }
  if (/^[?-]?"/.test(word))
    return invalid(`The double quotes of ${rest} do not end, or a space is missing after them.`);
  const bad = /[^\w\s]+/u.exec(word.replace(/^[?-]/, ""))?.[0] ?? word;
  return invalid(
    `Invalid character(s) in term '${bad}'. Put a term with other characters than letters, digits and _ into double quotes.`,
  );
}
