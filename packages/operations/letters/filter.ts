// Which dead letters are meant: by their reason, type, bundle, tenant, time, id, or what their event holds.
import { JSONPath } from "jsonpath-plus";
import { jsonOr } from "./envelope";
import { eventOf, textOf } from "./event";
import { keyOf, timeOf } from "./groups";
import type { DeadLetter } from "./letter";
import { namesIn } from "./owner";

/** A letter is taken when it meets each member that is given; of several values, one is enough. */
export interface Filter {
  /** The error's type, or a part of its message. */
  readonly reason?: readonly string[];
  readonly type?: readonly string[];
  readonly bundle?: readonly string[];
  readonly tenant?: readonly string[];
  /** The queue, stream, topic or function that the letter names as its source: its name or ARN. */
  readonly source?: readonly string[];
  /** The id in the dead-letter queue, the record's own id at its source, or the flow's correlation id. */
  readonly id?: readonly string[];
  /** When it failed, at the earliest and at the latest. */
  readonly since?: Date;
  readonly until?: Date;
  /** Each must hold. */
  readonly where?: readonly Condition[];
}

/** A value at a path of the event, as `data.items[*].sku=book`. */
export interface Condition {
  readonly path: string;
  readonly value: string;
}

export function takes(filter: Filter, letter: DeadLetter): boolean {
  const { reason, source, id, since, until, where = [] } = filter;
  const time = timeOf(letter);
  const ids = [letter.id, letter.reason?.messageId, letter.reason?.correlationId];
  return (
    (reason === undefined || reason.some((each) => isReason(each, letter))) &&
    (["type", "bundle", "tenant"] as const).every(
      (name) => filter[name] === undefined || filter[name].includes(keyOf(letter, name) ?? ""),
    ) &&
    (source === undefined || source.some((each) => isSource(each, letter))) &&
    (id === undefined || id.some((each) => ids.includes(each))) &&
    (since === undefined || time >= since) &&
    (until === undefined || time <= until) &&
    (where.length === 0 || holds(where, letter))
  );
}

/** Whether there is anything that a letter must meet. */
export const isEmpty = (filter: Filter): boolean => Object.values(filter).every((each) => each === undefined);

const isReason = (text: string, { errorType, errorMessage }: DeadLetter) =>
  errorType === text || errorMessage.includes(text);

const isSource = (text: string, { message, reason }: DeadLetter) =>
  namesIn(message, reason).some((each) => each === text || nameIn(each) === text);

/** In an ARN, a queue and a topic have only their name, and others are `stream/NAME` or `table/NAME/stream/TIME`. */
function nameIn(arn: string): string | undefined {
  if (!arn.startsWith("arn:")) return undefined;
  const [resource = "", name = resource] = arn.split(":").slice(5).join(":").split("/");
  return name;
}

/** In the event as the callback gets it, or in the record with its envelopes. */
function holds(conditions: readonly Condition[], letter: DeadLetter): boolean {
  const values = [eventOf(letter), jsonOr(textOf(letter) ?? "")];
  try {
    return conditions.every(({ path, value }) =>
      values.some((each) => valuesAt(path, each).some((found) => isValue(found, value))),
    );
  } catch (error) {
    // It is nested deeper than a path can look.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Without scripts and filters, so that a path can only look. */
function valuesAt(path: string, event: unknown): readonly unknown[] {
  if (typeof event !== "object" || event === null) return [];
  const rooted = path.startsWith("$") ? path : /^[.[]/.test(path) ? `$${path}` : `$.${path}`;
  return JSONPath({ path: rooted, json: event, eval: false, wrap: true }) as readonly unknown[];
}

const isValue = (found: unknown, value: string) =>
  typeof found === "string" ? found === value : JSON.stringify(found) === value;

/** Reads `path=value`. Throws an Error for the user. */
export function conditionOf(text: string): Condition {
  const at = text.indexOf("=");
  const path = text.slice(0, at).trim();
  if (at < 1 || path === "") throw new Error(`"${text}" is no condition. Give path=value, as data.orderId=o-1.`);
  if (/[()@?;`]/.test(path)) {
    throw new Error(
      `"${path}" has a filter or a script. A path has names, [n], [*] and .. only, as data.items[*].sku.`,
    );
  }
  try {
    valuesAt(path, {});
  } catch (error) {
    throw new Error(`"${path}" is no JSON path: ${(error as Error).message}`);
  }
  return { path, value: text.slice(at + 1) };
}
