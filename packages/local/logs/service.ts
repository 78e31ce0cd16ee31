// CloudWatch Logs of the local run: its actions on the groups, streams and events of the store.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
import { type Message, type Service, ServiceError } from "../service/ask";
import { describeLogGroups, describeLogStreams } from "./describe";
import { constraint } from "./errors";
import {
  groupOf,
  newGroupName,
  newStreamName,
  optionalNumber,
  optionalText,
  refuseUnknownMembers,
  text,
} from "./input";
import { putLogEvents } from "./put-events";
import { filterLogEvents, getLogEvents } from "./read-events";
import type { LogStore } from "./store";

interface Action {
  /** The members that are read, and those that change nothing here. */
  readonly known: readonly string[];
  run(store: LogStore, input: Message): Message;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

const ofGroup = ["logGroupName", "logGroupIdentifier"];

const actions: Readonly<Record<string, Action>> = {
  DescribeLogGroups: {
    known: ["logGroupNamePrefix", "logGroupNamePattern", "logGroupClass", "nextToken", "limit"],
    run: describeLogGroups,
  },
  DescribeLogStreams: {
    known: [...ofGroup, "logStreamNamePrefix", "orderBy", "descending", "nextToken", "limit"],
    run: describeLogStreams,
  },
  GetLogEvents: {
    known: [...ofGroup, "logStreamName", "startTime", "endTime", "nextToken", "limit", "startFromHead"],
    run: getLogEvents,
  },
  FilterLogEvents: {
    known: [
      ...[...ofGroup, "logStreamNames", "logStreamNamePrefix", "startTime", "endTime", "filterPattern", "nextToken"],
      // AWS ignores `interleaved`, and always interleaves.
      ...["limit", "startFromHead", "interleaved"],
    ],
    run: filterLogEvents,
  },
  PutLogEvents: {
    known: ["logGroupName", "logStreamName", "logEvents", "sequenceToken", "entity"],
    run: putLogEvents,
  },
  CreateLogGroup: {
    known: ["logGroupName", "kmsKeyId", "tags", "logGroupClass"],
    run: (store, input) => {
      store.createGroup(newGroupName(input), { logGroupClass: optionalText(input, "logGroupClass") });
      return {};
    },
  },
  DeleteLogGroup: {
    known: ["logGroupName"],
    run: (store, input) => {
      store.deleteGroup(text(input, "logGroupName"));
      return {};
    },
  },
  CreateLogStream: {
    known: ["logGroupName", "logStreamName"],
    run: (store, input) => {
      store.createStream(groupOf(store, input), newStreamName(input));
      return {};
    },
  },
  PutRetentionPolicy: {
    known: ["logGroupName", "retentionInDays"],
    run: (store, input) => {
      const days = optionalNumber(input, "retentionInDays") ?? 0;
      if (!retentions.includes(days)) {
        throw constraint("retentionInDays", days, `Member must satisfy enum value set: [${retentions.join(", ")}]`);
      }
      groupOf(store, input).retentionInDays = days;
      return {};
    },
  },
  DeleteRetentionPolicy: {
    known: ["logGroupName"],
    run: (store, input) => {
      groupOf(store, input).retentionInDays = undefined;
      return {};
    },
  },
};

export function createLogs(store: LogStore): Service {
  return {
    name: "logs",
    async handle(_principal, action, input) {
      const found = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (found === undefined) {
        throw new ServiceError(
          "UnknownOperationException",
          `The local run's CloudWatch Logs has no action ${action}. It has ${Object.keys(actions).join(", ")}.`,
        );
      }
      refuseUnknownMembers(action, input, found.known);
      return found.run(store, input);
    },
    async close() {},
  };
}
