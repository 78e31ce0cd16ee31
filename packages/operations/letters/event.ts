// The event of a dead letter, as its callback was to get it.
import { openEnvelope } from "./envelope";
import type { DeadLetter } from "./letter";

type Members = Readonly<Record<string, unknown>>;
type Parts = Pick<DeadLetter, "kind" | "message" | "reason" | "description">;

/**
 * The record's text: Kinesis data is decoded, and of Lambda's description of an asynchronous event it is the message of
 * its one SNS record, or the payload. Undefined for a description of a stream's batch, which has no data.
 */
export function textOf({ kind, message, reason, description }: Parts): string | undefined {
  if (kind !== "description") {
    const body = message.Body ?? "";
    return reason?.encoding === "base64" ? Buffer.from(body, "base64").toString("utf8") : body;
  }
  const payload = description?.requestPayload;
  if (payload === undefined) return undefined;
  const records = isObject(payload) ? payload.Records : undefined;
  const [record] = Array.isArray(records) && records.length === 1 ? (records as readonly unknown[]) : [];
  const sns = isObject(record) ? record.Sns : undefined;
  return isObject(sns) && typeof sns.Message === "string" ? sns.Message : JSON.stringify(payload);
}

/** Out of its envelopes: a JSON value, or the text where it is not JSON. */
export function eventOf(letter: Parts): unknown {
  const text = textOf(letter);
  return text === undefined ? undefined : openEnvelope(text).event;
}

/**
 * At most 100 characters: the type that the innermost envelope names, or the event itself. For a table's change, its
 * name.
 */
export function typeOf(letter: Parts): string | undefined {
  if (letter.reason?.type !== undefined) return letter.reason.type;
  const text = textOf(letter);
  if (text === undefined) return undefined;
  const { event, type: named } = openEnvelope(text);
  const { dynamodb, eventName, type, eventType } = isObject(event) ? event : ({} as Members);
  const found = named ?? (isObject(dynamodb) ? eventName : (type ?? eventType));
  return typeof found === "string" && found !== "" ? found.slice(0, 100) : undefined;
}

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
