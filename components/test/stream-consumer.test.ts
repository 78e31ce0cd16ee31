// Longer than 250 lines because the consumers of both kinds of streams share their resources and their refusals.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import { changed, counting, countingChanges, note, putting } from "../../test/support/callbacks";
import { Recorded, refusal } from "../../test/support/component-graph";
import { putTo, writeTable } from "../binding";
import { QueueConsumer } from "../queue-consumer";
import { StreamConsumer } from "../stream-consumer";
import { Table } from "../table";
import { TableConsumer } from "../table-consumer";

const mappingType = "aws:lambda/eventSourceMapping:EventSourceMapping";
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`;
const statementsOf = (graph: Recorded, name: string) =>
  (
    graph.json("aws:iam/rolePolicy:RolePolicy", name, "policy").Statement as { Action: string[]; Resource: string[] }[]
  ).map(({ Action, Resource }) => [Action, Resource]);
const settingsOf = (graph: Recorded, name: string) =>
  JSON.parse(
    (graph.one("aws:lambda/function:Function", name).inputs.environment as { variables: { SPILLWAY: string } })
      .variables.SPILLWAY,
  );

describe("StreamConsumer", () => {
  it("creates an on-demand, encrypted stream with a week of retention, and a mapping that loses nothing", async () => {
    const graph = await Recorded.of(() => void new StreamConsumer("jobs", { callback: note }));
    const stream = graph.one("aws:kinesis/stream:Stream");
    assert.deepEqual(stream.inputs, {
      streamModeDetails: { streamMode: "ON_DEMAND" },
      retentionPeriod: 168,
      encryptionType: "KMS",
      kmsKeyId: "alias/aws/kinesis",
    });
    const dead = graph.one("aws:sqs/queue:Queue", "jobs-dead-letters");
    const mapping = graph.one(mappingType);
    assert.deepEqual(mapping.inputs, {
      eventSourceArn: stream.outputs.arn,
      functionName: graph.one("aws:lambda/function:Function").outputs.name,
      enabled: true,
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 10,
      maximumRecordAgeInSeconds: 86_400,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: dead.outputs.arn } },
    });
    assert.ok(mapping.options.dependsOn.includes(graph.one("aws:iam/rolePolicy:RolePolicy").urn));
    assert.deepEqual(settingsOf(graph, "jobs").source, {
      kind: "stream",
      deadLetterQueueUrl: dead.outputs.url,
      concurrency: 10,
    });
    assert.equal(
      graph.json("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "jobs-dead-letters", "redriveAllowPolicy")
        .redrivePermission,
      "denyAll",
    );
    graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "jobs-dead-letters");
  });

  it("grants reading the stream, storing dead letters, the log and X-Ray, and nothing else", async () => {
    const graph = await Recorded.of(() => void new StreamConsumer("jobs", { callback: note }));
    const stream = graph.one("aws:kinesis/stream:Stream").outputs.arn;
    assert.deepEqual(statementsOf(graph, "jobs"), [
      [
        [
          "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards",
        ],
        [stream],
      ],
      [["sqs:SendMessage"], [graph.one("aws:sqs/queue:Queue").outputs.arn]],
      [
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [`${graph.one("aws:cloudwatch/logGroup:LogGroup").outputs.arn}:*`],
      ],
      [["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]],
    ]);
  });

  it("accepts shards, a key, enhanced fan-out, a bucket for payloads and every setting of the mapping", async () => {
    const bucket = "arn:aws:s3:::lost";
    const kmsKeyArn = arn("kms", "key/k");
    const graph = await Recorded.of(
      () =>
        void new StreamConsumer("jobs", {
          callback: note,
          shards: 4,
          retention: 24,
          kmsKeyArn,
          enhancedFanOut: true,
          payloadBucketArn: bucket,
          startingPosition: "LATEST",
          batchSize: 500,
          maximumBatchingWindow: 5,
          parallelizationFactor: 10,
          bisect: false,
          maximumRetryAttempts: -1,
          maximumRecordAge: 60,
          filters: [{ data: { kind: ["bought"] } }],
          mappingMetrics: true,
          enabled: false,
        }),
    );
    const stream = graph.one("aws:kinesis/stream:Stream");
    assert.deepEqual(stream.inputs, {
      streamModeDetails: { streamMode: "PROVISIONED" },
      shardCount: 4,
      retentionPeriod: 24,
      encryptionType: "KMS",
      kmsKeyId: kmsKeyArn,
    });
    const fanOut = graph.one("aws:kinesis/streamConsumer:StreamConsumer");
    assert.deepEqual(fanOut.inputs, { streamArn: stream.outputs.arn });
    const { functionName, ...mapping } = graph.one(mappingType).inputs;
    assert.deepEqual(mapping, {
      eventSourceArn: fanOut.outputs.arn,
      enabled: false,
      startingPosition: "LATEST",
      batchSize: 500,
      maximumBatchingWindowInSeconds: 5,
      parallelizationFactor: 10,
      bisectBatchOnFunctionError: false,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: 60,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: bucket } },
      filterCriteria: { filters: [{ pattern: '{"data":{"kind":["bought"]}}' }] },
      metricsConfig: { metrics: ["EventCount"] },
    });
    const granted = statementsOf(graph, "jobs");
    for (const statement of [
      [["kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"], [fanOut.outputs.arn]],
      [["kms:Decrypt"], [kmsKeyArn]],
      [["kms:GenerateDataKey", "kms:Decrypt"], [kmsKeyArn]],
      [["s3:ListBucket"], [bucket]],
      [["s3:PutObject"], [`${bucket}/aws/lambda/*`]],
    ]) {
      assert.ok(
        granted.some((each) => JSON.stringify(each) === JSON.stringify(statement)),
        JSON.stringify(statement),
      );
    }
  });

  it("may use the key of a bucket for payloads, and has an alarm for objects in the bucket", async () => {
    const bucket = "arn:aws:s3:::lost";
    const [own, theirs] = [arn("kms", "key/own"), arn("kms", "key/theirs")];
    const alarmTopicArn = arn("sns", "alarms");
    const streamArn = arn("dynamodb", "table/t/stream/2026-01-01T00:00:00.000");
    const graph = await Recorded.of(() => {
      const lost = { payloadBucketArn: bucket, alarmTopicArn };
      new StreamConsumer("plain", { callback: note, ...lost });
      new StreamConsumer("keyed", { callback: note, ...lost, kmsKeyArn: own, payloadBucketKeyArn: theirs });
      new TableConsumer("changes", { callback: changed, table: { streamArn }, ...lost, payloadBucketKeyArn: theirs });
    });
    const mayUse = (name: string) =>
      statementsOf(graph, name).filter(([actions = []]) => actions.every((action) => action.startsWith("kms:")));
    assert.deepEqual(mayUse("plain"), []);
    assert.deepEqual(mayUse("keyed"), [
      [["kms:Decrypt"], [own]],
      [["kms:GenerateDataKey", "kms:Decrypt"], [own]],
      [["kms:GenerateDataKey"], [theirs]],
    ]);
    assert.deepEqual(mayUse("changes"), [[["kms:GenerateDataKey"], [theirs]]]);
    for (const name of ["plain", "keyed", "changes"]) {
      const mapping = graph.one(mappingType, name);
      // Without them the alarm's metric would never come.
      assert.deepEqual(mapping.inputs.metricsConfig, { metrics: ["EventCount"] });
      const { inputs } = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", `${name}-payloads`);
      assert.deepEqual(
        [inputs.namespace, inputs.metricName, inputs.dimensions],
        [
          "AWS/Lambda",
          "OnFailureDestinationDeliveredEventCount",
          { EventSourceMappingUUID: mapping.outputs.uuid ?? assert.fail("no uuid") },
        ],
      );
      assert.deepEqual(
        [
          inputs.statistic,
          inputs.comparisonOperator,
          inputs.threshold,
          inputs.datapointsToAlarm,
          inputs.treatMissingData,
        ],
        ["Sum", "GreaterThanThreshold", 0, 1, "notBreaching"],
      );
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [[alarmTopicArn], [alarmTopicArn]]);
    }
  });

  it("refuses a bucket without the metrics of its alarm, and a key without its bucket", async () => {
    const payloadBucketArn = "arn:aws:s3:::lost";
    assert.match(
      await refusal(() => void new StreamConsumer("jobs", { callback: note, payloadBucketArn, mappingMetrics: false })),
      /mappingMetrics is false together with payloadBucketArn; the alarm on that bucket counts by them/,
    );
    assert.match(
      await refusal(
        () => void new StreamConsumer("jobs", { callback: note, payloadBucketKeyArn: arn("kms", "key/k") }),
      ),
      /payloadBucketKeyArn is given without payloadBucketArn/,
    );
  });

  it("shares a stream between consumers, and reads an existing one", async () => {
    const graph = await Recorded.of(() => {
      const first = new StreamConsumer("first", { callback: note });
      new StreamConsumer("second", { callback: note, stream: first.stream });
      const third = new StreamConsumer("third", { callback: note, stream: { arn: arn("kinesis", "stream/theirs") } });
      return { name: third.streamName };
    });
    const own = graph.one("aws:kinesis/stream:Stream", "first").outputs.arn;
    assert.equal(graph.one(mappingType, "second").inputs.eventSourceArn, own);
    assert.equal(graph.one(mappingType, "third").inputs.eventSourceArn, arn("kinesis", "stream/theirs"));
    assert.equal(graph.graph.outputs.name, "theirs");
  });

  it("refuses the ARN of an existing stream that is no stream's", async () => {
    const queue = arn("sqs", "orders");
    assert.equal(
      await refusal(() => void new StreamConsumer("clicks", { callback: note, stream: { arn: queue } })),
      `StreamConsumer "clicks": stream.arn is "${queue}"; give the ARN of a stream, as arn:aws:kinesis:eu-west-1:123456789012:stream/clicks.`,
    );
  });

  it("sets no maximum record age where it starts at TRIM_HORIZON of an existing stream", async () => {
    const graph = await Recorded.of(() => {
      const { stream } = new StreamConsumer("first", { callback: note });
      new StreamConsumer("oldest", { callback: note, stream });
      new StreamConsumer("newest", { callback: note, stream, startingPosition: "LATEST" });
      new StreamConsumer("limited", { callback: note, stream, maximumRecordAge: 3600 });
    });
    const ages = ["first", "oldest", "newest", "limited"].map(
      (name) => graph.one(mappingType, name).inputs.maximumRecordAgeInSeconds,
    );
    assert.deepEqual(ages, [86_400, -1, 86_400, 3600]);
  });

  it("lets another callback put records that its own callback reads", async () => {
    const graph = await Recorded.of(() => {
      const jobs = new StreamConsumer("jobs", { callback: note });
      new QueueConsumer("source", { callback: putting, bindings: { jobs: putTo(jobs) } });
    });
    const stream = graph.one("aws:kinesis/stream:Stream").outputs.arn;
    assert.deepEqual(settingsOf(graph, "source").bindings, { jobs: stream });
    assert.ok(
      JSON.stringify(statementsOf(graph, "source")).includes(
        JSON.stringify([["kinesis:PutRecord", "kinesis:PutRecords"], [stream]]),
      ),
    );
  });

  it("keeps a state over a tumbling window, for a window callback", async () => {
    const table = { name: "counts", arn: arn("dynamodb", "table/counts") };
    const program = () =>
      void new StreamConsumer("jobs", {
        callback: counting,
        bindings: { table: writeTable(table) },
        tumblingWindow: 60,
      });
    const graph = await Recorded.of(program);
    const { tumblingWindowInSeconds, parallelizationFactor, functionResponseTypes } = graph.one(mappingType).inputs;
    assert.deepEqual(
      [tumblingWindowInSeconds, parallelizationFactor, functionResponseTypes],
      [60, 1, ["ReportBatchItemFailures"]],
    );
    assert.equal(settingsOf(graph, "jobs").bindings.table, "counts");
    const preview = await Recorded.of(program, { preview: true });
    assert.equal(preview.graph.resources.length, graph.graph.resources.length);
  });

  it("refuses a window callback without a window, a window without one, and several batches of a shard at a time", async () => {
    const bindings = { table: writeTable({ name: "counts", arn: arn("dynamodb", "table/counts") }) };
    // @ts-expect-error the compiler refuses it, too
    const noWindow = () => new StreamConsumer("jobs", { callback: counting, bindings });
    assert.match(await refusal(noWindow), /a window callback needs a tumblingWindow/);
    // @ts-expect-error the compiler refuses it, too
    const noState = () => new StreamConsumer("jobs", { callback: note, tumblingWindow: 60 });
    assert.match(
      await refusal(noState),
      /tumblingWindow 60 s needs a windowCallback, which returns the window's next state/,
    );
    const both = { callback: counting, bindings, tumblingWindow: 901, parallelizationFactor: 2 };
    const message = await refusal(() => new StreamConsumer("jobs", both));
    for (const says of [
      "tumblingWindow is 901 s; Lambda allows a whole number from 1 to 900 s.",
      "parallelizationFactor 2 is given together with tumblingWindow, whose state belongs to a shard",
    ]) {
      assert.ok(message.includes(says), `${says}\n${message}`);
    }
  });

  it("is refused with all errors together", async () => {
    const message = await refusal(
      () =>
        new StreamConsumer("jobs", {
          callback: note,
          shards: 0,
          retention: 12,
          batchSize: 10_001,
          maximumBatchingWindow: 301,
          parallelizationFactor: 11,
          maximumRetryAttempts: -2,
          maximumRecordAge: 59,
          concurrency: 0,
          filters: Array.from({ length: 11 }, () => ({})),
        }),
    );
    for (const says of [
      "batchSize is 10001 records; Lambda allows a whole number from 1 to 10000 records.",
      "maximumBatchingWindow is 301 s; Lambda allows a whole number from 0 to 300 s.",
      "parallelizationFactor is 11; Lambda allows a whole number from 1 to 10.",
      "maximumRetryAttempts is -2; Lambda allows a whole number from -1 to 10000.",
      "maximumRecordAge is 59 s; Lambda allows -1 (never) and a whole number from 60 to 604800 s.",
      "concurrency is 0; the consumer takes a whole number from 1 to 10000.",
      "11 filters are given; Lambda allows 10 for a mapping (5 without a raised quota).",
      "retention is 12 h; Kinesis allows a whole number from 24 to 8760 h.",
      "shards is 0; Kinesis allows a whole number from 1 to 10000.",
    ]) {
      assert.ok(message.includes(says), `${says}\n${message}`);
    }
    assert.match(
      await refusal(() => new StreamConsumer("jobs", { callback: note, retention: 24, maximumRecordAge: 86_401 })),
      /maximumRecordAge 86401 s is more than the retention of 86400 s/,
    );
    assert.match(
      await refusal(() => new StreamConsumer("jobs", { callback: note, stream: { arn: "a" }, shards: 2 })),
      /shards is for a stream of its own, and stream names another/,
    );
  });
});

describe("TableConsumer", () => {
  const withTable =
    (args: object = {}) =>
    () => {
      const table = new aws.dynamodb.Table("orders", {
        hashKey: "id",
        attributes: [{ name: "id", type: "S" }],
        billingMode: "PAY_PER_REQUEST",
        streamEnabled: true,
        streamViewType: "NEW_AND_OLD_IMAGES",
      });
      return void new TableConsumer("changes", { callback: changed, table, ...args });
    };

  it("is refused for a table without a stream", async () => {
    const own = await refusal(() => {
      const table = new Table("orders", { hashKey: "id" });
      new TableConsumer("changes", { callback: changed, table });
    });
    assert.match(own, /^TableConsumer "changes": its table has no stream.*; give a Table stream: true\.$/);
    const theirs = await refusal(() => {
      const attributes = [{ name: "id", type: "S" }];
      const table = new aws.dynamodb.Table("orders", { hashKey: "id", attributes, billingMode: "PAY_PER_REQUEST" });
      new TableConsumer("changes", { callback: changed, table });
    });
    assert.match(theirs, /^TableConsumer "changes": its table has no stream.*; set streamEnabled and streamViewType/);
    const table = { streamArn: arn("dynamodb", "table/orders") };
    assert.match(
      await refusal(() => new TableConsumer("changes", { callback: changed, table })),
      /^TableConsumer "changes": table\.streamArn is "arn:aws:dynamodb:[^"]*table\/orders"; give the ARN of a table's stream/,
    );
  });

  it("reads the table's stream with a mapping that loses nothing, and has no other permissions", async () => {
    const graph = await Recorded.of(withTable());
    const { streamArn } = graph.one("aws:dynamodb/table:Table").outputs;
    const dead = graph.one("aws:sqs/queue:Queue", "changes-dead-letters").outputs.arn;
    const { functionName, ...mapping } = graph.one(mappingType).inputs;
    assert.deepEqual(mapping, {
      eventSourceArn: streamArn,
      enabled: true,
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 10,
      maximumRecordAgeInSeconds: 43_200,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: dead } },
    });
    assert.deepEqual(statementsOf(graph, "changes").slice(0, 3), [
      [["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], [streamArn]],
      [["dynamodb:ListStreams"], ["*"]],
      [["sqs:SendMessage"], [dead]],
    ]);
  });

  it("keeps a state over a tumbling window, for a window callback", async () => {
    const graph = await Recorded.of(withTable({ callback: countingChanges, tumblingWindow: 900 }));
    assert.equal(graph.one(mappingType).inputs.tumblingWindowInSeconds, 900);
    assert.match(
      await refusal(withTable({ callback: countingChanges })),
      /TableConsumer "changes": a window callback needs a tumblingWindow/,
    );
  });

  it("refuses a record age beyond the retention of DynamoDB Streams", async () => {
    assert.match(
      await refusal(withTable({ maximumRecordAge: 90_000 })),
      /maximumRecordAge is 90000 s, and DynamoDB keeps changes for 86400 s/,
    );
  });

  it("has every resource in the first preview", async () => {
    const count = async (preview: boolean) => (await Recorded.of(withTable(), { preview })).graph.resources.length;
    assert.equal(await count(true), await count(false));
  });
});
