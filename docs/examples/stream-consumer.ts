// A Kinesis stream with two consumers.
import { plain, StreamConsumer, Table, writeTable } from "spillway";
import { aggregateActivity } from "../../functions/aggregate-activity";
import { indexActivity } from "./callbacks";

const counts = new Table("counts", { hashKey: "customerId" });
const activity = new StreamConsumer("activity", {
  callback: aggregateActivity,
  bindings: { activity: writeTable(counts) },
});

export const streamName = activity.streamName;

new StreamConsumer("activity-index", {
  callback: indexActivity,
  bindings: { index: plain("https://index.example.com/activity") },
  stream: activity.stream,
  enhancedFanOut: true, // throughput of its own
});
