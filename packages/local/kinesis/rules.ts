// The types, lengths and patterns of each action's input, from Kinesis's API reference.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html

/** A rule of one member, in the form that kinesalite's validations take. */
export interface Rule {
  readonly type: "String" | "Integer" | "Boolean" | "Timestamp" | "Blob" | "List" | "Map" | "Structure";
  readonly notNull?: true;
  readonly regex?: string;
  readonly enum?: readonly string[];
  readonly greaterThanOrEqual?: number;
  readonly lessThanOrEqual?: number;
  readonly lengthGreaterThanOrEqual?: number;
  readonly lengthLessThanOrEqual?: number;
  readonly childLengths?: readonly [number, number];
  readonly childKeyLengths?: readonly [number, number];
  readonly childValueLengths?: readonly [number, number];
  /** How a member of a list is named in an error. */
  readonly memberStr?: string;
  readonly children?: Rule | Rules;
}

/**
 * A member of RegisterStreamConsumer that AWS does not have: the creation time, in seconds since the epoch. The
 * evaluated program knows the consumer's ARN, which contains it, before the consumer exists.
 */
export const consumerCreatedMember = "spillway:ConsumerCreationTimestamp";

export type Rules = Readonly<Record<string, Rule>>;

/**
 * A record's data and key together, and a whole PutRecords: 10 MiB. A stream takes less until its maximum is raised.
 */
export const maximumRecordBytes = 10 * 1024 * 1024;

const required = <T extends Rule>(rule: T): T => ({ ...rule, notNull: true });
const length = (min: number, max: number) => ({ lengthGreaterThanOrEqual: min, lengthLessThanOrEqual: max });
const integer = (min: number, max: number): Rule => ({
  type: "Integer",
  greaterThanOrEqual: min,
  lessThanOrEqual: max,
});
const oneOf = (...values: string[]): Rule => ({ type: "String", enum: values });
const structure = (children: Rules): Rule => ({ type: "Structure", children });
const listOf = (children: Rule, min: number, max: number): Rule => ({ type: "List", ...length(min, max), children });

const name: Rule = { type: "String", regex: "[a-zA-Z0-9_.-]+", ...length(1, 128) };
const arn = (resource: string): Rule => ({
  type: "String",
  regex: `arn:aws.*:kinesis:.*:\\d{12}:${resource}`,
  ...length(1, 2048),
});
const streamArn = arn("stream/\\S+");
const consumerArn = arn(".*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+");
/** Most actions take a stream by name or by ARN. */
const stream: Rules = { StreamName: name, StreamARN: streamArn };
const dryRun: Rules = { DryRun: { type: "Boolean" } };
const token: Rule = { type: "String", ...length(1, 1_048_576) };
const sequenceNumber: Rule = { type: "String", regex: "0|([1-9]\\d{0,128})" };
const timestamp: Rule = { type: "Timestamp" };
const hours = required(integer(1, 8760));
const mode = required(structure({ StreamMode: required(oneOf("PROVISIONED", "ON_DEMAND")) }));
const maxRecordSize = integer(1024, 10_240);
const keyId = required<Rule>({ type: "String", ...length(1, 2048) });
const encryption: Rules = { ...stream, EncryptionType: required(oneOf("NONE", "KMS")), KeyId: keyId };
const tags: Rule = {
  type: "Map",
  ...length(1, 200),
  childKeyLengths: [1, 128],
  childValueLengths: [0, 256],
  children: { type: "String" },
};
const tagKeys = required<Rule>({ ...listOf({ type: "String" }, 1, 50), childLengths: [1, 128] });
const resource: Rules = { ResourceARN: required(arn(".*(stream|channel)/\\S+")) };
const metrics: Rules = {
  ...stream,
  ShardLevelMetrics: required(
    listOf(
      oneOf(
        "IncomingBytes",
        "IncomingRecords",
        "OutgoingBytes",
        "OutgoingRecords",
        "WriteProvisionedThroughputExceeded",
        "ReadProvisionedThroughputExceeded",
        "IteratorAgeMilliseconds",
        "ALL",
      ),
      1,
      7,
    ),
  ),
};
const record: Rules = {
  PartitionKey: required<Rule>({ type: "String", ...length(1, 256) }),
  ExplicitHashKey: { type: "String", regex: "0|([1-9]\\d{0,38})" },
  Data: required<Rule>({ type: "Blob", lengthLessThanOrEqual: maximumRecordBytes }),
};
const consumer: Rules = { StreamARN: streamArn, ConsumerName: name, ConsumerARN: consumerArn };

