// A Kinesis stream with two consumers.
import * as aws from "@pulumi/aws";
import { plain, StreamConsumer, writeTable } from "spillway";
import { aggregateActivity } from "../../functions/aggregate-activity";
import { indexActivity } from "./callbacks";

const counts = new aws.dynamodb.Table("counts", {
  billingMode: "PAY_PER_REQUEST",
  hashKey: "customerId",
  attributes: [{ name: "customerId", type: "S" }],
});

const activity = new StreamConsumer("activity", {
  callback: aggregateActivity,
  bindings: { activity: writeTable(counts) },
});
new StreamConsumer("activity-index", {
  callback: indexActivity,
  bindings: { index: plain("https://index.example.com/activity") },
  stream: activity.stream,
  enhancedFanOut: true, // throughput of its own
});

export const streamName = activity.streamName;
