import { strict as assert } from "node:assert";
import { effectOf } from "../../read/replacement";
import { resourceType } from "../../resource-types";

const queue = "aws:sqs/queue:Queue";
const table = "aws:dynamodb/table:Table";
const stream = "aws:kinesis/stream:Stream";
const topic = "aws:sns/topic:Topic";
const key = "aws:kms/key:Key";
const logGroup = "aws:cloudwatch/logGroup:LogGroup";

describe("the effect of a changed property", () => {
  const replacing = [
    [queue, "fifoQueue name namePrefix region"],
    [table, "hashKey rangeKey localSecondaryIndexes name importTable restoreDateTime region"],
    [stream, "name region"],
    [topic, "fifoTopic name namePrefix region"],
    [key, "keyUsage customerMasterKeySpec multiRegion customKeyStoreId xksKeyId region"],
    [logGroup, "name namePrefix logGroupClass region"],
    ["aws:sns/topicSubscription:TopicSubscription", "topic protocol endpoint"],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", "eventSourceArn startingPosition"],
    ["aws:lambda/function:Function", "name packageType"],
    ["aws:iam/role:Role", "name path"],
  ] as const;
  for (const [type, properties] of replacing) {
    for (const property of properties.split(" ")) {
      it(`replaces ${type} for ${property}`, () =>
        assert.equal(effectOf(type, property, "before", "after"), "replaces"));
    }
  }

  const inPlace = [
    [queue, "visibilityTimeoutSeconds sqsManagedSseEnabled kmsMasterKeyId redrivePolicy contentBasedDeduplication"],
    [
      table,
      "streamViewType globalSecondaryIndexes billingMode serverSideEncryption attributes deletionProtectionEnabled",
    ],
    [stream, "shardCount retentionPeriod encryptionType kmsKeyId streamModeDetails"],
    [topic, "kmsMasterKeyId policy displayName contentBasedDeduplication"],
    [key, "policy enableKeyRotation deletionWindowInDays description"],
    [logGroup, "retentionInDays kmsKeyId"],
    ["aws:lambda/function:Function", "code memorySize timeout environment vpcConfig"],
    ["aws:lambda/eventSourceMapping:EventSourceMapping", "batchSize functionName filterCriteria"],
  ] as const;
  for (const [type, properties] of inPlace) {
    for (const property of properties.split(" ")) {
      it(`updates ${type} in place for ${property}`, () =>
        assert.equal(effectOf(type, property, "before", "after"), "in place"));
    }
  }

  it("is unknown for other types", () => {
    assert.equal(effectOf("aws:s3/bucket:Bucket", "acl", "private", "public"), "may replace");
  });

  it("is in place where a flag that was left out becomes false", () => {
    assert.equal(effectOf(queue, "fifoQueue", undefined, false), "in place");
    assert.equal(effectOf(queue, "fifoQueue", false, true), "replaces");
  });

  it("depends on the direction of the change where it does in AWS", () => {
    const [more, less] = [{ readUnitsPerSecond: 2000 }, { readUnitsPerSecond: 1000 }];
    assert.equal(effectOf(table, "warmThroughput", less, more), "in place");
    assert.equal(effectOf(table, "warmThroughput", more, less), "replaces");
    assert.equal(effectOf(table, "restoreSourceName", "old", undefined), "in place");
    assert.equal(effectOf(table, "restoreSourceName", "old", "other"), "replaces");
  });

  it("is a replacement where the resource's options say so", () => {
    assert.equal(effectOf(queue, "tags", {}, { a: "b" }, ["tags.a"]), "replaces");
    assert.equal(effectOf(queue, "tags", {}, { a: "b" }, ["*"]), "replaces");
    assert.equal(effectOf(queue, "tags", {}, { a: "b" }, ["name"]), "in place");
  });
});

describe("a resource that holds data", () => {
  it("is a queue, table, stream, topic, key or log group", () => {
    const nouns = [queue, table, stream, topic, key, logGroup].map((type) => resourceType(type).data?.noun);
    assert.deepEqual(nouns, ["queue", "table", "stream", "topic", "key", "log group"]);
    assert.equal(resourceType("aws:lambda/function:Function").data, undefined);
  });
});
