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

interface Found {
  /** In the order of their times. */
  readonly events: readonly LogEvent[];
  /** Whether all was searched. Otherwise there were more pages. */
  readonly complete: boolean;
}

export async function eventsOf({ pages = Number.POSITIVE_INFINITY, ...query }: LogQuery): Promise<Found> {
  const events: LogEvent[] = [];
  let left = pages;
  for await (const page of pagesOf(query)) {
    events.push(...page.events);
    left -= 1;
    if (page.isLast || left === 0) return { events: inOrder(events), complete: page.isLast };
  }
  return { events: inOrder(events), complete: true };
}

/** One page at a time, each in the order of its times. Many may be empty. */
export async function* pagesOf(
  query: Omit<LogQuery, "pages">,
): AsyncGenerator<{ readonly events: readonly LogEvent[]; readonly isLast: boolean }> {
  const { logs, logGroupName, from, to, text, signal } = query;
  let nextToken: string | undefined;
  do {
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
    const events = (answer.events ?? []).map(
      ({ eventId = "", timestamp = 0, message = "", logStreamName = "" }): LogEvent => {
        return { id: eventId, timestamp, message: message.trimEnd(), stream: logStreamName };
      },
    );
    nextToken = answer.nextToken;
    yield { events: inOrder(events), isLast: nextToken === undefined };
  } while (nextToken !== undefined);
}

const inOrder = (events: readonly LogEvent[]) => [...events].sort((one, other) => one.timestamp - other.timestamp);
