// Thumbnails of uploaded images: uploads bucket ─► queue ─► makeThumbnail ─► thumbnails bucket and images table.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer, statements, Table, writeTable } from "spillway";
import { makeThumbnail } from "./functions/make-thumbnail";

const uploads = new aws.s3.Bucket("uploads");
// A bucket of its own. In the first bucket, each thumbnail would be an upload again, and so on without end.
const thumbnails = new aws.s3.Bucket("thumbnails");
const images = new Table("images", { hashKey: "image" });

const resizing = new QueueConsumer("uploads", {
  callback: makeThumbnail,
  bindings: {
    // Without ListBucket, S3 answers AccessDenied for an object that was deleted, which looks like a fault.
    uploads: statements(
      uploads.bucket,
      { actions: ["s3:GetObject"], resources: [pulumi.interpolate`${uploads.arn}/*`] },
      { actions: ["s3:ListBucket"], resources: [uploads.arn] },
    ),
    thumbnails: statements(thumbnails.bucket, {
      actions: ["s3:PutObject"],
      resources: [pulumi.interpolate`${thumbnails.arn}/*`],
    }),
    images: writeTable(images, ["UpdateItem"]),
  },
  // One image at a time: the largest takes 1.1 GB and some seconds of CPU, which Lambda gives in proportion to memory.
  batchSize: 1,
  memorySize: 2048,
  timeout: 60,
});

// S3 sends to the queue, for this bucket only.
const admitted = resizing.admit({
  Sid: "FromUploads",
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "sqs:SendMessage",
  Condition: { ArnEquals: { "aws:SourceArn": uploads.arn } },
});
new aws.s3.BucketNotification(
  "uploads",
  { bucket: uploads.bucket, queues: [{ queueArn: resizing.queueArn, events: ["s3:ObjectCreated:*"] }] },
  // S3 tries to send when the notification is created, and fails if the queue does not allow it yet.
  { dependsOn: [admitted] },
);

export const uploadsBucket = uploads.bucket;
export const thumbnailsBucket = thumbnails.bucket;
export const imagesTable = images.name;
export const deadLetters = { uploads: resizing.deadLetters };

export type Consumers = { uploads: typeof resizing };
