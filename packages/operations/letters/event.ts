// The event of a dead letter: what its callback was to get, whatever it is wrapped in.
import type { DeadLetter } from "./letter";

type Members = Readonly<Record<string, unknown>>;

/**
 * The JSON value of the event, or its text where it is not JSON. Kinesis data is decoded, SNS's envelope is removed, and
 * of Lambda's description of an asynchronous event it is the payload. Undefined for a description of a stream's batch,
 * which has no data.
 */
export function eventOf({ kind, message, reason, description }: Parts): unknown {
  if (kind === "description") {
    const payload = description?.requestPayload ?? description?.payload;
    return payload === undefined ? undefined : messageOfTopic(payload);
  }
  const body = message.Body ?? "";
  const text = reason?.encoding === "base64" ? Buffer.from(body, "base64").toString("utf8") : body;
  return withoutEnvelope(jsonOr(text));
}

type Parts = Pick<DeadLetter, "kind" | "message" | "reason" | "description">;

/** At most 100 characters: what the event says of its type. For a table's change: INSERT, MODIFY or REMOVE. */
export function typeOf(event: unknown): string | undefined {
  if (!isObject(event)) return undefined;
  const { type, eventType, eventName, dynamodb } = event;
  const of = isObject(dynamodb) ? eventName : (event["detail-type"] ?? type ?? eventType);
  return typeof of === "string" && of !== "" ? of.slice(0, 100) : undefined;
}

/** The event of one SNS record, as Lambda invokes a function with it; anything else as it is. */
function messageOfTopic(payload: unknown): unknown {
  const records = isObject(payload) ? payload.Records : undefined;
  const [first] = Array.isArray(records) && records.length === 1 ? (records as readonly unknown[]) : [];
  const sns = isObject(first) ? first.Sns : undefined;
  return isObject(sns) && typeof sns.Message === "string" ? jsonOr(sns.Message) : payload;
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
function withoutEnvelope(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { Type, TopicArn, Message } = value;
  return Type === "Notification" && typeof TopicArn === "string" && typeof Message === "string"
    ? jsonOr(Message)
    : value;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
