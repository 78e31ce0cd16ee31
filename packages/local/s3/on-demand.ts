// S3 of the run, loaded when there is a bucket or a request for one: a program without buckets starts without it.
import type { Buckets } from "../http/front";
import type { Service } from "../service/ask";
import type { Provisioner, Provisioners } from "../service/provision";
import { type BucketProvisioners, bucketTypes } from "./bucket-types";
import type { S3, S3Settings } from "./service";

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
      bucketTypes.map((type): [string, Provisioner] => [type, (resource) => load().provisioners[type](resource)]),
    ),
  };
}

function loadS3(settings: S3Settings): Loaded {
  const { createS3 } = require("./service") as typeof import("./service");
  const { s3Handler } = require("./rest") as typeof import("./rest");
  const { s3Provisioners } = require("./provision") as typeof import("./provision");
  const s3 = createS3(settings);
  return { s3, handler: s3Handler(settings), provisioners: s3Provisioners(s3, settings.ask) };
}
