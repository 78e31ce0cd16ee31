// Resources around the flow of events: CloudWatch, IAM, KMS, secrets, S3 and VPCs.
import type { ResourceTypes } from "./resource-type";
import { isFewer, joins, named, refused, wasOn } from "./rules";

/** 0 days, or none given, means for ever. */
const daysOf = (value: unknown) => Number(value ?? 0) || Number.POSITIVE_INFINITY;

export const surroundings: ResourceTypes = {
  "aws:cloudwatch/logGroup:LogGroup": {
    identity: refused("name"),
    replacing: [...named, "logGroupClass"],
    data: { noun: "log group", loss: "its logs" },
    protections: [
      {
        property: "retentionInDays",
        weakens: (before, after) => daysOf(after) < daysOf(before),
        text: "logs are kept for a shorter time",
      },
    ],
    part: (end) => (end === ":*" ? "every log stream" : undefined),
  },
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": { identity: joins("policyName"), policyOf: "policyName" },
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": { identity: joins("logGroup", "name") },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    kind: "alarm",
    identity: joins("name"),
    replacing: ["name"],
  },
  "aws:cloudwatch/dashboard:Dashboard": { identity: joins("dashboardName"), replacing: ["dashboardName"] },

  "aws:iam/role:Role": {
    identity: refused("name"),
    replacing: [...named, "path"],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    identity: joins("role", "name"),
    replacing: [...named, "role"],
  },
  "aws:iam/policy:Policy": {},
  "aws:iam/policyAttachment:PolicyAttachment": {},
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { identity: joins("role", "policyArn") },
  "aws:kms/key:Key": {
    replacing: ["customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"],
    data: { noun: "key", loss: "all data that is encrypted with it" },
    protections: [
      { property: "enableKeyRotation", weakens: wasOn, text: "the key is no longer rotated" },
      {
        property: "deletionWindowInDays",
        weakens: isFewer(30),
        text: "there are fewer days to cancel a deletion",
      },
    ],
  },
  "aws:kms/alias:Alias": { identity: refused("name"), replacing: named },
  "aws:kms/keyPolicy:KeyPolicy": { identity: joins("keyId"), policyOf: "keyId" },
  "aws:secretsmanager/secret:Secret": {},
  "aws:secretsmanager/secretPolicy:SecretPolicy": { identity: joins("secretArn"), policyOf: "secretArn" },
  "aws:secretsmanager/secretVersion:SecretVersion": {},
  "aws:ssm/parameter:Parameter": {},

  "aws:s3/bucket:Bucket": { flow: { kind: "bucket", service: "s3" } },
  "aws:s3/bucketV2:BucketV2": { kind: "bucket", flow: { kind: "bucket", service: "s3" } },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {},
  "aws:s3/bucketNotification:BucketNotification": { identity: joins("bucket") },
  "aws:s3/bucketObjectv2:BucketObjectv2": {},
  "aws:s3/bucketPolicy:BucketPolicy": { identity: joins("bucket"), policyOf: "bucket" },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": { identity: joins("bucket") },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {},
  "aws:s3/bucketVersioning:BucketVersioning": {},

  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {},
  "aws:ec2/flowLog:FlowLog": { identity: refused("vpcId", "trafficType", "logDestination") },
  "aws:ec2/securityGroup:SecurityGroup": {},
  "aws:ec2/vpc:Vpc": {},
  "aws:ec2/vpcEndpoint:VpcEndpoint": {},
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {},
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {},
};
