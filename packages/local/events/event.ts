// An event as a bus carries it. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
import { randomUUID } from "node:crypto";
import type { Place } from "../service/place";
import { isoSeconds } from "../service/time";

export interface BusEvent {
  readonly id: string;
  /** The whole event, as JSON. Its detail is the text that was sent, so that no number loses digits. */
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly ingestedAt: number;
  readonly traceHeader: string | undefined;
}

export interface EventParts {
  readonly source: string;
  readonly detailType: string;
  /** A JSON object. */
  readonly detail: string;
  readonly resources: readonly string[];
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly traceHeader?: string | undefined;
}

export function eventOf(parts: EventParts, { accountId, region }: Place, ingestedAt: number): BusEvent {
  const id = randomUUID();
  const envelope = {
    version: "0",
    id,
    "detail-type": parts.detailType,
    source: parts.source,
    account: accountId,
    time: isoSeconds(parts.time),
    region,
    resources: parts.resources,
  };
  const text = `${JSON.stringify(envelope).slice(0, -1)},"detail":${parts.detail.trim()}}`;
  return { id, text, ingestedAt, traceHeader: parts.traceHeader };
}
