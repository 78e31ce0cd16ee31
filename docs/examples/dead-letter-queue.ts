// A dead-letter queue for a queue that no component manages.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DeadLetterQueue } from "spillway";

const deadLetters = new DeadLetterQueue("legacy-dead-letters");
const legacy = new aws.sqs.Queue("legacy", {
  redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 5 }),
});
deadLetters.allowRedriveFrom(legacy.arn);
