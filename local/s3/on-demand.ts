// S3 of the run, loaded when there is a bucket or a request for one: a program without buckets starts without it.
import type { Buckets } from "../front";
import type { Provisioner, Provisioners } from "../provision";
import type { Service } from "../service";
import type { S3, S3Settings } from "./service";

/** What is made of them is in provision.ts. */
const types = [
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

export type BucketProvisioners = Readonly<Record<(typeof types)[number], Provisioner>>;

interface Loaded {
  readonly s3: S3;
  readonly handler: Buckets["handler"];
  readonly provisioners: BucketProvisioners;
}

export function createS3OnDemand(settings: S3Settings): {
  readonly service: Service;
  readonly buckets: Buckets;
  readonly provisioners: Provisioners;
} {
  let loaded: Loaded | undefined;
  const load = (): Loaded => {
    loaded ??= loadS3(settings);
    return loaded;
  };
  return {
    service: {
      name: "s3",
      handle: (...request) => load().s3.handle(...request),
      policyOf: (arn) => loaded?.s3.policyOf?.(arn),
      close: async () => loaded?.s3.close(),
    },
    buckets: {
      handler: (request) => load().handler(request),
      has: (path) => loaded?.s3.has(path.split("/")[1] ?? "") ?? false,
    },
    provisioners: Object.fromEntries(
      types.map((type): [string, Provisioner] => [type, (resource) => load().provisioners[type](resource)]),
    ),
  };
}

function loadS3(settings: S3Settings): Loaded {
  const { createS3 } = require("./service") as typeof import("./service");
  const { s3Handler } = require("./rest") as typeof import("./rest");
  const { s3Provisioners } = require("./provision") as typeof import("./provision");
  const s3 = createS3(settings);
  return { s3, handler: s3Handler(settings.ask), provisioners: s3Provisioners(s3, settings.ask) };
}
