// What a body carries: the event itself, or an envelope around it that a service, or `publish`, has put there.

export interface Opened {
  readonly event: unknown;
  /** What the body was, with its envelope. */
  readonly envelope: unknown;
  /** The id that all records of one flow share, where the envelope has one. */
  readonly correlationId: string | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Takes the event out of an SNS notification, a CloudEvent 1.0 in structured mode, or an EventBridge event, in any nesting of
 * them; any other value is the event itself.
 */
export function openEnvelope(body: unknown): Opened {
  if (typeof body !== "object" || body === null) return { event: body, envelope: body, correlationId: undefined };
  const members = body as Members;
  const inner = contentOf(members);
  if (inner === undefined) return { event: body, envelope: body, correlationId: undefined };
  const opened = openEnvelope(inner.content);
  const correlationId = inner.correlationId ?? opened.correlationId;
  // The envelope closest to the event says most about it: a CloudEvent within a notification.
  const envelope = opened.envelope === opened.event ? body : opened.envelope;
  return { event: opened.event, envelope, correlationId };
}

function contentOf(members: Members): { readonly content: unknown; readonly correlationId?: string } | undefined {
  const { specversion, id, source, type, data } = members;
  if (
    typeof specversion === "string" &&
    typeof id === "string" &&
    typeof source === "string" &&
    typeof type === "string"
  ) {
    return { content: data, ...flowOf(members.correlationid) };
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

/** A text that is no JSON is its own content: the schema judges it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
