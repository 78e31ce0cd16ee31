// From the text of a record to the event that the callback sees.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidEvent, notDecoded } from "../callback/errors";

const mostIssues = 5;
const byteOrderMark = 0xfeff;

/** Throws an InvalidEvent. */
export function parseJson(body: string): unknown {
  try {
    return jsonOf(body);
  } catch (error) {
    throw new InvalidEvent(`The body is not JSON: ${(error as Error).message}`);
  }
}

/**
 * Some producers put a byte order mark before their JSON: https://www.rfc-editor.org/rfc/rfc8259#section-8.1. Throws a
 * SyntaxError.
 */
export function jsonOf(text: string): unknown {
  return JSON.parse(text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text);
}

/**
 * What the schema makes of the value. Throws, or rejects with, an InvalidEvent that names each path at fault. What a
 * schema throws is permanent, too; what one that is asynchronous rejects with is not, because it may have asked
 * somebody else.
 */
export function validate(schema: StandardSchemaV1, value: unknown): unknown {
  let result: ReturnType<StandardSchemaV1["~standard"]["validate"]>;
  try {
    result = schema["~standard"].validate(value);
  } catch (error) {
    throw notDecoded(error);
  }
  return result instanceof Promise ? result.then(readResult) : readResult(result);
}

function readResult(result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  const shown = result.issues.slice(0, mostIssues).map(issueText);
  const more = result.issues.length - shown.length;
  throw new InvalidEvent(shown.join("; ") + (more > 0 ? `; and ${more} more` : ""));
}

/** `items.0.quantity: Expected a number`: what is wrong, after its path. */
export function issueText({ path, message }: StandardSchemaV1.Issue): string {
  const where = (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return where === "" ? message : `${where}: ${message}`;
}
