// Event patterns of rules. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
import { compilePattern, type EventMatcher, longestPattern, raise } from "spillway/syntax/event-pattern";
import { InvalidPattern } from "spillway/syntax/invalid-pattern";
import { isObject, type Json, parseJson } from "spillway/syntax/json";
import { checkWildcards } from "spillway/syntax/wildcard-complexity";
import { ServiceError } from "../service/ask";

/** Throws a ServiceError for what EventBridge refuses. */
export function compileEventPattern(text: string): EventMatcher {
  if (text.length > longestPattern) {
    throw refusal(`It has ${text.length} characters, of which ${longestPattern} are allowed`);
  }
  let pattern: Json;
  try {
    pattern = parseJson(text);
  } catch (error) {
    throw refusal(`It is not JSON (${(error as Error).message})`);
  }
  if (!isObject(pattern)) throw refusal("Filter is not an object");
  try {
    const matcher = compilePattern(pattern);
    checkWildcards(pattern, "", raise);
    return matcher;
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    throw refusal(error.reason);
  }
}

const refusal = (reason: string) =>
  new ServiceError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
