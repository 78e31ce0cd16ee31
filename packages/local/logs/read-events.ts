// The actions GetLogEvents and FilterLogEvents.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
import { type Message, ServiceError } from "../service/ask";
import { invalid } from "./errors";
import { compileFilterPattern } from "./filter-pattern/filter-pattern";
import { groupOf, momentIn, numberIn, optionalBoolean, optionalText, text, texts } from "./input";
import { eventIdOf, readToken, scan, tokenOf } from "./scan";
import type { LogEvent, LogGroup, LogStore, Position } from "./store";

const mostEvents = 10_000;
const mostStreamNames = 100;
/** Bytes that one request looks through. AWS also answers pages that are not full, or empty, before the last one. */
const mostSearched = 8 * 1024 * 1024;

export function getLogEvents(store: LogStore, input: Message): Message {
  const group = readable(groupOf(store, input), "GetLogEvents");
  const stream = store.stream(group, text(input, "logStreamName"));
  const given = optionalText(input, "nextToken");
  const token = given === undefined ? undefined : readToken(given);
  const isForward = token?.isForward ?? optionalBoolean(input, "startFromHead") ?? false;
  const { events } = scan(group.events, {
    isForward,
    behind: token?.behind,
    from: momentIn(input, "startTime") ?? 0,
    to: momentIn(input, "endTime") ?? Number.POSITIVE_INFINITY,
    limit: numberIn(input, "limit", 1, mostEvents, mostEvents),
    isWanted: (event) => event.stream === stream,
  });
  // The events of a page are in the order of their times in both directions.
  const shown = isForward ? events : [...events].reverse();
  // At the end of the stream, the token stays what it was.
  const here: Position = token?.behind ?? { timestamp: momentIn(input, "startTime") ?? 0, sequence: 0 };
  return {
    events: shown.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: tokenOf({ isForward: true, behind: shown.at(-1) ?? here }),
    nextBackwardToken: tokenOf({ isForward: false, behind: shown[0] ?? here }),
  };
}

export function filterLogEvents(store: LogStore, input: Message): Message {
  const group = readable(groupOf(store, input), "FilterLogEvents");
  const given = optionalText(input, "nextToken");
  const token = given === undefined ? undefined : readToken(given);
  const isForward = token?.isForward ?? optionalBoolean(input, "startFromHead") ?? true;
  const isOfStream = streamsOf(store, group, input);
  const matches = compileFilterPattern(optionalText(input, "filterPattern") ?? "");
  const { events, last } = scan(group.events, {
    isForward,
    behind: token?.behind,
    from: momentIn(input, "startTime") ?? 0,
    // Unlike GetLogEvents, it includes the events of the last millisecond.
    to: (momentIn(input, "endTime") ?? Number.POSITIVE_INFINITY) + 1,
    limit: numberIn(input, "limit", 1, mostEvents, mostEvents),
    most: mostSearched,
    isWanted: (event) => isOfStream(event) && matches(event.message),
  });
  return {
    events: events.map((event) => ({
      logStreamName: event.stream.name,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestionTime,
      eventId: eventIdOf(event),
    })),
    // AWS has not filled it since 2020.
    searchedLogStreams: [],
    ...(last !== undefined && { nextToken: tokenOf({ isForward, behind: last }) }),
  };
}

function streamsOf(store: LogStore, group: LogGroup, input: Message): (event: LogEvent) => boolean {
  const names = texts(input, "logStreamNames");
  const prefix = optionalText(input, "logStreamNamePrefix");
  if (names.length > 0 && prefix !== undefined) {
    throw invalid("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
  }
  if (names.length > mostStreamNames) {
    throw invalid(
      `1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length less than or equal to ${mostStreamNames}`,
    );
  }
  if (names.length > 0) {
    const wanted = new Set(names.map((name) => store.stream(group, name)));
    return ({ stream }) => wanted.has(stream);
  }
  return prefix === undefined ? () => true : ({ stream }) => stream.name.startsWith(prefix);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html */
function readable(group: LogGroup, action: string): LogGroup {
  if (group.logGroupClass === "STANDARD") return group;
  throw new ServiceError(
    "InvalidOperationException",
    `${action} is not supported for log groups of the class ${group.logGroupClass}. Only log groups of the class STANDARD have it.`,
  );
}
