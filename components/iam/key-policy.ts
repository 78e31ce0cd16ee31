// The policies of customer managed keys: the account's own policies, and the services that use a key in their own name.
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as pulumi from "@pulumi/pulumi";

export interface KeyPlace {
  readonly account: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  readonly partition: pulumi.Output<string>;
  /** With which the names of services of the partition end: `amazonaws.com`, in China `amazonaws.com.cn`. */
  readonly dnsSuffix: pulumi.Output<string>;
}

export function keyPlaceOf(parent: pulumi.Resource): KeyPlace {
  const partition = getPartitionOutput({}, { parent });
  return {
    account: getCallerIdentityOutput({}, { parent }).accountId,
    region: getRegionOutput({}, { parent }).region,
    partition: partition.partition,
    dnsSuffix: partition.dnsSuffix,
  };
}

/** What writes into what is encrypted, for this account only. */
export function writers(sid: string, service: string | readonly string[], { account }: KeyPlace) {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["kms:GenerateDataKey", "kms:Decrypt"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  };
}

/**
 * CloudWatch, onto a topic:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export const alarmWriters = (place: KeyPlace) => writers("AlarmsOntoTopics", "cloudwatch.amazonaws.com", place);

/**
 * Whatever `statements` admit, and the account, without which nobody could grant, change or delete the key. The
 * resource `*` is the key itself. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function keyPolicy(
  { account, partition }: KeyPlace,
  statements: readonly Readonly<Record<string, unknown>>[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountPolicies",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      ...statements,
    ],
  });
}
