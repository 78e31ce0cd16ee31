// The partition of a region, and its DNS suffix, derived from the name of the region.

interface Partition {
  readonly name: string;
  readonly prefix: string;
  readonly dnsSuffix: string;
}

/**
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html, with the SDK's
 * suffixes
 */
const partitions: readonly Partition[] = [
  { name: "aws-cn", prefix: "cn-", dnsSuffix: "amazonaws.com.cn" },
  { name: "aws-us-gov", prefix: "us-gov-", dnsSuffix: "amazonaws.com" },
  { name: "aws-eusc", prefix: "eusc-", dnsSuffix: "amazonaws.eu" },
  { name: "aws-iso", prefix: "us-iso-", dnsSuffix: "c2s.ic.gov" },
  { name: "aws-iso-b", prefix: "us-isob-", dnsSuffix: "sc2s.sgov.gov" },
  { name: "aws-iso-e", prefix: "eu-isoe-", dnsSuffix: "cloud.adc-e.uk" },
  { name: "aws-iso-f", prefix: "us-isof-", dnsSuffix: "csp.hci.ic.gov" },
];

export const partitionOf = (region: string): string =>
  partitions.find(({ prefix }) => region.startsWith(prefix))?.name ?? "aws";

export const dnsSuffixOf = (partition: string): string =>
  partitions.find(({ name }) => name === partition)?.dnsSuffix ?? "amazonaws.com";

/** The ARN of a bucket. It has no region and no account, because the name is unique in the partition. */
export const bucketArnIn = (region: string, name: string): string => `arn:${partitionOf(region)}:s3:::${name}`;
