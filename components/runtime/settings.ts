// What a deployed function is told through its one environment variable: its bindings, and the source that its consumer
// serves.

/** Name of the environment variable. Its value is the JSON of `Settings`. */
export const settingsVariable = "SPILLWAY";

export interface QueueSettings {
  readonly kind: "queue";
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** The queue's maxReceiveCount: the attempt after which SQS would move the message itself. */
  readonly maxReceiveCount: number;
  /**
   * Seconds from when a record is sent within which an attempt may begin, so that it is over before SQS deletes the
   * record: the queue's retention less its visibility timeout. Undefined where the retention is not known.
   */
  readonly lastAttemptWithin?: number;
  /** How many records of a batch run at a time, at least 1. */
  readonly concurrency: number;
}

/** A Kinesis stream, or the stream of a table. */
export interface StreamSettings {
  readonly kind: "stream";
  readonly deadLetterQueueUrl: string;
  /** How many records of a batch run at a time, at least 1; one per partition key. */
  readonly concurrency: number;
}

export interface TopicSettings {
  readonly kind: "topic";
  readonly deadLetterQueueUrl: string;
}

export type SourceSettings = QueueSettings | StreamSettings | TopicSettings;

/** What keeps the records of one event from running the callback more than once. */
export interface IdempotencySettings {
  readonly tableArn: string;
  /** Stands before each key, so that consumers may share a table. */
  readonly scope: string;
  /** Paths into the event, whose values together are its key. */
  readonly key: readonly string[];
  /** Seconds for which an event that is done is known. */
  readonly expiresAfter: number;
}

export interface Settings {
  /** Each binding's value by its name: queue URLs, table names, plain values. */
  readonly bindings: Readonly<Record<string, unknown>>;
  readonly source: SourceSettings;
  readonly idempotency?: IdempotencySettings;
}
