// The action PutLogEvents.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
import type { Message } from "../service/ask";
import { constraint, invalid, missing } from "./errors";
import { groupOf, optionalNumber, optionalText, structures, text } from "./input";
import { type LogStore, millisecondsOfDay, sizeOf } from "./store";

const mostEvents = 10_000;
/** Bytes of all messages, with 26 bytes for each. One event may have as many. */
const largestBatch = 1_048_576;
const longestSpan = millisecondsOfDay;
const oldest = 14 * millisecondsOfDay;
const newest = 2 * 3600 * 1000;

interface Given {
  readonly timestamp: number;
  readonly message: string;
}

/** Tokens of sequences are no longer needed, and every token is accepted. */
export function putLogEvents(store: LogStore, input: Message): Message {
  const group = groupOf(store, input);
  const stream = store.stream(group, text(input, "logStreamName"));
  const events = structures(input, "logEvents").map(eventOf);
  check(events);
  const { now } = store;
  const retained = group.retentionInDays === undefined ? undefined : now - group.retentionInDays * millisecondsOfDay;
  const isExpired = ({ timestamp }: Given) => retained !== undefined && timestamp < retained;
  const isTooOld = ({ timestamp }: Given) => timestamp < now - oldest;
  const isTooNew = ({ timestamp }: Given) => timestamp > now + newest;
  // The events are in the order of their times, so the rejected ones are at the two ends.
  const expired = events.filter(isExpired).length;
  const tooOld = events.filter(isTooOld).length;
  const tooNew = events.findIndex(isTooNew);
  const accepted = events.slice(Math.max(expired, tooOld), tooNew < 0 ? events.length : tooNew);
  const [first, last] = [accepted[0], accepted.at(-1)];
  if (first !== undefined && last !== undefined && last.timestamp - first.timestamp > longestSpan) {
    throw invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  for (const { timestamp, message } of accepted) store.add(group, stream, timestamp, message);
  const rejected = {
    ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
  };
  return {
    nextSequenceToken: sequenceToken,
    ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
  };
}

/** Clients hand it back, and it means nothing. */
export const sequenceToken = "49039859".padEnd(56, "0");

function eventOf(event: Message, index: number): Given {
  const of = (member: string) => `logEvents.${index + 1}.member.${member}`;
  const timestamp = optionalNumber(event, "timestamp");
  const message = optionalText(event, "message");
  if (timestamp === undefined) throw missing(of("timestamp"));
  if (message === undefined) throw missing(of("message"));
  if (timestamp < 0) throw constraint(of("timestamp"), timestamp, "Member must have value greater than or equal to 0");
  if (message === "") throw constraint(of("message"), message, "Member must have length greater than or equal to 1");
  return { timestamp, message };
}

function check(events: readonly Given[]): void {
  const [fewest, rule] = [1, "Member must have length"];
  if (events.length < fewest) throw constraint("logEvents", "[]", `${rule} greater than or equal to ${fewest}`);
  if (events.length > mostEvents) throw constraint("logEvents", "[…]", `${rule} less than or equal to ${mostEvents}`);
  const size = events.reduce((sum, { message }) => sum + sizeOf(message), 0);
  if (size > largestBatch) throw invalid(`Upload too large: ${size} bytes exceeds limit of ${largestBatch}`);
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
}
