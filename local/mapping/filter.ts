// Which messages or records an event source mapping hands to its function: its filter criteria.
import { InvalidPattern, isList, isObject, type Json, parseJson, rulesOf, type Test } from "./pattern";

/** What is filtered: Lambda's record of a message, or a stream's record. */
export type Filterable = object;

export type Filter = (record: Filterable) => boolean;

/**
 * Any of the patterns may match; without a pattern everything does. Throws `InvalidPattern`. `content`: the member that holds text,
 * into which patterns look where it is JSON: `body` of a queue's messages, `data` of Kinesis records; null: there is none.
 */
export function compileFilter(patterns: readonly string[], content: "body" | "data" | null = "body"): Filter {
  if (patterns.length === 0) return () => true;
  const tests = patterns.map((pattern) => compilePattern(pattern, content));
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

function eventOf(record: Filterable, content: string | null): Event {
  const whole = parseJson(JSON.stringify(record));
  const member = content === null || !isObject(whole) ? undefined : whole[content];
  const text = typeof member === "string" ? member : "";
  let body: Json | undefined;
  try {
    const parsed = parseJson(text);
    // A bare word, number or truth value is a plain string to Lambda.
    if (isObject(parsed) || isList(parsed)) body = parsed;
  } catch {
    body = undefined;
  }
  return { record: whole, body, text };
}

function compilePattern(text: string, content: string | null): (event: Event) => boolean {
  let pattern: Json;
  try {
    pattern = parseJson(text);
  } catch {
    throw new InvalidPattern("it is not JSON");
  }
  if (!isObject(pattern) || Object.keys(pattern).length === 0)
    throw new InvalidPattern("it must be a JSON object with a member");
  const body = content === null ? undefined : pattern[content];
  const others = Object.fromEntries(Object.entries(pattern).filter(([name]) => name !== content));
  const testRecord = Object.keys(others).length === 0 ? () => true : objectOf(others, "");
  const testBody = body === undefined || content === null ? () => true : contentOf(body, content);
  return (event) => testBody(event) && testRecord(event.record);
}

/**
 * A pattern for plain strings is a list of rules, one for JSON an object. Where the formats differ the message is dropped:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (event filtering).
 */
function contentOf(pattern: Json, name: string): (event: Event) => boolean {
  if (isList(pattern)) {
    const test = rulesOf(pattern, name);
    return ({ body, text }) => body === undefined && test(text);
  }
  if (!isObject(pattern)) throw new InvalidPattern(`${name}: a list of rules, or an object for JSON, is needed`);
  const test = objectOf(pattern, name);
  return ({ body }) => body !== undefined && test(body);
}

/** Every member must match. Members that the pattern does not name are free. `path`: where it stands in the whole, for errors. */
export function objectOf(pattern: { readonly [key: string]: Json }, path: string): Test {
  const tests = Object.entries(pattern).map(([name, rules]): Test => {
    const place = path === "" ? name : `${path}.${name}`;
    if (name === "$or" && isList(rules) && rules.length > 1 && rules.every(isObject)) {
      const alternatives = rules.map((each) => objectOf(each, place));
      return (value) => alternatives.some((test) => test(value));
    }
    const test = memberOf(rules, place);
    return (value) => test(isObject(value) ? value[name] : undefined);
  });
  // Within a list one element must satisfy the whole pattern.
  return (value) =>
    isList(value) ? value.some((element) => tests.every((test) => test(element))) : tests.every((test) => test(value));
}

function memberOf(rules: Json, path: string): Test {
  if (isList(rules)) return rulesOf(rules, path);
  if (isObject(rules) && Object.keys(rules).length > 0) return objectOf(rules, path);
  throw new InvalidPattern(`${path}: rules stand in a list, as ["value"]`);
}
