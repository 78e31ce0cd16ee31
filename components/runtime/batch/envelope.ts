// What a body carries: the event itself, or an envelope around it that a service, or `publish`, has put there.
import { jsonOf } from "./decode";

export interface Opened {
  readonly event: unknown;
  /** What the body was, with its envelope. */
  readonly envelope: unknown;
  /** The id that all records of one flow share, where the envelope has one. */
  readonly correlationId: string | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Takes the event out of an SNS notification, a CloudEvent 1.0 in structured mode, or an EventBridge event, in any
 * nesting of them; any other value is the event itself.
 */
export function openEnvelope(body: unknown): Opened {
  let event = body;
  let envelope = body;
  let correlationId: string | undefined;
  for (let inner = contentOf(event); inner !== undefined; inner = contentOf(event)) {
    // The envelope closest to the event says most about it: a CloudEvent within a notification.
    envelope = event;
    event = inner.content;
    correlationId ??= inner.correlationId;
  }
  return { event, envelope, correlationId };
}

/** The correlation id of a record that may be no event; undefined where it cannot be told. */
export function correlationIdOf(open: () => Opened): string | undefined {
  try {
    return open().correlationId;
  } catch {
    return undefined;
  }
}

function contentOf(body: unknown): { readonly content: unknown; readonly correlationId?: string } | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const members = body as Members;
  const { specversion, id, source, type } = members;
  if (
    typeof specversion === "string" &&
    typeof id === "string" &&
    typeof source === "string" &&
    typeof type === "string"
  ) {
    return { content: dataOf(members), ...flowOf(members.correlationid) };
  }
  if (members.Type === "Notification" && typeof members.TopicArn === "string" && typeof members.Message === "string") {
    const attributes = members.MessageAttributes as
      | { readonly correlationId?: { readonly Value?: unknown } }
      | undefined;
    return { content: parsed(members.Message), ...flowOf(attributes?.correlationId?.Value) };
  }
  if (typeof members["detail-type"] === "string" && typeof source === "string" && typeof members.account === "string") {
    return { content: members.detail };
  }
  return undefined;
}

/** An empty id is none: no message attribute could carry it on. */
function flowOf(id: unknown): { readonly correlationId?: string } {
  return typeof id === "string" && id !== "" ? { correlationId: id } : {};
}

/**
 * The data of a CloudEvent. What its producer held as bytes is base64; it is JSON where the content type says so, or is
 * left out: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data
 */
function dataOf({ data, data_base64: base64, datacontenttype = "application/json" }: Members): unknown {
  if (typeof base64 !== "string") return data;
  const bytes = Buffer.from(base64, "base64");
  if (!/[/+]json\b/i.test(String(datacontenttype))) return new Uint8Array(bytes);
  const text = bytes.toString();
  const content = parsed(text);
  return content === text ? new Uint8Array(bytes) : content;
}

/** A text that is no JSON is its own content: the schema judges it. */
function parsed(text: string): unknown {
  try {
    return jsonOf(text);
  } catch {
    return text;
  }
}
