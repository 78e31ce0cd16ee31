// What a body carries: the event itself, or an envelope around it that a service, or `publish`, has put there.
import { jsonOf } from "./decode";

export interface Opened {
  readonly event: unknown;
  /** What the body was, with its envelope. */
  readonly envelope: unknown;
  /** The id that all records of one flow share, where the envelope has one. */
  readonly correlationId: string | undefined;
  /** The event's type, where an envelope has one: that of the innermost. */
  readonly type: string | undefined;
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
  let type: string | undefined;
  for (let inner = contentOf(event); inner !== undefined; inner = contentOf(event)) {
    // The envelope closest to the event says most about it: a CloudEvent within a notification.
    envelope = event;
    event = inner.content;
    correlationId ??= inner.correlationId;
    type = inner.type ?? type;
  }
  return { event, envelope, correlationId, type };
}

/**
 * The correlation id and the type of a record that may be no event, as far as they can be told. Without an envelope the
 * event's own `type` or `eventType` is its type.
 */
export function toldOf(open: () => Opened): Partial<Pick<Opened, "correlationId" | "type">> {
  try {
    const { correlationId, type, event } = open();
    const own = event as Members | undefined | null;
    return { correlationId, type: type ?? [own?.type, own?.eventType].find((each) => typeof each === "string") };
  } catch {
    return {};
  }
}

interface Inner {
  readonly content: unknown;
  readonly correlationId?: string;
  readonly type?: string;
}

function contentOf(body: unknown): Inner | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const members = body as Members;
  const { specversion, id, source, type } = members;
  if (
    typeof specversion === "string" &&
    typeof id === "string" &&
    typeof source === "string" &&
    typeof type === "string"
  ) {
    return { content: dataOf(members), type, ...flowOf(members.correlationid) };
  }
  if (members.Type === "Notification" && typeof members.TopicArn === "string" && typeof members.Message === "string") {
    const attributes = members.MessageAttributes as
      | { readonly correlationId?: { readonly Value?: unknown } }
      | undefined;
    return { content: parsed(members.Message), ...flowOf(attributes?.correlationId?.Value) };
  }
  const { "detail-type": detailType, account } = members;
  if (typeof detailType === "string" && typeof source === "string" && typeof account === "string") {
    return { content: members.detail, type: detailType };
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
