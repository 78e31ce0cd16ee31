// S3 of the local run: buckets in memory, with what functions and scripts do with objects.
// https://docs.aws.amazon.com/AmazonS3/latest/API/

import { type Ask, type Message, type Principal, type Service, ServiceError } from "../service/ask";
import type { Clock } from "../service/clock";
import { type Bucket, newBucket, type StoredObject } from "./bucket";
import { BucketDeliveries, type Happened } from "./deliveries";
import { asS3Error, noSuchBucket, notImplemented } from "./errors";
import { listObjects, listObjectsV2 } from "./listing";
import { checkNotifications, type Notification } from "./notifications";
import { copyObject, copySourceOf, getObject, objectIn, putObject } from "./objects";
import { abortUpload, completeUpload, copyPart, createUpload, listParts, listUploads, uploadPart } from "./uploads";

export interface S3Settings {
  readonly clock: Clock;
  readonly ask: Ask;
  readonly accountId: string;
  readonly region: string;
  bucketArn(name: string): string;
  onProblem?(message: string): void;
}

export interface S3 extends Service {
  has(bucket: string): boolean;
  setPolicy(bucket: string, policy: string): void;
  /** By default AWS lets nobody in without a signature, whatever the policy says. */
  setBlocksPublicAccess(bucket: string, blocks: boolean): void;
  /** Sends a test message to each queue and topic. Rejects if a destination does not take it. */
  setNotifications(bucket: string, notifications: readonly Notification[]): Promise<void>;
}

interface Call {
  readonly principal: Principal;
  readonly input: Message;
  readonly bucket: Bucket;
  readonly now: number;
}

/** As many as DeleteObjects takes. */
const mostDeletions = 1000;

