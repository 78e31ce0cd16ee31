// Which wildcards EventBridge finds too complex in the pattern of a rule.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import type { OnFault } from "./event-pattern";
import { InvalidPattern } from "./invalid-pattern";
import { isList, isObject, type Json, type JsonObject } from "./json";

/**
 * From this complexity on, a member is refused. AWS does not document it: of the wildcards that EventBridge was seen to
 * refuse, the least complex are `*:*:*:*:*:event-bus/*` with 11, and of those that it was seen to take, the most
 * complex have 9. What has 10, as `*.png` with four more such suffixes, stays allowed.
 */
const refusedComplexity = 11;

/**
 * Wildcards that no recorded answer is about stay allowed: those under `anything-but`, and those of Lambda's filters.
 */
export function checkWildcards(pattern: JsonObject, at: string, onFault: OnFault): void {
  for (const [name, value] of Object.entries(pattern)) {
    const here = at === "" ? name : `${at}.${name}`;
    if (isObject(value)) checkWildcards(value, here, onFault);
    if (!isList(value)) continue;
    if (complexityOf(value.flatMap(wildcardIn), refusedComplexity) >= refusedComplexity) {
      const reason =
        "try using fewer wildcard characters or fewer repeating character sequences after a wildcard character";
      onFault(new InvalidPattern(`Rule is too complex - ${reason}`, here));
    }
    // Alternatives of `$or`.
    for (const each of value) if (isObject(each)) checkWildcards(each, at, onFault);
  }
}

const wildcardIn = (rule: Json): readonly string[] =>
  isObject(rule) && typeof rule.wildcard === "string" ? [rule.wildcard] : [];

const star = Symbol("*");
/** Undefined stands at the end of each wildcard. */
type Token = string | typeof star | undefined;

/**
 * How many beginnings of the wildcards one text can match at the most, but no more than `most`. AWS's matcher calls
 * that the complexity: github.com/aws/event-ruler, MachineComplexityEvaluator. A text that matches `a` also matches
 * `a*`.
 */
export function complexityOf(wildcards: readonly string[], most: number): number {
  const tokens: Token[] = [undefined];
  const start = new Set<number>();
  for (const wildcard of new Set(wildcards)) {
    start.add(tokens.length);
    tokens.push(...tokensOf(wildcard), undefined);
  }
  let largest = 0;
  const seen = new Set<string>();
  const reached = [start];
  for (let places = reached.pop(); places !== undefined; places = reached.pop()) {
    for (const character of charactersAfter(places, tokens)) {
      const next = step(places, character, tokens);
      largest = Math.max(largest, sizeOf(next, tokens));
      if (largest >= most) return most;
      const key = [...next].sort((a, b) => a - b).join();
      if (!seen.has(key)) reached.push(next);
      seen.add(key);
    }
  }
  return largest;
}

/** `\*` is the character itself. */
const tokensOf = (wildcard: string): readonly Token[] =>
  [...wildcard.matchAll(/\\(.)|./gsu)].map(([part, escaped]) => escaped ?? (part === "*" ? star : part));

/** The characters that the wildcards name next. Undefined stands for any other character. */
function charactersAfter(places: ReadonlySet<number>, tokens: readonly Token[]): ReadonlySet<string | undefined> {
  const next = [...places].flatMap((place) => [tokens[place], tokens[place] === star ? tokens[place + 1] : undefined]);
  return new Set([undefined, ...next.filter((token) => typeof token === "string")]);
}

/** A place is the index of the token that comes next. */
function step(places: ReadonlySet<number>, character: string | undefined, tokens: readonly Token[]): Set<number> {
  const next = new Set<number>();
  for (const place of places) {
    if (tokens[place - 1] === star) next.add(place);
    if (tokens[place] === star) next.add(place + 1);
    if (character === undefined) continue;
    if (tokens[place] === character) next.add(place + 1);
    // The wildcard stands for nothing.
    if (tokens[place] === star && tokens[place + 1] === character) next.add(place + 2);
  }
  return next;
}

function sizeOf(places: ReadonlySet<number>, tokens: readonly Token[]): number {
  const beforeStar = [...places].filter((place) => tokens[place] === star && !places.has(place + 1));
  return places.size + beforeStar.length;
}
