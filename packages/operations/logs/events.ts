// Reads lines of a log group, by CloudWatch Logs' FilterLogEvents.
import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";

export interface LogEvent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
  readonly stream: string;
}

export interface LogQuery {
  readonly logs: CloudWatchLogsClient;
  readonly logGroupName: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to?: number;
  /** Only lines that contain this. */
  readonly text?: string;
  /** The most pages that are read: a page may be empty, and there may be very many. @default all */
  readonly pages?: number;
  readonly signal: AbortSignal;
}

/** In the order of their times. */
export async function eventsOf(query: LogQuery): Promise<readonly LogEvent[]> {
  const { logs, logGroupName, from, to, text, pages = Number.POSITIVE_INFINITY, signal } = query;
  const found: LogEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < pages; page++) {
    const answer = await logs.send(
      new FilterLogEventsCommand({
        logGroupName,
        startTime: Math.max(0, Math.floor(from)),
        ...(to !== undefined && { endTime: Math.ceil(to) }),
        // Quoted, it is a text to find in any line, whatever it is made of.
        ...(text !== undefined && { filterPattern: `"${text.replace(/["\\]/g, "")}"` }),
        ...(nextToken !== undefined && { nextToken }),
      }),
      { abortSignal: signal },
    );
    for (const { eventId = "", timestamp = 0, message = "", logStreamName = "" } of answer.events ?? []) {
      found.push({ id: eventId, timestamp, message: message.trimEnd(), stream: logStreamName });
    }
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return found.sort((one, other) => one.timestamp - other.timestamp);
}
