// A callback that consumes a queue which no component manages.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer } from "spillway";
import { reviewOrder } from "./callbacks";

const dead = new aws.sqs.Queue("legacy-dead-letters");
const legacy = new aws.sqs.Queue("legacy", {
  visibilityTimeoutSeconds: 180,
  redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 }),
});

new QueueConsumer("review", {
  callback: reviewOrder,
  queue: {
    url: legacy.url,
    arn: legacy.arn,
    visibilityTimeout: 180,
    maxReceiveCount: 5,
    deadLetterQueue: { url: dead.url, arn: dead.arn },
  },
});
