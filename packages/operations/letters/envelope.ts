// The envelope around an event: taken off as the consumer does it, and put around another event again.

export interface Opened {
  /** What the callback gets: a JSON value, or the text where it is not JSON. */
  readonly event: unknown;
  /** The type that the innermost CloudEvent or EventBridge event names. */
  readonly type?: string;
  /** The text with another event in the same envelope. Throws an Error for what the envelope cannot hold. */
  wrap(event: unknown): string;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Opens an SNS notification, a CloudEvent 1.0 in structured mode, or an EventBridge event, in any nesting of them. Any
 * other text is the event itself.
 */
export function openEnvelope(text: string): Opened {
  const value = jsonOr(text);
  const { event, type } = openValue(value);
  return { event, ...(type !== undefined && { type }), wrap: (other) => textOf(openValue(value).replace(other)) };
}

interface OpenedValue {
  readonly event: unknown;
  readonly type?: string | undefined;
  replace(event: unknown): unknown;
}

/** Anybody may have sent it: as many envelopes as fit into a message would be more than the stack holds. */
const mostEnvelopes = 10;

function openValue(value: unknown, depth = 0): OpenedValue {
  const inner = isObject(value) && depth < mostEnvelopes ? contentOf(value) : undefined;
  if (inner === undefined) return { event: value, replace: (event) => event };
  const { event, type = inner.type, replace } = openValue(inner.event, depth + 1);
  return { event, type, replace: (other) => inner.replace(replace(other)) };
}

function contentOf(members: Members): OpenedValue | undefined {
  const { specversion, id, source, type, account, Type, TopicArn, Message } = members;
  if ([specversion, id, source, type].every((each) => typeof each === "string")) {
    return { ...dataOf(members), type: String(type) };
  }
  if (Type === "Notification" && typeof TopicArn === "string" && typeof Message === "string") {
    // SNS has signed the message as it was. No consumer checks it, and it would be wrong now.
    return { event: jsonOr(Message), replace: (event) => ({ ...members, Message: textOf(event) }) };
  }
  if (typeof members["detail-type"] === "string" && typeof source === "string" && typeof account === "string") {
    return { event: members.detail, type: members["detail-type"], replace: (detail) => ({ ...members, detail }) };
  }
  return undefined;
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data */
function dataOf(members: Members): OpenedValue {
  const { data, data_base64: base64, datacontenttype = "application/json" } = members;
  if (typeof base64 !== "string") return { event: data, replace: (event) => ({ ...members, data: event }) };
  if (!/[/+]json\b/i.test(String(datacontenttype))) {
    const why = `The event is bytes (${datacontenttype}) within a CloudEvent. Edit the body as a whole with --whole.`;
    return {
      event: base64,
      replace: () => {
        throw new Error(why);
      },
    };
  }
  return {
    event: jsonOr(Buffer.from(base64, "base64").toString()),
    replace: (event) => ({ ...members, data_base64: Buffer.from(textOf(event)).toString("base64") }),
  };
}

/**
 * The value, or the text where it is no JSON, or is nested too deep to be written again. A producer's byte order mark
 * is no part of the event: https://www.rfc-editor.org/rfc/rfc8259#section-8.1
 */
export function jsonOr(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    JSON.stringify(value);
    return value;
  } catch {
    return text;
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const refusedBySqs = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Characters that SQS refuses, as escapes of JSON for them: in a JSON text, an escape is the same value. */
export const messageText = (text: string) =>
  text.replace(refusedBySqs, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Whether SQS takes it as the value of a message attribute. */
export const isMessageText = (text: string | undefined): text is string =>
  text !== undefined && text !== "" && text.search(refusedBySqs) === -1;

const textOf = (event: unknown) => messageText(typeof event === "string" ? event : JSON.stringify(event));

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
