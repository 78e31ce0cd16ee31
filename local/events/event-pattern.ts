// Event patterns of rules. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
import { objectOf } from "../mapping/filter";
import { InvalidPattern, isObject, type Json, parseJson } from "../mapping/pattern";
import { ServiceError } from "../service";

/** Whether a rule takes the event. */
export type EventPattern = (event: Json) => boolean;

/** Characters; an account may raise its own quota of 2,048 to as much. */
const longest = 4096;

/** Throws a ServiceError for what EventBridge refuses. */
export function compileEventPattern(text: string): EventPattern {
  if (text.length > longest) throw refusal(`It has ${text.length} characters, of which ${longest} are allowed`);
  let pattern: Json;
  try {
    pattern = parseJson(text);
  } catch (error) {
    throw refusal(`It is not JSON (${(error as Error).message})`);
  }
  if (!isObject(pattern)) throw refusal("Filter is not an object");
  if (Object.keys(pattern).length === 0) throw refusal("Empty event pattern");
  try {
    return objectOf(pattern, "");
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    throw refusal(error.message);
  }
}

const refusal = (reason: string) =>
  new ServiceError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
