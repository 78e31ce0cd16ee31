// PutEvents: turns entries into events, and refuses the invalid ones.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html

import { jsonObject } from "spillway/syntax/json";
import type { Message } from "../service/ask";
import { constraint, invalid } from "../service/errors";
import type { Place } from "../service/place";
import type { Buses } from "./buses";
import { eventOf } from "./event";
import { busNameOf } from "./rule-of";

export interface PutEventsSettings {
  readonly buses: Buses;
  readonly place: Place;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly onProblem?: ((message: string) => void) | undefined;
}

const mostEntries = 10;
/** All entries together must have fewer bytes than this. */
const largest = 1024 * 1024;

/** Throws a ServiceError for a request that is refused as a whole. */
export function putEvents(input: Message, settings: PutEventsSettings): Message {
  const entries = entriesIn(input);
  if (input.EndpointId !== undefined) {
    throw invalid("EndpointId: the local run has no global endpoints; put the event on the bus itself.");
  }
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (size >= largest) throw invalid("Total size of the entries in the request is over the limit.");
  const results = entries.map((entry) => put(entry, settings));
  return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
}

function entriesIn({ Entries }: Message): readonly Message[] {
  const rule = "Member must have length";
  if (!Array.isArray(Entries) || Entries.length === 0) {
    throw constraint("entries", "[]", `${rule} greater than or equal to 1`);
  }
  if (Entries.length > mostEntries) {
    throw constraint("entries", "[PutEventsRequestEntry]", `${rule} less than or equal to ${mostEntries}`);
  }
  return Entries as readonly Message[];
}

/**
 * Bytes, as EventBridge counts them:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size
 */
function sizeOf({ Time, Source, DetailType, Detail, Resources }: Message): number {
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])];
  const time = Time === undefined || Time === null ? 0 : 14;
  return texts.reduce((sum, each) => sum + (typeof each === "string" ? Buffer.byteLength(each) : 0), time);
}

function put(entry: Message, { buses, place, now, onProblem }: PutEventsSettings): Message {
  const { Source: source, DetailType: detailType, Detail: detail, Resources, Time, TraceHeader } = entry;
  for (const name of ["Source", "DetailType", "Detail"]) {
    const value = entry[name];
    if (typeof value !== "string" || value === "") {
      return failed("InvalidArgument", `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
    }
  }
  if (jsonObject(String(detail)) === undefined) return failed("MalformedDetail", "Detail is malformed.");
  if (String(source).startsWith("aws.")) {
    return failed("NotAuthorizedForSourceException", "Not authorized for the source.");
  }
  const ingestedAt = now();
  const parts = {
    source: String(source),
    detailType: String(detailType),
    detail: String(detail),
    resources: Array.isArray(Resources) ? Resources.map(String) : [],
    // The protocol has seconds.
    time: typeof Time === "number" ? Time * 1000 : ingestedAt,
    traceHeader: typeof TraceHeader === "string" ? TraceHeader : undefined,
  };
  const event = eventOf(parts, place, ingestedAt);
  const busName = busNameOf(typeof entry.EventBusName === "string" ? entry.EventBusName : undefined);
  // EventBridge accepts such an event and drops it.
  if (!buses.has(busName)) onProblem?.(`Event ${event.id} is lost: there is no event bus "${busName}".`);
  else buses.publish(busName, event);
  return { EventId: event.id };
}

const failed = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
