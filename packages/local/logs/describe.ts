// The actions DescribeLogGroups and DescribeLogStreams.
import type { Message } from "../service/ask";
import { page } from "../service/page";
import { constraint, invalid } from "./errors";
import { groupOf, numberIn, optionalBoolean, optionalText } from "./input";
import { sequenceToken } from "./put-events";
import type { LogGroup, LogStore, LogStream } from "./store";

const mostItems = 50;

const pageIn = (input: Message, descending = false) => ({
  size: numberIn(input, "limit", 1, mostItems, mostItems),
  token: optionalText(input, "nextToken"),
  as: "nextToken" as const,
  descending,
});

export function describeLogGroups(store: LogStore, input: Message): Message {
  const prefix = optionalText(input, "logGroupNamePrefix");
  const pattern = optionalText(input, "logGroupNamePattern");
  if (prefix !== undefined && pattern !== undefined) {
    throw invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  }
  const groupClass = optionalText(input, "logGroupClass");
  const found = [...store.groups].filter(
    ({ name, logGroupClass }) =>
      name.startsWith(prefix ?? "") &&
      // The text is looked for in any case.
      name.toLowerCase().includes((pattern ?? "").toLowerCase()) &&
      (groupClass === undefined || logGroupClass === groupClass),
  );
  const { items, more } = page(found, ({ name }) => name, pageIn(input));
  return { logGroups: items.map(({ name }) => describeGroup(store.group(name))), ...more };
}

const describeGroup = ({ name, arn, createdAt, retentionInDays, logGroupClass, bytes }: LogGroup): Message => ({
  logGroupName: name,
  creationTime: createdAt,
  ...(retentionInDays !== undefined && { retentionInDays }),
  metricFilterCount: 0,
  arn: `${arn}:*`,
  storedBytes: bytes,
  logGroupClass,
  logGroupArn: arn,
});

export function describeLogStreams(store: LogStore, input: Message): Message {
  const group = groupOf(store, input);
  const prefix = optionalText(input, "logStreamNamePrefix");
  const order = optionalText(input, "orderBy") ?? "LogStreamName";
  if (order !== "LogStreamName" && order !== "LastEventTime") {
    const rule = "Member must satisfy enum value set: [LogStreamName, LastEventTime]";
    throw constraint("orderBy", order, rule);
  }
  const byTime = order === "LastEventTime";
  if (byTime && prefix !== undefined) throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const keyOf = ({ name, lastEventAt = 0 }: LogStream) =>
    byTime ? `${String(lastEventAt).padStart(16, "0")} ${name}` : name;
  const found = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ""));
  const { items, more } = page(found, keyOf, pageIn(input, optionalBoolean(input, "descending")));
  return { logStreams: items.map(describeStream), ...more };
}

const describeStream = ({ name, arn, createdAt, firstEventAt, lastEventAt, lastIngestedAt }: LogStream): Message => ({
  logStreamName: name,
  creationTime: createdAt,
  ...(lastEventAt !== undefined && {
    firstEventTimestamp: firstEventAt,
    lastEventTimestamp: lastEventAt,
    lastIngestionTime: lastIngestedAt,
  }),
  uploadSequenceToken: sequenceToken,
  arn,
  // AWS has not filled it since 2019.
  storedBytes: 0,
});