export const rules: Readonly<Record<string, Rules>> = {
  CreateStream: {
    StreamName: required(name),
    ShardCount: integer(1, 100_000),
    StreamModeDetails: structure({ StreamMode: required(oneOf("PROVISIONED", "ON_DEMAND")) }),
    Tags: tags,
    MaxRecordSizeInKiB: maxRecordSize,
    RecordDistributionStrategy: oneOf("AUTO", "USER_PARTITION_KEY"),
    WarmThroughputMiBps: integer(0, 2_147_483_647),
  },
  DeleteStream: { ...stream, EnforceConsumerDeletion: { type: "Boolean" } },
  DescribeStream: { ...stream, Limit: integer(1, 10_000), ExclusiveStartShardId: name },
  DescribeStreamSummary: stream,
  DescribeLimits: {},
  ListStreams: { Limit: integer(1, 10_000), ExclusiveStartStreamName: name, NextToken: token },
  UpdateStreamMode: {
    StreamARN: required(streamArn),
    StreamModeDetails: mode,
    WarmThroughputMiBps: integer(0, 2_147_483_647),
  },
  UpdateMaxRecordSize: { StreamARN: required(streamArn), MaxRecordSizeInKiB: required(maxRecordSize) },
  IncreaseStreamRetentionPeriod: { ...stream, RetentionPeriodHours: hours },
  DecreaseStreamRetentionPeriod: { ...stream, RetentionPeriodHours: hours },
  StartStreamEncryption: encryption,
  StopStreamEncryption: encryption,
  EnableEnhancedMonitoring: metrics,
  DisableEnhancedMonitoring: metrics,
  ListShards: {
    ...stream,
    NextToken: token,
    ExclusiveStartShardId: name,
    MaxResults: integer(1, 10_000),
    StreamCreationTimestamp: timestamp,
    ShardFilter: structure({
      Type: required(
        oneOf("AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP"),
      ),
      ShardId: name,
      Timestamp: timestamp,
    }),
  },
  SplitShard: {
    ...stream,
    ShardToSplit: required(name),
    NewStartingHashKey: required<Rule>({ type: "String", regex: "0|([1-9]\\d{0,38})" }),
  },
  UpdateShardCount: {
    ...stream,
    TargetShardCount: required(integer(1, 2_147_483_647)),
    ScalingType: required(oneOf("UNIFORM_SCALING")),
  },
  MergeShards: { ...stream, ShardToMerge: required(name), AdjacentShardToMerge: required(name) },
  PutRecord: { ...stream, ...dryRun, ...record, SequenceNumberForOrdering: sequenceNumber },
  PutRecords: {
    ...stream,
    ...dryRun,
    Records: required<Rule>({ ...listOf(structure(record), 1, 500), memberStr: "PutRecordsRequestEntry" }),
  },
  GetShardIterator: {
    ...stream,
    ...dryRun,
    ShardId: required(name),
    ShardIteratorType: required(
      oneOf("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"),
    ),
    StartingSequenceNumber: sequenceNumber,
    Timestamp: timestamp,
  },
  GetRecords: {
    ...dryRun,
    StreamARN: streamArn,
    ShardIterator: required<Rule>({ type: "String", ...length(1, 512) }),
    Limit: integer(1, 10_000),
  },
  AddTagsToStream: { ...stream, Tags: required(tags) },
  RemoveTagsFromStream: { ...stream, TagKeys: tagKeys },
  ListTagsForStream: { ...stream, Limit: integer(1, 50), ExclusiveStartTagKey: { type: "String", ...length(1, 128) } },
  TagResource: { ...resource, Tags: required(tags) },
  UntagResource: { ...resource, TagKeys: tagKeys },
  ListTagsForResource: resource,
  RegisterStreamConsumer: {
    StreamARN: required(streamArn),
    ConsumerName: required(name),
    Tags: tags,
    [consumerCreatedMember]: { type: "Integer" },
  },
  DeregisterStreamConsumer: consumer,
  DescribeStreamConsumer: consumer,
  ListStreamConsumers: {
    StreamARN: required(streamArn),
    NextToken: token,
    MaxResults: integer(1, 10_000),
    StreamCreationTimestamp: timestamp,
  },
};
