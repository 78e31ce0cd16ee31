// What the AWS provider answers for buckets, for their objects, and for resources that configure a bucket.
import type { Value } from "../graph";
import { bucketArnIn, dnsSuffixOf, partitionOf } from "../partition";

interface BucketContext {
  readonly world: { readonly region: string };
  readonly name: string;
  readonly inputs: Readonly<Record<string, Value>>;
}

type Computed = { readonly id: string } & Readonly<Record<string, Value>>;

const text = (value: Value | undefined) => String(value ?? "");

function bucket({ world: { region }, name }: BucketContext): Computed {
  const suffix = dnsSuffixOf(partitionOf(region));
  return {
    id: name,
    bucket: name,
    arn: bucketArnIn(region, name),
    region,
    bucketRegion: region,
    bucketDomainName: `${name}.s3.${suffix}`,
    bucketRegionalDomainName: `${name}.s3.${region}.${suffix}`,
  };
}

function object({ world: { region }, name, inputs }: BucketContext): Computed {
  const key = text(inputs.key) || name;
  return { id: `${text(inputs.bucket)}/${key}`, key, arn: `${bucketArnIn(region, text(inputs.bucket))}/${key}` };
}

const ofBucket = ({ inputs }: BucketContext): Computed => ({ id: text(inputs.bucket) });

/**
 * Resource types that configure a bucket, at most one of each for a bucket, by their names in Pulumi without `Bucket`.
 */
const settings = [
  ...["AccelerateConfiguration", "CorsConfiguration", "LifecycleConfiguration", "Logging", "Notification"],
  ...["OwnershipControls", "Policy", "PublicAccessBlock", "RequestPaymentConfiguration"],
  ...["ServerSideEncryptionConfiguration", "Versioning"],
];

export const bucketAnswers: Readonly<Record<string, (context: BucketContext) => Computed>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketV2:BucketV2": bucket,
  "aws:s3/bucketObject:BucketObject": object,
  "aws:s3/bucketObjectv2:BucketObjectv2": object,
  ...Object.fromEntries(
    settings.flatMap((each) =>
      ["", "V2"].map((version) => [`aws:s3/bucket${each}${version}:Bucket${each}${version}`, ofBucket]),
    ),
  ),
};
