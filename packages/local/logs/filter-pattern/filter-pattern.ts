// Filter patterns of CloudWatch Logs: terms, and conditions on the members of JSON. What the run does not evaluate is
// refused, never ignored.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
import { constraint, invalid } from "../errors";
import { compileJsonPattern } from "./json-pattern";
import { compileTerms } from "./terms";

const longest = 1024;

/** Returns whether a message matches. Throws a ServiceError for a pattern that AWS or the run refuses. */
export function compileFilterPattern(pattern: string): (message: string) => boolean {
  if (pattern.length > longest) {
    throw constraint("filterPattern", pattern, `Member must have length less than or equal to ${longest}`);
  }
  const text = pattern.trim();
  if (text.startsWith("[")) {
    throw invalid(
      `The local run does not evaluate patterns for space-delimited events, as ${text} is. Search for terms, or for JSON with { $.member = "value" }.`,
    );
  }
  return text.startsWith("{") ? compileJsonPattern(text) : compileTerms(text);
}
