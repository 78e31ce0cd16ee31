// Which of a bucket's events go where.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
import { ServiceError } from "../service/ask";
import { invalidArgument } from "./errors";

export interface Notification {
  readonly id: string;
  /** ARN of a queue, a topic or a function. */
  readonly target: string;
  /** As `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/** Those that happen here, without `s3:`. */
export type EventName =
  | "ObjectCreated:Put"
  | "ObjectCreated:Copy"
  | "ObjectCreated:CompleteMultipartUpload"
  | "ObjectRemoved:Delete"
  | "ObjectTagging:Put"
  | "ObjectTagging:Delete";

/**
 * All of which S3 tells:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
const groups: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ["Put", "Post", "Copy", "CompleteMultipartUpload"],
  ObjectRemoved: ["Delete", "DeleteMarkerCreated"],
  ObjectRestore: ["Post", "Completed", "Delete"],
  Replication: [
    ...["OperationFailedReplication", "OperationMissedThreshold", "OperationReplicatedAfterThreshold"],
    "OperationNotTracked",
  ],
  LifecycleExpiration: ["Delete", "DeleteMarkerCreated"],
  ObjectTagging: ["Put", "Delete"],
};
const single = [
  "s3:ReducedRedundancyLostObject",
  "s3:LifecycleTransition",
  "s3:IntelligentTiering",
  "s3:ObjectAcl:Put",
];

const known = new Set([
  ...single,
  ...Object.entries(groups).flatMap(([group, names]) => ["*", ...names].map((name) => `s3:${group}:${name}`)),
]);

/** An event type that names another, or a group that has it. */
const covers = (pattern: string, event: string) =>
  pattern === event || (pattern.endsWith(":*") && event.startsWith(pattern.slice(0, -1)));

/** Throws for what S3 refuses. */
export function checkNotifications(notifications: readonly Notification[]): void {
  for (const { id, target, events } of notifications) {
    const unknown = events.find((event) => !known.has(event));
    if (unknown !== undefined) throw invalidArgument(`The event '${unknown}' is not supported for notifications`);
    if (events.length === 0) throw invalidArgument(`The notification "${id}" has no events; give at least one.`);
    if (!/^arn:[^:]+:(sqs|sns|lambda):[^:]+:\d{12}:.+$/.test(target)) {
      throw invalidArgument(`The ARN could not be parsed: ${target}`);
    }
    if (target.endsWith(".fifo")) {
      throw invalidArgument(
        `Unable to validate the following destination configurations: ${target} is FIFO, and S3 sends to standard queues and topics only.`,
      );
    }
  }
  for (const [index, one] of notifications.entries()) {
    for (const other of notifications.slice(index + 1)) {
      if (!overlap(one, other)) continue;
      throw invalidArgument(
        `Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type: "${one.id}" and "${other.id}".`,
      );
    }
  }
}

function overlap(one: Notification, other: Notification): boolean {
  const isCommon = one.events.some((a) => other.events.some((b) => covers(a, b) || covers(b, a)));
  const prefixes = one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
  const suffixes = one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix);
  return isCommon && prefixes && suffixes;
}

export const isFor = ({ events, prefix, suffix }: Notification, event: EventName, key: string) =>
  events.some((pattern) => covers(pattern, `s3:${event}`)) && key.startsWith(prefix) && key.endsWith(suffix);

/** S3's refusal of a destination that it cannot send to, with the reason, which S3 leaves out. */
export const undeliverable = ({ target }: Notification, reason: string) =>
  new ServiceError(
    "InvalidArgument",
    `Unable to validate the following destination configurations: ${target} (${reason})`,
  );
