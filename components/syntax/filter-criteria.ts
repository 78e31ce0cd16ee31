// Which messages or records an event source mapping hands to its function: its filter criteria.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
import { compilePattern, type OnFault, raise } from "./event-pattern";
import { InvalidPattern } from "./invalid-pattern";
import { isList, isObject, type Json, parseJson } from "./json";
import { compileRules } from "./pattern-rules";

/** What is filtered: Lambda's record of a message, or a stream's record. */
export type Filterable = object;

export type Filter = (record: Filterable) => boolean;

/** The member of a record that holds text, into which patterns look where it is JSON; null: there is none. */
export type FilterContent = "body" | "data" | null;

/** Of Lambda. Characters of a pattern, and patterns of a mapping (5 without a raised quota). */
export const filterLimits = { characters: 4096, patterns: 10 } as const;

/**
 * Any of the patterns may match; without a pattern everything does. Throws an InvalidPattern unless `onFault` collects
 * them.
 */
export function compileFilter(
  patterns: readonly string[],
  content: FilterContent = "body",
  onFault: OnFault = raise,
): Filter {
  if (patterns.length === 0) return () => true;
  const tests = patterns.map((pattern) => compileOne(pattern, content, onFault));
  return (record) => {
    const event = eventOf(record, content);
    return tests.some((test) => test(event));
  };
}

interface Event {
  readonly record: Json;
  /** Undefined where the body is not JSON. */
  readonly body: Json | undefined;
  readonly text: string;
}

function eventOf(record: Filterable, content: FilterContent): Event {
  // Of JSON's types, and with plain numbers.
  const whole = record as Json;
  const member = content === null || !isObject(whole) ? undefined : whole[content];
  const text = typeof member === "string" ? member : "";
  return { record: whole, body: bodyOf(text), text };
}

/** A bare word, number or truth value is a plain string to Lambda. Most records of tables have no text at all. */
function bodyOf(text: string): Json | undefined {
  if (text === "") return undefined;
  try {
    const parsed = parseJson(text);
    return isObject(parsed) || isList(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function compileOne(text: string, content: FilterContent, onFault: OnFault): (event: Event) => boolean {
  let pattern: Json;
  try {
    pattern = parseJson(text);
  } catch {
    throw new InvalidPattern("it is not JSON");
  }
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new InvalidPattern("it must be a JSON object with a member");
  }
  const body = content === null ? undefined : pattern[content];
  const others = Object.fromEntries(Object.entries(pattern).filter(([name]) => name !== content));
  const testRecord = Object.keys(others).length === 0 ? () => true : compilePattern(others, "", onFault);
  const testBody = body === undefined || content === null ? () => true : contentOf(body, content, onFault);
  return (event) => testBody(event) && testRecord(event.record);
}

/**
 * A pattern for plain strings is a list of rules, one for JSON an object. Where the formats differ the message is
 * dropped: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
function contentOf(pattern: Json, name: string, onFault: OnFault): (event: Event) => boolean {
  if (isList(pattern)) {
    const { test } = compileRules(pattern, name);
    return ({ body, text }) => body === undefined && test(text);
  }
  if (!isObject(pattern)) throw new InvalidPattern(`"${name}" must be an object or an array`);
  const test = compilePattern(pattern, name, onFault);
  return ({ body }) => body !== undefined && test(body);
}
