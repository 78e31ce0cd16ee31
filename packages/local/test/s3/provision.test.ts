// What of a program's buckets the local run makes, and what it refuses by name.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import type { Value } from "@spillway/graph";
import { recordProgram } from "@spillway/graph/record";
import { Iam } from "../../iam/iam";
import { createPermissions } from "../../iam/permissions";
import { createS3OnDemand } from "../../s3/on-demand";
import { type Ask, createAsk, type Message, type Observer } from "../../service/ask";
import { createSqs, type Sqs } from "../../sqs/service";
import { graphResource } from "../support/graph-resource";
import { accountId, manualClock, region, user } from "../support/sqs";

type Inputs = Readonly<Record<string, Value>>;

const queueArn = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
const bucketArn = (name: string) => `arn:aws:s3:::${name}`;

describe("a program's bucket on the local run", () => {
  let sqs: Sqs;
  let s3: ReturnType<typeof createS3OnDemand>;
  let ask: Ask;
  const problems: string[] = [];
  const observers: Observer[] = [];
  beforeEach(async () => {
    problems.length = 0;
    observers.length = 0;
    const common = { clock: manualClock(), accountId, region, address: () => "http://127.0.0.1:1" };
    sqs = await createSqs(common);
    const settings = { ...common, ask: ((...request) => ask(...request)) as Ask, bucketArn };
    s3 = createS3OnDemand({ ...settings, onProblem: (problem) => problems.push(problem) });
    const services = [sqs, s3.service];
    ask = createAsk(services, observers);
    const policyOf = (arn: string) => services.find(({ name }) => name === arn.split(":")[2])?.policyOf?.(arn);
    const graph = await recordProgram(() => {}, { config: { "aws:region": region } });
    observers.push(createPermissions(new Iam(graph, { accountId, region, policyOf }), { accountId, region }));
  });
  afterEach(async () => {
    await s3.service.close();
    await sqs.close();
  });

  const make = async (type: string, inputs: Inputs = {}) =>
    s3.provisioners[`aws:s3/${type}`]?.(graphResource(`aws:s3/${type}`, "files", inputs));
  const makeBucket = (inputs: Inputs = {}) => make("bucket:Bucket", { bucket: "files", ...inputs });
  const notify = (...queues: Inputs[]) => make("bucketNotification:BucketNotification", { bucket: "files", queues });
  const created = (name: string, more: Inputs = {}): Inputs => ({
    queueArn: queueArn(name),
    events: ["s3:ObjectCreated:*"],
    ...more,
  });
  const createQueue = (QueueName: string, source = bucketArn("files")) => {
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn(QueueName),
      Condition: { ArnLike: { "aws:SourceArn": source }, StringEquals: { "aws:SourceAccount": accountId } },
    };
    return ask(user, "sqs", "CreateQueue", { QueueName, Attributes: { Policy: JSON.stringify({ Statement }) } });
  };
  const receive = async (name: string) => {
    const { QueueUrl } = await ask(user, "sqs", "GetQueueUrl", { QueueName: name });
    const { Messages = [] } = await ask(user, "sqs", "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
    return (Messages as Message[]).map(({ Body }) => JSON.parse(String(Body)));
  };

  it("has a name that AWS allows, in lower case, and ARNs without a region for it and its objects", async () => {
    const { resources } = await recordProgram(
      () => {
        const bucket = new aws.s3.Bucket("Files");
        new aws.s3.Bucket("given", { bucket: "my.files" });
        new aws.s3.Bucket("begun", { bucketPrefix: "my-" });
        new aws.s3.BucketObjectv2("o", { bucket: bucket.id, key: "a/b", content: "x" });
        aws.s3.Bucket.get("old", "old-files");
      },
      { config: { "aws:region": "cn-north-1" } },
    );
    const [files, given, begun, object] = resources.filter(({ type }) => type.startsWith("aws:s3/"));
    assert.match(String(files?.outputs.bucket), /^files-[0-9a-f]{7}$/);
    assert.equal(given?.outputs.arn, "arn:aws-cn:s3:::my.files");
    assert.equal(given?.outputs.bucketRegionalDomainName, "my.files.s3.cn-north-1.amazonaws.com.cn");
    assert.match(String(begun?.id), /^my-\d{26}$/);
    assert.equal(object?.outputs.arn, `arn:aws-cn:s3:::${files?.id}/a/b`);
    await assert.rejects(
      recordProgram(() => void new aws.s3.Bucket("files", { bucket: "My_Files" })),
      /its name "My_Files" has characters that AWS refuses; allowed are lower-case letters/,
    );
  });

  it("sends to a queue that admits this bucket, and to no other", async () => {
    await makeBucket();
    await createQueue("open");
    await createQueue("other", bucketArn("others"));
    await notify(created("open"));
    assert.deepEqual(
      (await receive("open")).map(({ Event }) => Event),
      ["s3:TestEvent"],
    );
    await assert.rejects(
      notify(created("other")),
      /InvalidArgument: Unable to validate the following destination configurations: \S+:other \(User: s3\.amazonaws\.com is not authorized to perform: sqs:SendMessage/,
    );
    await assert.rejects(notify(created("none")), /Unable to validate .*:none \(The specified queue does not exist/);
  });

  it("reports which event is lost when its queue no longer accepts it", async () => {
    await makeBucket();
    const { QueueUrl } = await createQueue("open");
    await notify(created("open"));
    await ask(user, "sqs", "SetQueueAttributes", { QueueUrl, Attributes: { Policy: "" } });
    await ask(user, "s3", "PutObject", { Bucket: "files", Key: "a", Body: "x" });
    await s3.service.close();
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /^An event of the bucket "files" is lost: \S+:open did not take it \(User: s3/);
  });

  it("refuses notifications as S3 does", async () => {
    await makeBucket();
    await createQueue("open");
    await assert.rejects(notify(created("open", { events: ["s3:Created"] })), /'s3:Created' is not supported/);
    await assert.rejects(notify(created("open.fifo")), /open\.fifo is FIFO/);
    const put = created("open", { events: ["s3:ObjectCreated:Put"], filterPrefix: "in/", filterSuffix: ".csv" });
    await assert.rejects(notify(created("open"), put), /overlapping suffixes in two rules/);
    await notify(
      put,
      created("open", { filterPrefix: "out/" }),
      created("open", { filterPrefix: "in/", filterSuffix: ".txt" }),
    );
  });

  it("admits everyone where its policy does, once its public access is no longer blocked", async () => {
    const policy = JSON.stringify({
      Statement: { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${bucketArn("files")}/*` },
    });
    await makeBucket();
    await make("bucketPolicy:BucketPolicy", { bucket: "files", policy });
    await ask(user, "s3", "PutObject", { Bucket: "files", Key: "a", Body: "x" });
    const read = () => ask({ kind: "anonymous" }, "s3", "GetObject", { Bucket: "files", Key: "a" });
    await assert.rejects(read(), /blocks public access/);
    await make("bucketPublicAccessBlock:BucketPublicAccessBlock", { bucket: "files", blockPublicAcls: true });
    assert.equal(String((await read()).Body), "x");
    await assert.rejects(ask({ kind: "anonymous" }, "s3", "PutObject", { Bucket: "files", Key: "a", Body: "y" }), {
      code: "MissingAuthenticationToken",
    });
  });

  it("refuses by name what the run does not support", async () => {
    await assert.rejects(makeBucket({ acl: "public-read" }), /no access control lists, acl "public-read" given/);
    await assert.rejects(makeBucket({ objectLockEnabled: true }), /no object lock/);
    await assert.rejects(makeBucket({ website: { indexDocument: "i" } }), /does not have website; leave it out/);
    await makeBucket({ acl: "private" });
    await assert.rejects(
      make("bucketNotification:BucketNotification", { bucket: "files", eventbridge: true }),
      /sends no events of buckets to EventBridge/,
    );
    const Bucket = "files";
    await assert.rejects(ask(user, "s3", "GetObject", { Bucket, Key: "a", VersionId: "1" }), {
      code: "NotImplemented",
    });
    await assert.rejects(ask(user, "s3", "PutBucketWebsite", { Bucket }), {
      code: "NotImplemented",
      message: /does not have PutBucketWebsite/,
    });
  });
});
