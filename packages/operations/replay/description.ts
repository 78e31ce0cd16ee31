// Lambda's descriptions of what it gave up: a batch of a stream, or an asynchronous event.
// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

/** A batch of a stream's records, which are in the stream as long as it keeps them. */
export interface BatchDescription {
  readonly kind: "batch";
  readonly source: "kinesis" | "table";
  readonly streamArn: string;
  readonly shardId: string;
  readonly start: string;
  readonly end: string;
  /** How many records were given up. */
  readonly size: number;
  /** What the function was invoked with, where the description is an object of a bucket. */
  readonly payload?: string;
}

/** An event that the function was invoked with asynchronously, as by a topic. */
export interface EventDescription {
  readonly kind: "event";
  readonly payload: string;
}

export type Description = BatchDescription | EventDescription;

type Members = Readonly<Record<string, unknown>>;

/** Throws an Error, in words for the user, for what is no description of Lambda's. */
export function readDescription(given: Members | null): Description {
  const { KinesisBatchInfo, DDBStreamBatchInfo, requestPayload, payload } = given ?? {};
  const info = KinesisBatchInfo ?? DDBStreamBatchInfo;
  if (isMembers(info)) {
    const { streamArn, shardId, startSequenceNumber: start, endSequenceNumber: end, batchSize: size } = info;
    if (isText(streamArn) && isText(shardId) && isNumeral(start) && isNumeral(end) && Number.isInteger(size)) {
      const source = KinesisBatchInfo === undefined ? "table" : "kinesis";
      const whole = textOf(payload);
      return {
        ...{ kind: "batch", source, streamArn, shardId, start, end, size: Number(size) },
        ...(whole !== undefined && { payload: whole }),
      };
    }
  }
  const event = textOf(requestPayload);
  if (event !== undefined) return { kind: "event", payload: event };
  throw new Error(
    "It is no description of Lambda's: it has neither KinesisBatchInfo nor DDBStreamBatchInfo with a range of sequence " +
      "numbers, nor requestPayload.",
  );
}

/** How messages name what is described. */
export function describeRange(description: Description): string {
  if (description.kind === "event") return "an asynchronous event";
  const { size, shardId, start, end } = description;
  const range = start === end ? start : `${start} to ${end}`;
  return `${size} ${size === 1 ? "record" : "records"} of ${shardId}, ${range}`;
}

/** In the order in which the records were in their shard. */
export function inOrderOfShards(a: Description, b: Description): number {
  if (a.kind === "event" || b.kind === "event") return Number(a.kind === "event") - Number(b.kind === "event");
  if (a.shardId !== b.shardId) return a.shardId < b.shardId ? -1 : 1;
  return compareSequence(a.start, b.start);
}

/** Sequence numbers have more digits than a number of JavaScript can hold. */
export function compareSequence(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** An object of a bucket holds the payload as text, and a message as JSON. */
function textOf(payload: unknown): string | undefined {
  if (typeof payload === "string") return payload;
  return typeof payload === "object" && payload !== null ? JSON.stringify(payload) : undefined;
}

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null;
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isNumeral = (value: unknown): value is string => typeof value === "string" && /^\d+$/.test(value);
