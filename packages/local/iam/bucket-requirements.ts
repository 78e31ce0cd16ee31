// The permissions that actions of S3 need:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
import type { Message } from "../service/ask";
import type { Requirement } from "./requirement";

/** Actions that need a permission with another name, or several permissions. */
const permissions: Readonly<Record<string, readonly string[]>> = {
  HeadObject: ["GetObject"],
  CopyObject: ["PutObject"],
  CreateMultipartUpload: ["PutObject"],
  UploadPart: ["PutObject"],
  UploadPartCopy: ["PutObject"],
  CompleteMultipartUpload: ["PutObject"],
  ListParts: ["ListMultipartUploadParts"],
  HeadBucket: ["ListBucket"],
  ListObjects: ["ListBucket"],
  ListObjectsV2: ["ListBucket"],
  ListMultipartUploads: ["ListBucketMultipartUploads"],
  // The permission is checked for each object when it is deleted.
  DeleteObjects: [],
};

/** `bucketArn` returns the ARN of the bucket with the name. */
export function bucketRequirements(
  action: string,
  input: Message,
  bucketArn: (name: string) => string,
): readonly Requirement[] {
  if (action === "ListBuckets") return [{ permission: "s3:ListAllMyBuckets", resource: "*" }];
  const bucket = bucketArn(String(input.Bucket));
  const resource = input.Key === undefined ? bucket : `${bucket}/${String(input.Key)}`;
  const needed = [...(permissions[action] ?? [action])];
  if (typeof input.Tagging === "string") needed.push("PutObjectTagging");
  return [
    ...needed.map((permission) => ({ permission: `s3:${permission}`, resource })),
    ...(input.CopySource === undefined
      ? []
      : [{ permission: "s3:GetObject", resource: bucketArn(sourceOf(String(input.CopySource))) }]),
  ];
}

/** The source is `bucket/key`, percent-encoded. S3 itself refuses any other text. */
function sourceOf(source: string): string {
  const path = source.replace(/^\//, "").replace(/\?.*$/, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
