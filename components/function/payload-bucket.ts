// The bucket that gets what a stream's mapping gives up, with its payload: the rights to it, and the alarm that
// something is there.
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { fromAlarmToFix } from "../alarms/alarms";
import type { Operations } from "../base/operations";
import { keyStatements } from "../iam/encryption";
import type { Statement } from "../iam/statement";

/** A bucket that keeps the payloads of what a stream's mapping gives up. */
export interface PayloadBucket {
  /**
   * ARN of a bucket to which Lambda writes the batches that the mapping gives up, with their payload. Otherwise it
   * sends only a description of the batch to the dead-letter queue. An alarm goes off as soon as the bucket receives
   * something. Records that the consumer gives up are in the dead-letter queue with their payload in any case.
   * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
   * @default none
   */
  readonly payloadBucketArn?: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that encrypts the bucket. Without the right to that key, Lambda cannot write there,
   * and the batches that it gives up are lost.
   * @default `kmsKeyArn`, if that is given
   */
  readonly payloadBucketKeyArn?: pulumi.Input<string>;
}

/** What the function's role needs, with which Lambda writes there. */
export function payloadBucketStatements(options: PayloadBucket & Pick<Operations, "kmsKeyArn">): readonly Statement[] {
  const { payloadBucketArn, payloadBucketKeyArn = options.kmsKeyArn } = options;
  if (payloadBucketArn === undefined) return [];
  return [
    { actions: ["s3:ListBucket"], resources: [payloadBucketArn], onBehalf: true },
    // Lambda names the objects itself, below this prefix.
    { actions: ["s3:PutObject"], resources: [pulumi.interpolate`${payloadBucketArn}/aws/lambda/*`], onBehalf: true },
    ...keyStatements("s3", ["kms:GenerateDataKey"], payloadBucketKeyArn),
  ];
}

/**
 * As the alarm of a dead-letter queue, it always exists. It counts what the mapping delivers there, because the metrics
 * of the bucket itself come once a day, or best-effort.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function createPayloadAlarm(
  name: string,
  mapping: lambda.EventSourceMapping,
  { alarmTopicArn }: Pick<Operations, "alarmTopicArn">,
  parent: pulumi.Resource,
): cloudwatch.MetricAlarm {
  const actions = alarmTopicArn === undefined ? [] : [alarmTopicArn];
  return new cloudwatch.MetricAlarm(
    `${name}-payloads`,
    {
      alarmDescription:
        `Lambda gave up records of the stream of ${name}, and put them into the bucket for payloads. ` +
        "Read the newest object below aws/lambda/ there first: it has the records and what failed. Fix the cause, " +
        `then replay them. ${fromAlarmToFix}`,
      namespace: "AWS/Lambda",
      metricName: "OnFailureDestinationDeliveredEventCount",
      dimensions: { EventSourceMappingUUID: mapping.uuid },
      statistic: "Sum",
      period: 60,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      alarmActions: actions,
      okActions: actions,
    },
    { parent },
  );
}
