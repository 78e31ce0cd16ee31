// The statement that every topic's policy has, whoever publishes.
import type * as pulumi from "@pulumi/pulumi";

export function publishByTlsOnly(topicArn: pulumi.Input<string>) {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "sns:Publish",
    Resource: topicArn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
