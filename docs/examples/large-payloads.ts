// Reports that are too large for a message: they travel as objects of a bucket, and the message names the object.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, sendTo, statements, Table, writeTable } from "spillway";
import { makeReport, readReport } from "./reports";

const payloads = new aws.s3.Bucket("payloads");
new aws.s3.BucketLifecycleConfiguration("payloads", {
  bucket: payloads.bucket,
  // Longer than a message (4 days) and its dead letter (14 days) live.
  rules: [{ id: "expire", status: "Enabled", filter: { prefix: "reports/" }, expiration: { days: 30 } }],
});
const reportObjects = pulumi.interpolate`${payloads.arn}/reports/*`;

const totals = new Table("report-totals", { hashKey: "reportId" });
const reading = new QueueConsumer("read-report", {
  callback: readReport,
  bindings: {
    payloads: statements(
      payloads.bucket,
      { actions: ["s3:GetObject"], resources: [reportObjects] },
      // Without it S3 answers AccessDenied for an object that is not there.
      { actions: ["s3:ListBucket"], resources: [payloads.arn] },
    ),
    totals: writeTable(totals, ["PutItem"]),
  },
});
const making = new QueueConsumer("make-report", {
  callback: makeReport,
  bindings: {
    payloads: statements(payloads.bucket, { actions: ["s3:PutObject"], resources: [reportObjects] }),
    reports: sendTo(reading),
  },
});

export const makeReportUrl = making.queueUrl;
export const readReportUrl = reading.queueUrl;
export const readReportDeadLettersUrl = reading.deadLetterQueueUrl;
export const reportTotalsTable = totals.name;
