// Longer than 250 lines because every resource of the component has its inputs here.
import { strict as assert } from "node:assert";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { note, putOnly, store } from "../../test/support/callbacks";
import { Recorded } from "../../test/support/component-graph";
import { type Binding, readTable, sendTo, writeTable } from "../binding";
import { QueueConsumer } from "../queue-consumer";

const queueType = "aws:sqs/queue:Queue";
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:000000000000:${resource}`;

describe("QueueConsumer", () => {
  it("creates a queue and a dead-letter queue with the documented defaults", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
    const dead = graph.one(queueType, "jobs-dead-letters");
    assert.deepEqual(dead.inputs, {
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 1_209_600,
      maxMessageSize: 1_048_576,
    });
    assert.deepEqual(graph.one(queueType, "jobs").inputs, {
      sqsManagedSseEnabled: true,
      visibilityTimeoutSeconds: 180,
      messageRetentionSeconds: 345_600,
      delaySeconds: 0,
      receiveWaitTimeSeconds: 20,
      maxMessageSize: 1_048_576,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.outputs.arn, maxReceiveCount: 5 }),
    });
  });

  it("denies requests without TLS, and lets only its own queue redrive to its dead-letter queue", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
    for (const name of ["jobs", "jobs-dead-letters"]) {
      const queue = graph.one(queueType, name);
      assert.equal(graph.one("aws:sqs/queuePolicy:QueuePolicy", name).inputs.queueUrl, queue.outputs.url);
      assert.deepEqual(graph.json("aws:sqs/queuePolicy:QueuePolicy", name, "policy"), {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: queue.outputs.arn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      });
    }
    assert.deepEqual(
      graph.json("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "jobs-dead-letters", "redriveAllowPolicy"),
      {
        redrivePermission: "byQueue",
        sourceQueueArns: [graph.one(queueType, "jobs").outputs.arn],
      },
    );
  });

  it("has an alarm from the first dead letter on, which notifies the topic if there is one", async () => {
    const alarmTopicArn = arn("sns", "alarms");
    const graph = await Recorded.of(() => {
      new QueueConsumer("told", { callback: note, alarmTopicArn });
      new QueueConsumer("quiet", { callback: note });
    });
    const { inputs } = graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "told-dead-letters");
    const { alarmDescription, ...alarm } = inputs;
    assert.deepEqual(alarm, {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: graph.one(queueType, "told-dead-letters").outputs.name },
      statistic: "Maximum",
      period: 60,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [alarmTopicArn],
      okActions: [alarmTopicArn],
    });
    assert.match(
      String(alarmDescription),
      /queue of told\. See why first: npx spillway dlq list --stack stack\. Fix the/,
    );
    assert.deepEqual(graph.one("aws:cloudwatch/metricAlarm:MetricAlarm", "quiet-dead-letters").inputs.alarmActions, []);
  });

  it("creates a function with its own archive, its log group and the consumer's variables", async () => {
    const graph = await Recorded.of(
      () => void new QueueConsumer("jobs", { callback: note, environment: { LEVEL: "1" } }),
    );
    const { inputs } = graph.one("aws:lambda/function:Function", "jobs");
    const { code, environment, ...others } = inputs;
    assert.deepEqual(others, {
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      memorySize: 256,
      timeout: 30,
      tracingConfig: { mode: "Active" },
      role: graph.one("aws:iam/role:Role", "jobs").outputs.arn,
      loggingConfig: {
        logFormat: "JSON",
        logGroup: graph.one("aws:cloudwatch/logGroup:LogGroup", "jobs").outputs.name,
      },
    });
    assert.match(String((code as { archive: string }).archive), /^\.spillway\/bundles\/[0-9a-f]{32}\.zip$/);
    const { LEVEL, SPILLWAY } = (environment as { variables: Record<string, string> }).variables;
    assert.equal(LEVEL, "1");
    assert.deepEqual(JSON.parse(SPILLWAY ?? ""), {
      bindings: {},
      source: {
        kind: "queue",
        queueUrl: graph.one(queueType, "jobs").outputs.url,
        deadLetterQueueUrl: graph.one(queueType, "jobs-dead-letters").outputs.url,
        maxReceiveCount: 5,
        lastAttemptWithin: 345_600 - 180,
        concurrency: 10,
      },
    });
    assert.equal(graph.one("aws:cloudwatch/logGroup:LogGroup", "jobs").inputs.retentionInDays, 30);
  });

  it("grants exactly the bindings, the source, the dead letters, the log and X-Ray", async () => {
    const graph = await Recorded.of(() => {
      const table = new aws.dynamodb.Table("things", { hashKey: "id", attributes: [{ name: "id", type: "S" }] });
      new QueueConsumer("jobs", { callback: store, bindings: { table: writeTable(table) } });
    });
    const table = String(graph.one("aws:dynamodb/table:Table").outputs.arn);
    const log = graph.one("aws:cloudwatch/logGroup:LogGroup").outputs.arn;
    const allow = (Action: string[], Resource: unknown[]) => ({ Effect: "Allow", Action, Resource });
    assert.deepEqual(graph.json("aws:iam/rolePolicy:RolePolicy", "jobs", "policy").Statement, [
      allow(
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
        [graph.one(queueType, "jobs").outputs.arn],
      ),
      allow(["sqs:SendMessage"], [graph.one(queueType, "jobs-dead-letters").outputs.arn]),
      allow(["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem"], [table]),
      allow(["dynamodb:Query", "dynamodb:Scan"], [table, `${table}/index/*`]),
      allow(["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"], [table]),
      allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${log}:*`]),
      allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
    ]);
    const role = graph.one("aws:iam/role:Role", "jobs");
    assert.deepEqual(JSON.parse(String(role.inputs.assumeRolePolicy)).Statement, [
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
    ]);
    assert.deepEqual(graph.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment"), []);
  });

  it("creates the mapping with partial batch responses, after the role may read the queue", async () => {
    const graph = await Recorded.of(() => void new QueueConsumer("jobs", { callback: note }));
    const mapping = graph.one("aws:lambda/eventSourceMapping:EventSourceMapping", "jobs");
    assert.deepEqual(mapping.inputs, {
      eventSourceArn: graph.one(queueType, "jobs").outputs.arn,
      functionName: graph.one("aws:lambda/function:Function").outputs.name,
      enabled: true,
      batchSize: 10,
      maximumBatchingWindowInSeconds: 0,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
    const rolePolicy = graph.one("aws:iam/rolePolicy:RolePolicy", "jobs").urn;
    assert.ok(mapping.options.dependsOn.includes(rolePolicy));
    assert.ok(graph.one("aws:lambda/function:Function").options.dependsOn.includes(rolePolicy));
  });

  it("accepts every setting of the mapping", async () => {
    const graph = await Recorded.of(
      () =>
        void new QueueConsumer("jobs", {
          callback: note,
          timeout: 10,
          batchSize: 100,
          maximumBatchingWindow: 5,
          maximumConcurrency: 4,
          mappingMetrics: true,
          enabled: false,
          filters: [{ body: { id: [{ prefix: "a" }] } }],
          reservedConcurrency: 4,
        }),
    );
    const { inputs } = graph.one("aws:lambda/eventSourceMapping:EventSourceMapping");
    assert.equal(inputs.batchSize, 100);
    assert.equal(inputs.maximumBatchingWindowInSeconds, 5);
    assert.deepEqual(inputs.scalingConfig, { maximumConcurrency: 4 });
    assert.deepEqual(inputs.metricsConfig, { metrics: ["EventCount"] });
    assert.deepEqual(inputs.filterCriteria, { filters: [{ pattern: '{"body":{"id":[{"prefix":"a"}]}}' }] });
    assert.equal(inputs.enabled, false);
    assert.equal(graph.one(queueType, "jobs").inputs.visibilityTimeoutSeconds, 65);
    assert.equal(graph.one("aws:lambda/function:Function").inputs.reservedConcurrentExecutions, 4);
  });

  it("makes both queues FIFO, with valid names", async () => {
    const graph = await Recorded.of(
      () => void new QueueConsumer("steps", { callback: note, fifo: true, highThroughput: true }),
    );
    for (const name of ["steps", "steps-dead-letters"]) {
      assert.equal(graph.one(queueType, name).inputs.fifoQueue, true);
      assert.match(String(graph.one(queueType, name).outputs.name), /\.fifo$/);
    }
    const { contentBasedDeduplication, deduplicationScope, fifoThroughputLimit } = graph.one(queueType, "steps").inputs;
    assert.deepEqual(
      [contentBasedDeduplication, deduplicationScope, fifoThroughputLimit],
      [false, "messageGroup", "perMessageGroupId"],
    );
    const { inputs } = graph.one("aws:lambda/eventSourceMapping:EventSourceMapping");
    assert.equal("maximumBatchingWindowInSeconds" in inputs, false, "FIFO mappings have no window");
  });

  it("changes nothing of an existing queue, unless it may manage its policy", async () => {
    const queue = {
      url: "https://sqs.eu-west-1.amazonaws.com/000000000000/legacy",
      arn: arn("sqs", "legacy"),
      visibilityTimeout: 180,
      maxReceiveCount: 3,
      deadLetterQueue: {
        url: "https://sqs.eu-west-1.amazonaws.com/000000000000/legacy-dead",
        arn: arn("sqs", "legacy-dead"),
      },
    };
    const graph = await Recorded.of(() => {
      const consumer = new QueueConsumer("legacy", { callback: note, queue });
      assert.throws(
        () =>
          consumer.admit({
            Sid: "X",
            Effect: "Allow",
            Principal: { Service: "sns.amazonaws.com" },
            Action: "sqs:SendMessage",
          }),
        /its policy is managed elsewhere.*say queue.managePolicy: true/,
      );
    });
    for (const type of [queueType, "aws:sqs/queuePolicy:QueuePolicy", "aws:cloudwatch/metricAlarm:MetricAlarm"]) {
      assert.deepEqual(graph.all(type), []);
    }
    const { SPILLWAY } = (
      graph.one("aws:lambda/function:Function").inputs.environment as { variables: Record<string, string> }
    ).variables;
    assert.equal(JSON.parse(SPILLWAY ?? "").source.maxReceiveCount, 3);
    const handedOver = await Recorded.of(
      () => void new QueueConsumer("legacy", { callback: note, queue: { ...queue, managePolicy: true } }),
    );
    assert.equal(handedOver.one("aws:sqs/queuePolicy:QueuePolicy", "legacy").inputs.queueUrl, queue.url);
  });

  it("grants exactly the actions on a table that its binding names", async () => {
    const table = { name: "t", arn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t", indexes: ["by-day"] };
    const grantedBy = (binding: Binding<unknown>) =>
      binding.statements.map(({ actions, resources }) => [actions, resources.length]);
    assert.deepEqual(grantedBy(writeTable(table, ["PutItem"])), [[["dynamodb:PutItem"], 1]]);
    // A table and its index are both queried.
    assert.deepEqual(grantedBy(writeTable(table, ["UpdateItem", "Query", "GetItem"])), [
      [["dynamodb:GetItem"], 1],
      [["dynamodb:Query"], 2],
      [["dynamodb:UpdateItem"], 1],
    ]);
    assert.deepEqual(grantedBy(readTable(table, ["Scan"])), [[["dynamodb:Scan"], 2]]);
    const graph = await Recorded.of(
      () => void new QueueConsumer("jobs", { callback: putOnly, bindings: { table: writeTable(table, ["PutItem"]) } }),
    );
    const { Statement } = graph.json("aws:iam/rolePolicy:RolePolicy", "jobs", "policy") as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    assert.deepEqual(
      Statement.filter(({ Action }) => Action.some((action) => action.startsWith("dynamodb:"))),
      [{ Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: [table.arn] }],
    );
  });

  it("retains records slightly longer than all attempts and the consumer's delays can take", async () => {
    const graph = await Recorded.of(
      () =>
        void new QueueConsumer("jobs", { callback: note, maxReceiveCount: 10, messageRetention: 1361, timeout: 10 }),
    );
    assert.equal(graph.one(queueType, "jobs").inputs.messageRetentionSeconds, 1361);
  });

  it("warns who sends to it of delays that the retention has no room for, once, and only where there are some", async () => {
    const warned = async (args: object, senders = 2) => {
      const said: string[] = [];
      const { warn } = pulumi.log;
      Object.assign(pulumi.log, { warn: (message: string) => void said.push(message) });
      try {
        await Recorded.of(() => {
          const consumer = new QueueConsumer("jobs", { callback: note, ...args });
          for (let count = 0; count < senders; count += 1) sendTo(consumer);
        });
      } finally {
        Object.assign(pulumi.log, { warn });
      }
      return said;
    };
    assert.deepEqual(await warned({ messageRetention: 1000 }), [
      'QueueConsumer "jobs": its attempts take up to 900 s of messageRetention 1000 s, so a message that a callback ' +
        "sends with delaySeconds above 99 could expire without a dead letter: give messageRetention more than " +
        "1800 s, or do not send with more.",
    ]);
    // The message's own delay takes the place of the queue's.
    assert.match((await warned({ messageRetention: 1800, delay: 60 }))[0] ?? "", /with delaySeconds above 899 could/);
    assert.deepEqual(await warned({ messageRetention: 1801 }), []);
    assert.deepEqual(await warned({ messageRetention: 1000 }, 0), []);
    assert.deepEqual(await warned({ messageRetention: 1000, fifo: true }), []);
    assert.deepEqual(await warned({}), []);
  });

  it("collects all admitted senders in the queue's one policy, and refuses late additions", async () => {
    const admitted = {
      Sid: "Orders",
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Condition: { ArnEquals: { "aws:SourceArn": arn("sns", "orders") } },
    } as const;
    let late: unknown;
    const graph = await Recorded.of(async () => {
      const consumer = new QueueConsumer("jobs", { callback: note });
      consumer.admit(admitted);
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      try {
        consumer.admit({ ...admitted, Sid: "Late" });
      } catch (error) {
        late = error;
      }
    });
    const { Statement } = graph.json("aws:sqs/queuePolicy:QueuePolicy", "jobs", "policy") as {
      Statement: { Sid: string; Resource: string }[];
    };
    assert.deepEqual(
      Statement.map(({ Sid }) => Sid),
      ["TlsOnly", "Orders"],
    );
    assert.equal(Statement[1]?.Resource, graph.one(queueType, "jobs").outputs.arn);
    assert.match(String(late), /was added after the program had awaited something/);
  });

  it("accepts overrides of its children", async () => {
    const graph = await Recorded.of(
      () =>
        void new QueueConsumer("jobs", {
          callback: note,
          overrides: {
            queue: { receiveWaitTimeSeconds: 10, tags: { team: "a" } },
            function: { description: "d", ephemeralStorage: { size: 1024 } },
            alarm: { threshold: 5 },
          },
        }),
    );
    const { inputs } = graph.one(queueType, "jobs");
    assert.deepEqual([inputs.receiveWaitTimeSeconds, inputs.tags], [10, { team: "a" }]);
    assert.equal(graph.one("aws:lambda/function:Function").inputs.description, "d");
    assert.equal(graph.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs.threshold, 5);
  });

  it("may be replaced by another consumer while one of the two is disabled", async () => {
    const queue = {
      url: "https://sqs.eu-west-1.amazonaws.com/123456789012/theirs",
      arn: "arn:aws:sqs:eu-west-1:123456789012:theirs",
      visibilityTimeout: 180,
      maxReceiveCount: 5,
      deadLetterQueue: { url: "https://sqs/lost", arn: "arn:aws:sqs:eu-west-1:123456789012:lost" },
    };
    const graph = await Recorded.of(() => {
      new QueueConsumer("one", { callback: note, queue, enabled: false });
      new QueueConsumer("two", { callback: note, queue });
    });
    const mappings = graph.all("aws:lambda/eventSourceMapping:EventSourceMapping");
    assert.deepEqual(Object.fromEntries(mappings.map(({ name, inputs }) => [name, inputs.enabled])), {
      one: false,
      two: true,
    });
  });
});
