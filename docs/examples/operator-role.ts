// A role with which one may look at a queue and its settings, and change nothing.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { QueueConsumer } from "spillway";
import { greet } from "./greet";

const greetings = new QueueConsumer("greetings", { callback: greet });

const { accountId } = aws.getCallerIdentityOutput({});
const operator = new aws.iam.Role("operator", {
  assumeRolePolicy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
        Action: "sts:AssumeRole",
      },
    ],
  }),
});
new aws.iam.RolePolicy("operator", {
  role: operator.name,
  policy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sqs:GetQueueAttributes", Resource: greetings.queueArn }],
  }),
});
export const operatorRoleArn = operator.arn;
