// The types of resources that the run makes with its S3, and what makes them.
import type { Provisioner } from "../service/provision";

export const bucketTypes = [
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketAclV2:BucketAclV2",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketObject:BucketObject",
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
] as const;

export type BucketProvisioners = Readonly<Record<(typeof bucketTypes)[number], Provisioner>>;