export function createS3(settings: S3Settings): S3 {
  const { clock, ask, region } = settings;
  const buckets = new Map<string, Bucket>();
  const deliveries = new BucketDeliveries(settings);

  const bucketOf = (name: unknown): Bucket => {
    const bucket = buckets.get(String(name));
    if (bucket === undefined) throw noSuchBucket(String(name));
    return bucket;
  };
  const created = (
    bucket: Bucket,
    event: Happened["event"],
    { object, answer }: { object: StoredObject; answer: Message },
  ) => {
    const { key, body, etag } = object;
    deliveries.tell(bucket, { event, key, object: { size: body.length, etag } });
    return answer;
  };
  /** A principal that may not list a bucket is not told what is missing in it. */
  const readable = async ({ principal, bucket }: Pick<Call, "principal" | "bucket">, key: string) => {
    if (!bucket.objects.has(key)) await ask(principal, "s3", "HeadBucket", { Bucket: bucket.name });
    return objectIn(bucket, key);
  };
  const sourceOf = ({ principal, input }: Call) => {
    const source = copySourceOf(input);
    return readable({ principal, bucket: bucketOf(source.bucket) }, source.key);
  };

  const actions: Readonly<Record<string, (call: Call) => Message | Promise<Message>>> = {
    HeadBucket: () => ({ BucketRegion: region }),
    GetBucketLocation: () => ({ LocationConstraint: region === "us-east-1" ? "" : region }),
    DeleteBucket: ({ bucket }) => {
      if (bucket.objects.size > 0) {
        throw new ServiceError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
      }
      buckets.delete(bucket.name);
      return {};
    },
    ListObjects: ({ bucket, input }) => listObjects(bucket, input),
    ListObjectsV2: ({ bucket, input }) => listObjectsV2(bucket, input),
    PutObject: ({ bucket, input, now }) => created(bucket, "ObjectCreated:Put", putObject(bucket, input, now)),
    GetObject: async (call) => getObject(await readable(call, String(call.input.Key)), call.input),
    HeadObject: async (call) => getObject(await readable(call, String(call.input.Key)), call.input),
    CopyObject: async (call) => {
      const { bucket, input, now } = call;
      return created(bucket, "ObjectCreated:Copy", copyObject(await sourceOf(call), bucket, input, now));
    },
    DeleteObject: ({ bucket, input }) => {
      const key = String(input.Key);
      // Deleting an object that is not there causes neither an error nor an event.
      if (bucket.objects.delete(key)) deliveries.tell(bucket, { event: "ObjectRemoved:Delete", key });
      return {};
    },
    DeleteObjects: ({ principal, bucket, input }) => deleteObjects(principal, bucket.name, input),
    GetObjectTagging: async (call) => {
      const { tags } = await readable(call, String(call.input.Key));
      return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
    PutObjectTagging: async (call) => {
      const object = await readable(call, String(call.input.Key));
      const { TagSet = [] } = call.input.Tagging as { readonly TagSet?: readonly Message[] };
      const tags = Object.fromEntries(TagSet.map(({ Key, Value }) => [String(Key), String(Value)]));
      return tagged(call.bucket, object, tags, "ObjectTagging:Put");
    },
    DeleteObjectTagging: async (call) =>
      tagged(call.bucket, await readable(call, String(call.input.Key)), {}, "ObjectTagging:Delete"),
    CreateMultipartUpload: ({ bucket, input, now }) => createUpload(bucket, input, now),
    UploadPart: ({ bucket, input, now }) => uploadPart(bucket, input, now),
    UploadPartCopy: async (call) => copyPart(call.bucket, await sourceOf(call), call.input, call.now),
    CompleteMultipartUpload: ({ bucket, input, now }) =>
      created(bucket, "ObjectCreated:CompleteMultipartUpload", completeUpload(bucket, input, now)),
    AbortMultipartUpload: ({ bucket, input }) => abortUpload(bucket, input),
    ListParts: ({ bucket, input }) => listParts(bucket, input),
    ListMultipartUploads: ({ bucket, input }) => listUploads(bucket, input),
  };

  const tagged = (
    bucket: Bucket,
    object: StoredObject,
    tags: StoredObject["tags"],
    event: Happened["event"],
  ): Message => {
    bucket.objects.set(object.key, { ...object, tags });
    deliveries.tell(bucket, { event, key: object.key, object: { size: object.body.length, etag: object.etag } });
    return {};
  };

  /** Each key needs a permission of its own, and has a result of its own. */
  const deleteObjects = async (principal: Principal, name: string, input: Message): Promise<Message> => {
    const { Objects = [], Quiet } = input.Delete as { readonly Objects?: readonly Message[]; readonly Quiet?: unknown };
    if (Objects.length === 0 || Objects.length > mostDeletions) {
      throw new ServiceError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
      );
    }
    const Deleted: Message[] = [];
    const Errors: Message[] = [];
    for (const { Key, VersionId } of Objects) {
      try {
        if (VersionId !== undefined) throw noVersions();
        await ask(principal, "s3", "DeleteObject", { Bucket: name, Key });
        Deleted.push({ Key });
      } catch (thrown) {
        if (!(thrown instanceof ServiceError)) throw thrown;
        const { code, message } = asS3Error(thrown);
        Errors.push({ Key, Code: code, Message: message });
      }
    }
    return { Deleted: String(Quiet) === "true" ? [] : Deleted, Errors };
  };

  const listBuckets = (): Message => ({
    Buckets: [...buckets.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, created }) => ({ Name: name, CreationDate: new Date(created).toISOString() })),
    Owner: { ID: settings.accountId },
  });

  const createBucket = (name: string): Message => {
    if (buckets.has(name)) {
      throw new ServiceError(
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
        409,
      );
    }
    if (!/^(?!xn--)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ServiceError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: name });
    }
    buckets.set(name, newBucket(name, clock.now()));
    return { Location: `/${name}` };
  };

  return {
    name: "s3",
    handle: async (principal, action, input) => {
      if (action === "ListBuckets") return listBuckets();
      if (action === "CreateBucket") return createBucket(String(input.Bucket));
      const run = actions[action];
      if (run === undefined) throw notImplemented(action, "leave it out of what runs locally");
      if (input.VersionId !== undefined) throw noVersions();
      const bucket = bucketOf(input.Bucket);
      if (principal.kind === "anonymous" && bucket.blocksPublicAccess) {
        throw new ServiceError(
          "AccessDenied",
          `Access Denied. The bucket "${bucket.name}" blocks public access, so requests must be signed.`,
          403,
        );
      }
      return run({ principal, input, bucket, now: clock.now() });
    },
    policyOf: (arn) => buckets.get(arn.split(":::")[1]?.split("/")[0] ?? "")?.policy,
    has: (name) => buckets.has(name),
    setPolicy: (name, policy) => {
      bucketOf(name).policy = policy;
    },
    setBlocksPublicAccess: (name, blocks) => {
      bucketOf(name).blocksPublicAccess = blocks;
    },
    setNotifications: async (name, notifications) => {
      const bucket = bucketOf(name);
      checkNotifications(notifications);
      for (const each of notifications) await deliveries.test(bucket, each);
      bucket.notifications = notifications;
    },
    close: () => deliveries.close(),
  };
}

const noVersions = () => notImplemented("versions of objects", "leave the version id out");
