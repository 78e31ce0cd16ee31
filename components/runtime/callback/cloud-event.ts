// CloudEvents 1.0 in structured mode: the envelope in which events are published. https://github.com/cloudevents/spec
import { randomUUID } from "node:crypto";

/** What the envelope of an event says beside the event itself. */
export interface EventOptions {
  /**
   * Identity of the event: the same event that is published again has the same id. Give `context.id` where one record
   * makes one event.
   * @default a random one, so that a repeated attempt publishes another event
   */
  readonly id?: string;
  /**
   * Where the event comes from, a URI reference.
   * @default `/<function name>`
   */
  readonly source?: string;
  /**
   * What the event is about, as an order's id.
   * @default none
   */
  readonly subject?: string;
  /**
   * The id of the flow: `context.correlationId`.
   * @default the event's own id
   */
  readonly correlationId?: string;
}

/** An event in the envelope of CloudEvents 1.0, as `publish`, `put` and `putEvent` send it. */
export interface CloudEvent<E> {
  /** Version of CloudEvents. */
  readonly specversion: "1.0";
  /** Identity of the event. */
  readonly id: string;
  /** Where the event comes from, a URI reference. */
  readonly source: string;
  /** What has happened, as `order.placed`. */
  readonly type: string;
  /** When the envelope was made, ISO 8601. */
  readonly time: string;
  /** The data are JSON. */
  readonly datacontenttype: "application/json";
  /** The id of the flow. */
  readonly correlationid: string;
  /** What the event is about. */
  readonly subject?: string;
  /** As OpenTelemetry and W3C have it; from X-Ray's trace of the invocation. */
  readonly traceparent?: string;
  /** The event itself. */
  readonly data: E;
}

export function cloudEventOf<E>(event: E, type: string, options: EventOptions): CloudEvent<E> {
  const { id = randomUUID(), source = `/${process.env.AWS_LAMBDA_FUNCTION_NAME ?? "spillway"}`, subject } = options;
  const traceparent = traceparentOf(process.env._X_AMZN_TRACE_ID);
  return {
    specversion: "1.0",
    id,
    source,
    type,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    correlationid: options.correlationId ?? id,
    ...(subject !== undefined && { subject }),
    ...(traceparent !== undefined && { traceparent }),
    data: event,
  };
}

/** `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` */
function traceparentOf(header: string | undefined): string | undefined {
  const [, seconds, rest] = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})/.exec(header ?? "") ?? [];
  const parent = /Parent=([0-9a-f]{16})/.exec(header ?? "")?.[1];
  if (seconds === undefined || rest === undefined || parent === undefined) return undefined;
  return `00-${seconds}${rest}-${parent}-${header?.includes("Sampled=1") ? "01" : "00"}`;
}
