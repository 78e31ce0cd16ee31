// A stream whose records are summed up over tumbling windows.
import * as aws from "@pulumi/aws";
import { StreamConsumer, writeTable } from "spillway";
import { addUp } from "./totals";

const totals = new aws.dynamodb.Table("totals", {
  billingMode: "PAY_PER_REQUEST",
  hashKey: "window",
  attributes: [{ name: "window", type: "S" }],
});

const readings = new StreamConsumer("readings", {
  callback: addUp,
  bindings: { totals: writeTable(totals) },
  tumblingWindow: 60,
});

export const streamName = readings.streamName;
