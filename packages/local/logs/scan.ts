// Reads a page of the events of a group, forwards or backwards, and the tokens that say where the next page begins.
import { invalid } from "./errors";
import { comparePositions, firstAfter, type LogEvent, type Position, sizeOf } from "./store";

export interface Scan {
  readonly isForward: boolean;
  /** The page begins behind it, in the direction of the scan. */
  readonly behind?: Position | undefined;
  /** Milliseconds since the epoch; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** Bytes of the events that are looked at, so that one request does not stop the run. Default: all. */
  readonly most?: number;
  isWanted(event: LogEvent): boolean;
}

export interface Scanned {
  /** In the direction of the scan. */
  readonly events: readonly LogEvent[];
  /** The event behind which the next page begins; undefined after the last page. */
  readonly last: LogEvent | undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html: 1 MB a page. */
const largestPage = 1024 * 1024;

export function scan(all: readonly LogEvent[], { isForward, behind, from, to, limit, most, isWanted }: Scan): Scanned {
  const low = firstAfter(all, { timestamp: from, sequence: -1 });
  const high = firstAfter(all, { timestamp: to, sequence: -1 });
  const step = isForward ? 1 : -1;
  let index = isForward ? low : high - 1;
  if (behind !== undefined) {
    const after = firstAfter(all, behind);
    const before = after - (after > 0 && comparePositions(all[after - 1] ?? behind, behind) === 0 ? 2 : 1);
    index = isForward ? Math.max(low, after) : Math.min(high - 1, before);
  }
  const events: LogEvent[] = [];
  let [answered, looked] = [0, 0];
  let last: LogEvent | undefined;
  for (; index >= low && index < high; index += step) {
    const event = all[index];
    if (event === undefined) break;
    const size = sizeOf(event.message);
    const wanted = isWanted(event);
    const isFull = wanted && (events.length >= limit || (events.length > 0 && answered + size > largestPage));
    if (isFull || (most !== undefined && looked > most)) return { events, last };
    last = event;
    looked += size;
    if (!wanted) continue;
    answered += size;
    events.push(event);
  }
  return { events, last: undefined };
}

/** 56 digits, as AWS's, in the order of the events. */
export const eventIdOf = ({ timestamp, sequence }: Position) =>
  `${String(timestamp).padStart(20, "0")}${String(sequence).padStart(36, "0")}`;

const positionOf = (eventId: string): Position => ({
  timestamp: Number(eventId.slice(0, 20)),
  sequence: Number(eventId.slice(20)),
});

export interface Token {
  readonly isForward: boolean;
  readonly behind: Position;
}

/** As GetLogEvents has them: `f/<56 digits>/s`. */
export const tokenOf = ({ isForward, behind }: Token) => `${isForward ? "f" : "b"}/${eventIdOf(behind)}/s`;

export function readToken(text: string): Token {
  const [, direction, id] = /^([fb])\/(\d{56})\/s$/.exec(text) ?? [];
  if (id === undefined) throw invalid("The specified nextToken is invalid.");
  return { isForward: direction === "f", behind: positionOf(id) };
}
