// The program's buckets, what it puts into them, their policies and their notifications.
import { readFile } from "node:fs/promises";
import type { GraphResource } from "@spillway/graph";
import type { Ask, Message } from "../service/ask";
import { provisioner } from "../service/provisioner";
import {
  booleanIn,
  documentIn,
  structureIn,
  structuresIn,
  tagsOf,
  textIn,
  textsIn,
  type Values,
} from "../service/values";
import type { BucketProvisioners } from "./bucket-types";
import type { Notification } from "./notifications";
import type { S3 } from "./service";

/** Read here, or without effect on one machine, where objects are kept as they are, each in its last version. */
const ofBucket = {
  known: [
    ...["bucket", "bucketPrefix", "policy", "acl", "forceDestroy", "accelerationStatus", "corsRules", "lifecycleRules"],
    ...["logging", "loggings", "requestPayer", "serverSideEncryptionConfiguration"],
    ...["serverSideEncryptionConfigurations", "versioning", "versionings"],
  ],
  refused: {
    objectLockEnabled:
      "the local run has no object lock; leave objectLockEnabled out of the program that is run locally.",
  },
};
const ofObject = {
  known: [
    ...["bucket", "key", "content", "contentBase64", "source", "metadata", "acl", "contentType", "cacheControl"],
    ...["contentDisposition", "contentEncoding", "contentLanguage"],
    ...["bucketKeyEnabled", "checksumAlgorithm", "etag", "forceDestroy", "kmsKeyId", "overrideProvider"],
    ...["serverSideEncryption", "sourceHash", "storageClass"],
  ],
};
const ofNotification = {
  known: ["bucket", "lambdaFunctions", "queues", "topics"],
  refused: {
    eventbridge:
      "the local run sends no events of buckets to EventBridge; leave eventbridge out of the program that is run locally, and give a queue, a topic or a function.",
  },
};
/** Access control lists are refused, so that there is none to block. */
const ofAccess = {
  known: [
    ...["bucket", "restrictPublicBuckets", "blockPublicPolicy", "blockPublicAcls", "ignorePublicAcls", "skipDestroy"],
  ],
};

export function s3Provisioners(s3: S3, ask: Ask): BucketProvisioners {
  const call = (action: string, input: Message) => ask({ kind: "user" }, "s3", action, input);

  const bucket = async ({ inputs, outputs }: GraphResource) => {
    refuseAcl(inputs);
    const name = textIn(outputs, "bucket") ?? "";
    await call("CreateBucket", { Bucket: name });
    const policy = documentIn(inputs, "policy");
    if (policy !== undefined) s3.setPolicy(name, policy);
  };

  const object = async (resource: GraphResource) => {
    const { inputs } = resource;
    refuseAcl(inputs);
    await call("PutObject", {
      Bucket: textIn(inputs, "bucket"),
      Key: textIn(inputs, "key") ?? resource.name,
      Body: await bodyOf(inputs),
      Metadata: structureIn(inputs, "metadata") ?? {},
      Tagging: new URLSearchParams(tagsOf(resource)).toString(),
      ContentType: textIn(inputs, "contentType"),
      CacheControl: textIn(inputs, "cacheControl"),
      ContentDisposition: textIn(inputs, "contentDisposition"),
      ContentEncoding: textIn(inputs, "contentEncoding"),
      ContentLanguage: textIn(inputs, "contentLanguage"),
    });
  };

  const notification = async (resource: GraphResource) => {
    const { inputs } = resource;
    await s3.setNotifications(textIn(inputs, "bucket") ?? "", notificationsOf(resource));
  };

  const access = async ({ inputs }: GraphResource) => {
    const blocks = booleanIn(inputs, "restrictPublicBuckets") || booleanIn(inputs, "blockPublicPolicy");
    s3.setBlocksPublicAccess(textIn(inputs, "bucket") ?? "", blocks ?? false);
  };

  const policy = async ({ inputs }: GraphResource) =>
    s3.setPolicy(textIn(inputs, "bucket") ?? "", documentIn(inputs, "policy") ?? "");

  const acl = async ({ inputs }: GraphResource) => refuseAcl(inputs);

  return {
    "aws:s3/bucket:Bucket": provisioner(ofBucket, bucket),
    "aws:s3/bucketV2:BucketV2": provisioner(ofBucket, bucket),
    "aws:s3/bucketObject:BucketObject": provisioner(ofObject, object),
    "aws:s3/bucketObjectv2:BucketObjectv2": provisioner(ofObject, object),
    "aws:s3/bucketNotification:BucketNotification": provisioner(ofNotification, notification),
    "aws:s3/bucketPolicy:BucketPolicy": provisioner({ known: ["bucket", "policy"] }, policy),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": provisioner(ofAccess, access),
    "aws:s3/bucketAcl:BucketAcl": provisioner({ known: ["bucket", "acl", "accessControlPolicy"] }, acl),
    "aws:s3/bucketAclV2:BucketAclV2": provisioner({ known: ["bucket", "acl", "accessControlPolicy"] }, acl),
  };
}

function refuseAcl(inputs: Values): void {
  const acl = textIn(inputs, "acl") ?? "private";
  if (acl === "private" && structureIn(inputs, "accessControlPolicy") === undefined) return;
  throw new Error(
    `the local run has no access control lists${acl === "private" ? "" : `, acl "${acl}" given`}; grant access by the policy of the bucket.`,
  );
}

/** From `content`, `contentBase64`, or the file or text of `source`. */
async function bodyOf(inputs: Values): Promise<Buffer> {
  const content = textIn(inputs, "content");
  if (content !== undefined) return Buffer.from(content);
  const encoded = textIn(inputs, "contentBase64");
  if (encoded !== undefined) return Buffer.from(encoded, "base64");
  const source = structureIn(inputs, "source");
  if (source === undefined) return Buffer.alloc(0);
  const file = textIn(source, "file");
  if (file !== undefined) return readFile(file);
  const text = textIn(source, "text");
  if (text === undefined)
    throw new Error(
      "its source is an archive, or at an address; give a file or a text, at least where the program runs locally.",
    );
  return Buffer.from(text);
}

const targets = { queues: "queueArn", topics: "topicArn", lambdaFunctions: "lambdaFunctionArn" };

function notificationsOf({ name, inputs }: GraphResource): readonly Notification[] {
  return Object.entries(targets).flatMap(([list, target]) =>
    structuresIn(inputs, list).map((each, index) => ({
      // The provider makes the id up if none is given.
      id: textIn(each, "id") ?? `${name}-${list}-${index}`,
      target: textIn(each, target) ?? "",
      events: textsIn(each, "events"),
      prefix: textIn(each, "filterPrefix") ?? "",
      suffix: textIn(each, "filterSuffix") ?? "",
    })),
  );
}
