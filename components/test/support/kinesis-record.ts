// Records of a Kinesis stream as Lambda passes them.
import type { KinesisStreamRecord } from "aws-lambda";

export const streamArn = "arn:aws:kinesis:eu-west-1:000000000000:stream/jobs";

/** `data`: JSON, or a text as it is. */
export function recordOf(n: number, data: unknown = { n }, partitionKey = `key-${n}`): KinesisStreamRecord {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return {
    awsRegion: "eu-west-1",
    eventID: `shardId-000000000000:${n}`,
    eventName: "aws:kinesis:record",
    eventSource: "aws:kinesis",
    eventSourceARN: streamArn,
    eventVersion: "1.0",
    invokeIdentityArn: "arn:aws:iam::000000000000:role/r",
    kinesis: {
      approximateArrivalTimestamp: 1_700_000_000.1,
      data: Buffer.from(text).toString("base64"),
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber: String(n),
    },
  };
}
