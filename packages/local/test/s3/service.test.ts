// Buckets of a program, through the SDK as callbacks and scripts use it.
// Longer than 250 lines because all actions and notifications share one run here.
import { strict as assert } from "node:assert";
import * as path from "node:path";
import { Readable } from "node:stream";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  type S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Run, raise, reasonOf } from "../../../../test/support/run";
import { until } from "../../../../test/support/until";

interface FailureRecord {
  readonly requestContext: { readonly condition: string };
  readonly KinesisBatchInfo?: { readonly batchSize: number };
  readonly payload?: string;
  readonly requestPayload?: unknown;
  readonly responsePayload?: unknown;
}

describe("a bucket on this machine", () => {
  let run: Run;
  let s3: S3Client;
  let Bucket: string;
  const said: string[] = [];
  before(async () => {
    const program = path.join(__dirname, "..", "fixtures", "buckets.ts");
    run = await Run.start({ program, say: (line) => void said.push(line) });
    s3 = new S3Client({
      endpoint: run.local.address,
      region: run.local.graph.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    Bucket = run.output("filesBucket");
  });
  after(async () => {
    s3?.destroy();
    await run?.stop();
  });

  const put = (Key: string, Body: string | Readable, more = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const textOf = async (Key: string, more = {}) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString();
  const keysOf = async (Prefix: string) =>
    ((await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(({ Key }) => Key);
  const exists = async (key: string) => (await keysOf(key)).length > 0;

  it("has the provider's name, ARN and domain", async () => {
    assert.match(Bucket, /^[a-z0-9-]+$/);
    assert.ok(Bucket.includes("files"), Bucket);
    assert.equal(run.output("filesArn"), `arn:aws:s3:::${Bucket}`);
    assert.equal(run.output("filesDomain"), `${Bucket}.s3.${run.local.graph.region}.amazonaws.com`);
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    assert.deepEqual(
      Buckets.map(({ Name }) => Name),
      [Bucket],
    );
    assert.equal((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion, run.local.graph.region);
    await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: "no-such-bucket" })), { name: "NotFound" });
  });

  it("is created with settings that change nothing for its callers", () => {
    const settings = run.local.graph.resources.filter(({ type }) => /Versioning|Encryption|Lifecycle/.test(type));
    assert.equal(settings.length, 3);
    assert.deepEqual(
      said.filter((line) => line.startsWith("Not created")),
      [],
    );
  });

  it("contains the objects of the program", async () => {
    const Key = "public/greeting.txt";
    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await Body?.transformToString(), "Good day");
    assert.equal(ContentType, "text/plain");
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }));
    assert.deepEqual(
      TagSet.filter((tag) => tag.Key === "kind"),
      [{ Key: "kind", Value: "text" }],
    );
  });

  it("keeps an object with its headers, metadata and checksum", async () => {
    const Key = "kept/päper & more+.txt";
    const { ETag, ChecksumCRC32 } = await put(Key, "hello", {
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "no-store",
      Metadata: { owner: "me" },
    });
    assert.equal(ETag, '"5d41402abc4b2a76b9719d911017c592"');
    assert.equal(ChecksumCRC32, "NhCmhg==");
    const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await found.Body?.transformToString(), "hello");
    assert.equal(found.ContentType, "text/plain; charset=utf-8");
    assert.equal(found.CacheControl, "no-store");
    assert.deepEqual(found.Metadata, { owner: "me" });
    assert.equal(found.ChecksumCRC32, "NhCmhg==");
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    assert.equal(head.ContentLength, 5);
    assert.ok(head.LastModified instanceof Date);
    assert.deepEqual(await keysOf("kept/"), [Key]);
    await assert.rejects(put(Key, "hello", { ChecksumCRC32: "AAAAAA==" }), { name: "BadDigest" });
    await assert.rejects(put(Key, "hello", { ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }), { name: "BadDigest" });
    for (const ChecksumAlgorithm of ["CRC32C", "SHA1", "SHA256"] as const)
      await put(Key, "123456789", { ChecksumAlgorithm });
    assert.equal((await put(Key, "123456789", { ChecksumCRC32C: "4waSgw==" })).ChecksumCRC32C, "4waSgw==");
  });

  it("accepts a stream, which the SDK sends in chunks with a trailer", async () => {
    const Key = "streamed/gz";
    const Body = Readable.from([Buffer.alloc(70_000, "a"), Buffer.from("b")]);
    await put(Key, Body, { ContentLength: 70_001, ContentEncoding: "gzip" });
    const { ContentLength, ContentEncoding, ChecksumCRC32 } = await s3.send(
      new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }),
    );
    assert.deepEqual({ ContentLength, ContentEncoding }, { ContentLength: 70_001, ContentEncoding: "gzip" });
    assert.ok(ChecksumCRC32);
  });

  it("answers ranges and conditions", async () => {
    const Key = "ranges/digits";
    const { ETag } = await put(Key, "0123456789");
    assert.equal(await textOf(Key, { Range: "bytes=2-4" }), "234");
    assert.equal(await textOf(Key, { Range: "bytes=-3" }), "789");
    const { ContentRange } = await s3.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=8-" }));
    assert.equal(ContentRange, "bytes 8-9/10");
    await assert.rejects(textOf(Key, { Range: "bytes=10-" }), { name: "InvalidRange" });
    await assert.rejects(textOf(Key, { IfMatch: '"other"' }), { name: "PreconditionFailed" });
    await assert.rejects(
      textOf(Key, { IfNoneMatch: ETag }),
      (error: S3ServiceException) => error.$metadata.httpStatusCode === 304,
    );
    await assert.rejects(put(Key, "x", { IfNoneMatch: "*" }), { name: "PreconditionFailed" });
    await assert.rejects(put(Key, "x", { IfMatch: '"other"' }), { name: "PreconditionFailed" });
    await put(Key, "new", { IfMatch: ETag });
    assert.equal(await textOf(Key), "new");
    await assert.rejects(textOf("ranges/none"), { name: "NoSuchKey" });
  });

  it("lists by prefix and delimiter, page by page, in the order of the keys' bytes", async () => {
    for (const name of ["b", "a", "dir/1", "dir/2", "é", "Z"]) await put(`list/${name}`, name);
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "list/", Delimiter: "/", MaxKeys: 3 }));
    assert.deepEqual(
      page.Contents?.map(({ Key }) => Key),
      ["list/Z", "list/a", "list/b"],
    );
    assert.equal(page.IsTruncated, true);
    const ContinuationToken = page.NextContinuationToken ?? raise("no token");
    const rest = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: "list/", Delimiter: "/", ContinuationToken }),
    );
    assert.deepEqual(rest.CommonPrefixes, [{ Prefix: "list/dir/" }]);
    assert.deepEqual(
      rest.Contents?.map(({ Key, Size }) => [Key, Size]),
      [["list/é", 2]],
    );
    assert.equal(rest.KeyCount, 2);
    assert.equal(rest.IsTruncated, false);
    const old = await s3.send(
      new ListObjectsCommand({ Bucket, Prefix: "list/", Marker: "list/b", EncodingType: "url" }),
    );
    assert.deepEqual(
      old.Contents?.map(({ Key }) => Key),
      ["list/dir/1", "list/dir/2", "list/%C3%A9"],
    );
  });

  it("copies, tags and deletes", async () => {
    await put("copy/one two", "same", { Metadata: { a: "1" } });
    const CopySource = `${Bucket}/${encodeURIComponent("copy/one two")}`;
    const { CopyObjectResult } = await s3.send(new CopyObjectCommand({ Bucket, Key: "copy/three", CopySource }));
    assert.equal(CopyObjectResult?.ETag, '"51037a4a37730f52c8732586d3aaa316"');
    assert.deepEqual((await s3.send(new HeadObjectCommand({ Bucket, Key: "copy/three" }))).Metadata, { a: "1" });
    const Tagging = { TagSet: [{ Key: "k", Value: "v & w" }] };
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: "copy/three", Tagging }));
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "copy/three" }));
    assert.deepEqual(TagSet, Tagging.TagSet);
    const Objects = [{ Key: "copy/one two" }, { Key: "copy/three" }, { Key: "copy/none" }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.deepEqual(Deleted, Objects);
    assert.equal(Errors, undefined);
    assert.deepEqual(await keysOf("copy/"), []);
  });

  it("accepts multipart uploads", async () => {
    const Key = "parts/large";
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: "text/csv" }));
    const first = Buffer.alloc(5 * 1024 * 1024, "a");
    const Parts = [];
    for (const [index, Body] of [first, Buffer.from("b")].entries()) {
      const PartNumber = index + 1;
      const part = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
    }
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    assert.deepEqual(
      listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
      [
        [1, first.length],
        [2, 1],
      ],
    );
    assert.equal(await exists(Key), false);
    const MultipartUpload = { Parts };
    const done = await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
    assert.match(done.ETag ?? "", /^"[0-9a-f]{32}-2"$/);
    const { ContentLength, ContentType } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    assert.deepEqual({ ContentLength, ContentType }, { ContentLength: first.length + 1, ContentType: "text/csv" });
    assert.equal(await textOf(Key, { Range: "bytes=-2" }), "ab");
    const aborted = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: aborted.UploadId }));
    await assert.rejects(s3.send(new ListPartsCommand({ Bucket, Key, UploadId: aborted.UploadId })), {
      name: "NoSuchUpload",
    });
  });

  it("answers a presigned URL until it expires", async () => {
    await put("signed/file", "for you");
    const at = (date: Date) => {
      const stamp = date.toISOString().replace(/[-:]|\.\d{3}/g, "");
      const scope = encodeURIComponent(`test/${stamp.slice(0, 8)}/${run.local.graph.region}/s3/aws4_request`);
      const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${scope}&X-Amz-Date=${stamp}&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=0`;
      return fetch(`${run.local.address}/${Bucket}/signed/file?${query}&response-content-type=text%2Fx-own`);
    };
    const answer = await at(new Date());
    assert.equal(await answer.text(), "for you");
    assert.equal(answer.headers.get("content-type"), "text/x-own");
    const late = await at(new Date(Date.now() - 3_600_000));
    assert.equal(late.status, 403);
    assert.match(await late.text(), /<Code>AccessDenied<\/Code><Message>Request has expired/);
    // By version 2 of signatures, with which boto3 begins.
    const signedUntil = (seconds: number) =>
      fetch(`${run.local.address}/${Bucket}/signed/file?AWSAccessKeyId=test&Signature=0&Expires=${seconds}`);
    assert.equal((await signedUntil(Math.ceil(Date.now() / 1000) + 60)).status, 200);
    assert.equal((await signedUntil(Math.floor(Date.now() / 1000) - 60)).status, 403);
  });

  it("admits unsigned requests where its policy does, and nowhere else", async () => {
    const unsigned = (key: string) => fetch(`${run.local.address}/${Bucket}/${key}`);
    assert.equal(await (await unsigned("public/greeting.txt")).text(), "Good day");
    await put("in-private", "x");
    const denied = await unsigned("in-private");
    assert.equal(denied.status, 403);
    assert.match(await denied.text(), /<Code>AccessDenied<\/Code>/);
  });

  it("notifies a queue, whose consumer reads and writes objects with an unmodified client", async () => {
    await put("in/a b.txt", "loud");
    await until(() => exists("out/a b.txt"));
    assert.equal(await textOf("out/a b.txt"), "LOUD");
  });

  it("denies a callback what its role does not grant, and what the bucket's policy denies", async () => {
    await put("in/unwanted", "x");
    await put("in/sealed", "x");
    const letters = await run.receiveFrom(run.output("deadLettersUrl"), 2);
    const reasons = letters.map((letter) => JSON.stringify(reasonOf(letter))).sort();
    assert.match(
      reasons.find((each) => each.includes("s3:DeleteObject")) ?? "",
      new RegExp(
        `is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::${Bucket}/in/unwanted because no identity-based policy allows the s3:DeleteObject action`,
      ),
    );
    assert.match(
      reasons.find((each) => each.includes("s3:GetObject")) ?? "",
      /in\/sealed with an explicit deny in a resource-based policy/,
    );
  });

  it("notifies a topic in S3's format, by prefix and suffix, after a test message", async () => {
    // Of these it learns nothing: they would come first.
    await put("seen/other.txt", "x");
    await put("unseen/flower.csv", "x");
    await put("seen/red flower.csv", "1,2");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "seen/red flower.csv" }));
    const bodies = (await run.receiveFrom(run.output("seenUrl"), 3)).map(({ Body }) => JSON.parse(Body ?? ""));
    const test = bodies.find(({ Event }) => Event !== undefined);
    assert.deepEqual(
      { Service: test.Service, Event: test.Event, Bucket: test.Bucket },
      { Service: "Amazon S3", Event: "s3:TestEvent", Bucket },
    );
    const records = bodies.flatMap(({ Records = [] }) => Records);
    assert.deepEqual(
      records.map((record) => record.s3.object.key),
      ["seen/red+flower.csv", "seen/red+flower.csv"],
    );
    const created = records.find(({ eventName }) => eventName === "ObjectCreated:Put") ?? raise("not created");
    assert.deepEqual(
      [created.eventSource, created.eventVersion, created.awsRegion],
      ["aws:s3", "2.1", run.local.graph.region],
    );
    assert.deepEqual(created.s3.bucket.name, Bucket);
    assert.deepEqual(created.s3.bucket.arn, `arn:aws:s3:::${Bucket}`);
    const { sequencer, ...object } = created.s3.object;
    assert.deepEqual(object, { key: "seen/red+flower.csv", size: 3, eTag: "05cf281c050be3da4eecf3bc6e8aac1b" });
    const removed = records.find(({ eventName }) => eventName === "ObjectRemoved:Delete") ?? raise("not removed");
    assert.deepEqual(Object.keys(removed.s3.object), ["key", "sequencer"]);
    assert.ok(removed.s3.object.sequencer > sequencer);
  });

  it("invokes a function, which does not learn of missing objects where it may not list", async () => {
    await put("in/gone", "x");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "in/gone" }));
    await until(() => exists("log/in/gone"));
    assert.equal(await textOf("log/in/gone"), "ObjectRemoved:Delete AccessDenied");
  });

  /** The one object below the prefix, when it is there. */
  const recordBelow = async (prefix: string): Promise<[key: string, record: FailureRecord]> => {
    await until(() => exists(prefix));
    const [key] = await keysOf(prefix);
    return [key ?? raise("no key"), JSON.parse((await textOf(key ?? "")) ?? "")];
  };

  it("receives the records that a stream's mapping gives up, with their payload", async () => {
    const kinesis = new KinesisClient({
      endpoint: run.local.address,
      region: run.local.graph.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const click = { StreamName: run.output("clicksStream"), PartitionKey: "k", Data: Buffer.from("click") };
      await kinesis.send(new PutRecordCommand(click));
    } finally {
      kinesis.destroy();
    }
    const [key, record] = await recordBelow(`aws/lambda/${run.output("mappingUuid")}/`);
    assert.match(
      key,
      /^aws\/lambda\/[0-9a-f-]{36}\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    assert.equal(record.requestContext.condition, "RetryAttemptsExhausted");
    assert.equal(record.KinesisBatchInfo?.batchSize, 1);
    const [{ kinesis: of }] = JSON.parse(record.payload ?? "").Records;
    assert.equal(Buffer.from(of.data, "base64").toString(), "click");
  });

  it("receives asynchronous events that a function has failed to process", async () => {
    const FunctionName = run.output("removedFunction");
    await run.lambda.send(
      new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: Buffer.from('{"a":1}') }),
    );
    const [key, record] = await recordBelow("aws/lambda/async/");
    assert.ok(key.startsWith(`aws/lambda/async/${FunctionName}/2`), key);
    assert.deepEqual(record.requestPayload, { a: 1 });
    assert.match(JSON.stringify(record.responsePayload), /TypeError/);
  });
});
