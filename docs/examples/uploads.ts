// A bucket whose uploads become messages of a queue.
import * as aws from "@pulumi/aws";
import { QueueConsumer, Table, writeTable } from "spillway";
import { noteUpload } from "./upload-notifications";

const uploads = new Table("uploads", { hashKey: "key" });
const noting = new QueueConsumer("uploads", {
  callback: noteUpload,
  bindings: { uploads: writeTable(uploads, ["PutItem"]) },
});

const pictures = new aws.s3.Bucket("pictures");
const policy = noting.admit({
  Sid: "FromPictures",
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "sqs:SendMessage",
  Condition: { ArnEquals: { "aws:SourceArn": pictures.arn } },
});
new aws.s3.BucketNotification(
  "pictures",
  {
    bucket: pictures.bucket,
    queues: [{ queueArn: noting.queueArn, events: ["s3:ObjectCreated:*"], filterPrefix: "in/" }],
  },
  { dependsOn: policy }, // S3 checks at once whether it may send
);

export const picturesBucket = pictures.bucket;
